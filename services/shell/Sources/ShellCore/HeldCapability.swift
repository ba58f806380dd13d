// A capability as the kernel's audit shows it, and as a person reads it.

import CapABI
import Runtime

/// What AUDIT_SLOTS says about a slot.
struct HeldCapability {
  let slot: UInt64
  /// Nil for a number that no type has.
  let type: CapabilityType?
  let family: UInt16
  let rights: Rights
  let badge: Badge
  /// The kernel's number of the object; of a run the first one's.
  let object: UInt64
  /// Capabilities of memory that are alike, in consecutive slots.
  private(set) var count: UInt64 = 1

  init(_ word0: UInt64, _ word1: UInt64, badge: Badge, object: UInt64) {
    slot = word0 & 0xFFFF_FFFF
    type = CapabilityType(rawValue: UInt16(truncatingIfNeeded: word0 >> 32))
    rights = Rights(rawValue: UInt32(truncatingIfNeeded: word1))
    family = UInt16(truncatingIfNeeded: word1 >> 32)
    self.badge = badge
    self.object = object
  }

  /// Whether it is memory: how much a service holds is its account's matter, not its authority's.
  var isMemory: Bool {
    switch type {
    case .untyped, .deviceUntyped, .frame, .deviceFrame: true
    default: false
    }
  }

  /// Takes in the capability of the next slot, if both are memory with the same rights.
  mutating func join(_ next: HeldCapability) -> Bool {
    guard isMemory, next.type == type, next.rights == rights, next.slot == slot + count else {
      return false
    }
    count += 1
    return true
  }

  /// The slot or slots.
  var place: TextLine {
    var line = TextLine()
    line.append(decimal: slot)
    if count > 1 {
      line.append("-")
      line.append(decimal: slot + count - 1)
    }
    return line
  }

  /// What it is, without rights and badge.
  var kind: TextLine {
    guard family == 0 else {
      var line = TextLine("kernel: ")
      line.append(EndpointKind(rawValue: family)?.word ?? "?")
      return line
    }
    return TextLine(type?.word ?? "?")
  }
}

extension CapabilityType {
  /// The type in a word, as boot configurations write it.
  var word: StaticString {
    switch self {
    case .null: "nothing"
    case .untyped: "untyped"
    case .deviceUntyped: "deviceUntyped"
    case .frame: "frame"
    case .deviceFrame: "deviceFrame"
    case .cspace: "cspace"
    case .vspace: "vspace"
    case .thread: "thread"
    case .endpoint: "endpoint"
    case .notification: "notification"
    case .reply: "reply"
    case .installGrant: "installGrant"
    case .process: "process"
    }
  }
}

extension EndpointKind {
  /// The family in a word, as boot configurations write it.
  var word: StaticString {
    switch self {
    case .generic: "generic"
    case .time: "time"
    case .irq: "irq"
    case .hotplug: "hotplug"
    case .pciConfig: "pciConfig"
    case .console: "console"
    case .com1: "com1"
    case .memory: "memory"
    case .vspace: "vspace"
    case .pager: "pager"
    case .log: "log"
    case .process: "process"
    default: laterWord
    }
  }

  private var laterWord: StaticString {
    switch self {
    case .childPopulate: "childPopulate"
    case .acpi: "acpi"
    case .i8042: "i8042"
    case .objects: "objects"
    case .thread: "thread"
    case .budget: "budget"
    case .frameCopy: "frameCopy"
    case .deviceFrame: "deviceFrame"
    case .audit: "audit"
    case .trace: "trace"
    case .kernelLog: "kernelLog"
    case .power: "power"
    default: "testRoot"
    }
  }
}
