// What the audit prints: a process or a capability, once for people and once as a JSON object.
// docs/reference/authority.md has the form.

import CapABI
import Runtime

/// A process as the audit shows it.
struct AuditedProcess {
  /// The kernel's number.
  let number: UInt64
  /// Whose it is; `RoleID.none` when it serves no declared endpoint.
  let role: RoleID
  /// What AUDIT_PROCESSES said.
  let state: UInt32
  let syscalls: UInt32
  let slotCount: UInt64
  let threadCount: UInt64

  /// For people.
  var text: TextLine {
    var line = TextLine("AUTHORITY ")
    line.append(name: role)
    line.append(": process ")
    line.append(decimal: number)
    line.append(", system calls ")
    line.append(hexadecimal: UInt64(syscalls))
    line.append(", slots ")
    line.append(decimal: slotCount)
    line.append(", threads ")
    line.append(decimal: threadCount)
    return line
  }

  /// For programs.
  var json: TextLine {
    var line = TextLine("{\"authority\":\"process\",\"process\":")
    line.append(decimal: number)
    line.append(",\"role\":\"")
    line.append(name: role)
    line.append("\",\"state\":")
    line.append(decimal: UInt64(state))
    line.append(",\"syscalls\":")
    line.append(decimal: UInt64(syscalls))
    line.append(",\"slots\":")
    line.append(decimal: slotCount)
    line.append(",\"threads\":")
    line.append(decimal: threadCount)
    line.append("}")
    return line
  }
}

/// A capability as the audit shows it, or several of memory that are alike in consecutive slots.
struct AuditedCapability: Equatable {
  /// The first slot.
  let slot: UInt64
  let type: UInt16
  let family: UInt16
  let rights: Rights
  let badge: UInt64
  /// The kernel's number of the object; of the first one, when there are several.
  let object: UInt64
  var count: UInt64 = 1

  /// What AUDIT_SLOTS says in its four words.
  init(_ word0: UInt64, _ word1: UInt64, badge: UInt64, object: UInt64) {
    slot = word0 & 0xFFFF_FFFF
    type = UInt16(truncatingIfNeeded: word0 >> 32)
    rights = Rights(rawValue: UInt32(truncatingIfNeeded: word1))
    family = UInt16(truncatingIfNeeded: word1 >> 32)
    self.badge = badge
    self.object = object
  }

  /// Takes in the capability of the next slot, if both are memory with the same rights.
  mutating func join(_ next: AuditedCapability) -> Bool {
    guard isMemory, next.type == type, next.rights == rights, next.slot == slot + count else {
      return false
    }
    count += 1
    return true
  }

  private var isMemory: Bool {
    type >= CapabilityType.untyped.rawValue && type <= CapabilityType.deviceFrame.rawValue
  }

  /// For people: holder, slots, type, rights, where it leads to, badge, number of the object.
  func text(of holder: RoleID, target: RoleID) -> TextLine {
    var line = TextLine("AUTHORITY ")
    line.append(name: holder)
    line.append(" ")
    line.append(decimal: slot)
    if count > 1 {
      line.append("-")
      line.append(decimal: slot + count - 1)
    }
    line.append(" ")
    line.append(Self.name(ofType: type))
    line.append(rights, separator: " ", quote: "")
    if family != 0 {
      line.append(" of kernel family ")
      line.append(decimal: UInt64(family))
    }
    if target != .none {
      line.append(" -> ")
      line.append(name: target)
    }
    if badge != 0 {
      line.append(" badge ")
      line.append(hexadecimal: badge)
    }
    line.append(" #")
    line.append(decimal: object)
    return line
  }

  /// For programs.
  func json(of process: UInt64, target: RoleID) -> TextLine {
    var line = TextLine("{\"authority\":\"capability\",\"process\":")
    line.append(decimal: process)
    line.append(",\"slot\":")
    line.append(decimal: slot)
    line.append(",\"count\":")
    line.append(decimal: count)
    line.append(",\"type\":\"")
    line.append(Self.name(ofType: type))
    line.append("\",\"family\":")
    line.append(decimal: UInt64(family))
    line.append(",\"rights\":[")
    line.append(rights, separator: ",", quote: "\"")
    line.append("],\"badge\":\"")
    line.append(hexadecimal: badge)
    line.append("\",\"object\":")
    line.append(decimal: object)
    line.append(",\"target\":\"")
    line.append(name: target)
    line.append("\"}")
    return line
  }

  /// The names that a boot configuration's source has for types.
  private static func name(ofType type: UInt16) -> StaticString {
    switch CapabilityType(rawValue: type) {
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
    case .null, nil: "?"
    }
  }
}

extension TextLine {
  /// Appends a role's name, and nothing for `RoleID.none`.
  fileprivate mutating func append(name role: RoleID) {
    guard role != .none else { return }
    append("", role)
  }

  /// Appends the names of rights; a separator that is a blank also stands before the first.
  fileprivate mutating func append(
    _ rights: Rights, separator: StaticString, quote: StaticString
  ) {
    var isFirst = quote.utf8CodeUnitCount > 0
    for bit in 0..<7 where rights.contains(Rights(rawValue: 1 << UInt32(bit))) {
      if !isFirst { append(separator) }
      isFirst = false
      append(quote)
      append(Self.name(ofRight: bit))
      append(quote)
    }
  }

  private static func name(ofRight bit: Int) -> StaticString {
    switch Rights(rawValue: 1 << UInt32(bit)) {
    case .read: "read"
    case .write: "write"
    case .execute: "execute"
    case .send: "send"
    case .receive: "receive"
    case .grant: "grant"
    default: "manage"
    }
  }
}
