// A draft of a boot configuration to JSON: what the reader takes, with values at their default left
// out.

import Bootstrap
import Bytes
import CapABI
import Handoff

extension BootConfigDraft {
  /// The whole description.
  var json: JSONValue {
    var members = [JSONValue.Member("profile", .string("\(info.profile)"))]
    if !info.switches.isNone { members.append(JSONValue.Member("switches", info.switches.json)) }
    if let seed = info.fixedSeed {
      members.append(JSONValue.Member("fixedSeed", .string(Hexadecimal.text(seed))))
    }
    members.append(JSONValue.Member("services", .array(services.map(\.json))))
    return .object(members)
  }
}

extension CommandSwitches {
  /// Only the switches that are set.
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = []
    if flags.contains(.debugExit) { members.append(JSONValue.Member("debugExit", .bool(true))) }
    if flags.contains(.testOperations) {
      members.append(JSONValue.Member("testOperations", .bool(true)))
    }
    if flags.contains(.audit) { members.append(JSONValue.Member("audit", .bool(true))) }
    if forceFail != .none {
      members.append(JSONValue.Member("forceFail", .string(forceFail.text)))
    }
    if !leaveOut.isEmpty {
      members.append(JSONValue.Member("leaveOut", leaveOut.json(FlagName<Protections>.all)))
    }
    return .object(members)
  }
}

extension ServiceDraft {
  /// The entry, then the lists that are not empty, in the order of the tables.
  fileprivate var json: JSONValue {
    var members = entry.members
    let dependencies = dependencies.map { JSONValue.string($0.role.text) }
    let lists = [
      ("dependencies", dependencies), ("peers", edges.map(\.json)),
      ("capabilities", capabilities.map(\.json)), ("faces", faces.map(\.json)),
    ]
    for (key, list) in lists where !list.isEmpty {
      members.append(JSONValue.Member(key, .array(list)))
    }
    return .object(members)
  }
}

extension ServiceEntry {
  /// The members that are not lists.
  fileprivate var members: [JSONValue.Member] {
    var members = [
      JSONValue.Member("role", .string(role.text)),
      JSONValue.Member("launch", .string("\(launchKind)")),
      JSONValue.Member("required", .bool(isRequired)),
      JSONValue.Member("priority", .number(UInt64(priority))),
      JSONValue.Member("affinity", .hexadecimal(affinity)),
      JSONValue.Member("budget", .size(budget)),
      JSONValue.Member("cspaceSlots", .number(UInt64(cspaceSlots))),
      JSONValue.Member("syscalls", syscalls.json(FlagName<SyscallFilter>.all)),
      JSONValue.Member("restart", restart.json),
      JSONValue.Member("validation", .string("\(validation)")),
    ]
    members.add("watchdogMilliseconds", UInt64(watchdogMilliseconds))
    return members
  }
}

extension RestartPolicy {
  /// The mode and the numbers that are not 0.
  fileprivate var json: JSONValue {
    var members = [JSONValue.Member("mode", .string("\(mode)"))]
    members.add("maximumRestarts", UInt64(maximumRestarts))
    members.add("windowSeconds", UInt64(windowSeconds))
    members.add("firstBackoffMilliseconds", UInt64(firstBackoffMilliseconds))
    members.add("longestBackoffMilliseconds", UInt64(longestBackoffMilliseconds))
    return .object(members)
  }
}

extension PeerEdge {
  /// The edge; badges are printed in hexadecimal, where the face can be seen in the upper digits.
  fileprivate var json: JSONValue {
    var members = [
      JSONValue.Member("role", .string(peer.text)), JSONValue.Member("mode", .string("\(mode)")),
      JSONValue.Member("badge", .hexadecimal(badge.rawValue)),
    ]
    members.add("deadlineMilliseconds", UInt64(deadlineMilliseconds))
    return .object(members)
  }
}

extension Face {
  /// The face with both ends of its range.
  fileprivate var json: JSONValue {
    .object([
      JSONValue.Member("kind", .string("\(kind)")),
      JSONValue.Member("first", .hexadecimal(first.rawValue)),
      JSONValue.Member("last", .hexadecimal(last.rawValue)),
    ])
  }
}

extension DeclaredCapability {
  /// The capability, with what differs from the default: family, peer, badge, count, flags.
  fileprivate var json: JSONValue {
    var members = [
      JSONValue.Member("slot", .number(UInt64(descriptor.slot.rawValue))),
      JSONValue.Member("type", .string("\(descriptor.type)")),
    ]
    if descriptor.kind != .generic {
      members.append(JSONValue.Member("kind", .string("\(descriptor.kind)")))
    }
    members.append(JSONValue.Member("rights", descriptor.rights.json(FlagName<Rights>.all)))
    if descriptor.peer != .none {
      members.append(JSONValue.Member("peer", .string(descriptor.peer.text)))
    }
    if descriptor.badge != .none {
      members.append(JSONValue.Member("badge", .hexadecimal(descriptor.badge.rawValue)))
    }
    if count != 1 { members.add("count", UInt64(count)) }
    if flags.contains(.acquired) { members.append(JSONValue.Member("acquired", .bool(true))) }
    if flags.contains(.custody) { members.append(JSONValue.Member("custody", .bool(true))) }
    return .object(members)
  }
}

extension FlagSet {
  /// The names of the flags that are set.
  ///
  /// Every bit of a decoded set has a name.
  fileprivate func json(_ known: [FlagName<Self>]) -> JSONValue {
    .array(known.filter { contains($0.flag) }.map { .string($0.name) })
  }
}

extension JSONValue {
  /// A number that means bits rather than an amount.
  fileprivate static func hexadecimal(_ number: UInt64) -> JSONValue {
    .string("0x" + String(number, radix: 16))
  }

  /// A size in the largest unit that gives a whole number.
  fileprivate static func size(_ bytes: UInt64) -> JSONValue {
    for unit in ByteUnit.allCases where bytes != 0 && bytes % (1 << unit.shift) == 0 {
      return .string("\(bytes >> unit.shift)\(unit.rawValue)")
    }
    return .number(bytes)
  }
}

extension [JSONValue.Member] {
  /// Adds a number unless it is 0, the default.
  fileprivate mutating func add(_ key: String, _ number: UInt64) {
    if number != 0 { append(JSONValue.Member(key, .number(number))) }
  }
}
