// Who holds what against what is declared: docs/reference/authority.md, "What is compared". The
// comparison is of authority: how much memory somebody holds is left to accounts, and slots where
// capabilities of messages arrive are passed over, for others run meanwhile.

import Bootstrap
import CapABI
import Handoff
import Runtime
import Sys

/// What a comparison found so far.
private struct Comparison {
  let census: Census
  var differences: UInt64 = 0
  var capabilities: UInt64 = 0
  var services: UInt64 = 0
}

extension Shell {
  /// First slot of what a service keeps for its work.
  private static var firstKept: UInt64 { UInt64(StartupSlot.firstDynamic) + 8 }

  /// `authority`.
  mutating func compareAuthority() throws(ShellError) {
    let file = configuration
    guard let config = file.bootConfig else { throw .said("there is no boot configuration") }
    var comparison = Comparison(census: try takeCensus(config))
    for index in 0..<Self.count(config) {
      guard let entry = config.services[index] else { continue }
      guard let process = comparison.census.process(index) else {
        // What is not required, and what was ended, may be away.
        if entry.isRequired { differ(entry, nil, "does not run", &comparison) }
        continue
      }
      comparison.services += 1
      try compare(entry, process, config, &comparison)
    }
    var line = TextLine()
    if comparison.differences == 0 {
      line.append("as declared: ")
    } else {
      line.append(decimal: comparison.differences)
      line.append(" differences: ")
    }
    line.append(decimal: comparison.services)
    line.append(" services with ")
    line.append(decimal: comparison.capabilities)
    line.append(" capabilities")
    say(line)
  }

  private mutating func differ(
    _ entry: ServiceEntry, _ held: HeldCapability?, _ text: StaticString,
    _ comparison: inout Comparison
  ) {
    comparison.differences += 1
    var line = TextLine()
    line.append(entry.role)
    if let held {
      line.append(" slot ")
      line.append(held.place)
      line.append(": ")
      line.append(held.kind)
      line.append(held.rights)
      if held.badge != .none {
        line.append(" badge ")
        line.append(hexadecimal: held.badge.rawValue)
      }
      line.append(",")
    }
    line.append(" ")
    line.append(text)
    say(line)
  }

  /// Everything that one process holds, and everything that it must start with.
  private mutating func compare(
    _ entry: ServiceEntry, _ process: UInt64, _ config: borrowing BootConfig,
    _ comparison: inout Comparison
  ) throws(ShellError) {
    let declared = config.capabilities(of: entry)
    // Rows and slots are both in order, so that each is looked at once.
    var row = 0
    var isRowHeld = false
    var slot: UInt64 = 0
    while true {
      let held = try capability(of: process, from: slot)
      while row < declared.count, let passed = declared[row],
        held.map({ passed.endSlot <= $0.slot }) ?? true
      {
        if !isRowHeld, !passed.flags.contains(.acquired) { lack(entry, passed, &comparison) }
        isRowHeld = false
        row += 1
      }
      guard let held else { return }
      slot = held.slot + 1
      comparison.capabilities += 1
      guard row < declared.count, let wanted = declared[row],
        UInt64(wanted.descriptor.slot.rawValue) <= held.slot
      else {
        if !isKept(held, by: entry, config, comparison.census) {
          differ(entry, held, "not declared", &comparison)
        }
        continue
      }
      isRowHeld = true
      if let text = difference(held, wanted, entry, config, comparison.census) {
        differ(entry, held, text, &comparison)
      }
    }
  }

  /// Says that nothing stands in a slot that has something at the start.
  private mutating func lack(
    _ entry: ServiceEntry, _ wanted: DeclaredCapability, _ comparison: inout Comparison
  ) {
    comparison.differences += 1
    var line = TextLine()
    line.append(entry.role)
    line.append(" slot ")
    line.append(decimal: UInt64(wanted.descriptor.slot.rawValue))
    line.append(": nothing, declared ")
    line.append(wanted.descriptor.type.word)
    say(line)
  }

  /// What is other about a capability in a declared slot; nil for nothing.
  private func difference(
    _ held: HeldCapability, _ wanted: DeclaredCapability, _ entry: ServiceEntry,
    _ config: borrowing BootConfig, _ census: Census
  ) -> StaticString? {
    let descriptor = wanted.descriptor
    guard held.type == descriptor.type, held.family == descriptor.kind.rawValue else {
      return "declared as something else"
    }
    let isOwn =
      descriptor.peer == .none && descriptor.kind == .generic
      && (held.type == .endpoint || held.type == .notification)
    let target = isOwn ? entry.role : descriptor.peer
    if target != .none, Self.target(of: held, census, config) != target {
      return "declared to lead elsewhere"
    }
    guard held.rights == descriptor.rights else { return "declared with other rights" }
    var badge = held.badge
    if descriptor.slot == StartupSlot.supervisor, descriptor.peer == .procd,
      entry.launchKind != .rootd, badge.rawValue >> 32 != 0
    {
      // The upper half is the number of the instance: decision 0022.
      badge = Badge(rawValue: badge.rawValue & 0xFFFF_FFFF)
    }
    return badge == descriptor.badge ? nil : "declared with another badge"
  }

  // MARK: What follows from what is declared for others

  /// Whether a service holds something in a slot of its own choice that its work needs.
  private func isKept(
    _ held: HeldCapability, by entry: ServiceEntry, _ config: borrowing BootConfig,
    _ census: Census
  ) -> Bool {
    let firstDynamic = UInt64(StartupSlot.firstDynamic)
    if held.slot >= firstDynamic, held.slot < Self.firstKept { return true }
    if entry.role == .rootd {
      // All memory that the kernel left.
      return held.slot >= UInt64(StartupSlot.firstResource) && held.slot < firstDynamic
        && (held.type == .untyped || held.type == .deviceUntyped)
    }
    guard held.slot >= Self.firstKept else { return held.type == .reply }
    // Only those have something with a badge: irqd signals drivers and, for its lines, itself;
    // seriald calls its driver.
    let mayHaveBadge = entry.role == .irqd || entry.role == .seriald
    guard held.badge == .none || mayHaveBadge else { return held.type == .reply }
    switch entry.role {
    case .memd: return held.type == .frame || held.type == .untyped
    case .vspaced: return held.type == .process && held.rights == .manage
    case .procd: return held.type == .reply || isStartOfSomebody(held, config, census)
    case .named, .deviced:
      return held.type == .reply || held.type == .deviceFrame
        || held.rights == .send && Self.target(of: held, census, config) != .none
        || entry.role == .deviced && held.family != 0 && isStartOfSomebody(held, config, census)
    case .irqd: return held.type == .notification && held.rights == .send
    case .seriald:
      return held.type == .reply
        || held.rights == .send
          && Self.target(of: held, census, config) == .drvSerial
    // Replies that are owed, and notifications of those who wait for a time.
    default: return held.type == .reply || held.type == .notification && held.rights == .send
    }
  }

  /// Whether procd keeps it to start a service with, or is its supervisor.
  private func isStartOfSomebody(
    _ held: HeldCapability, _ config: borrowing BootConfig, _ census: Census
  ) -> Bool {
    if held.type == .process { return true }
    let target = Self.target(of: held, census, config)
    for index in 0..<Self.count(config) {
      guard let entry = config.services[index], entry.launchKind != .kernel,
        entry.launchKind != .rootd
      else { continue }
      let declared = config.capabilities(of: entry)
      for place in 0..<declared.count {
        guard let descriptor = declared[place]?.descriptor, descriptor.type == held.type,
          descriptor.kind.rawValue == held.family, descriptor.rights == held.rights
        else { continue }
        let isNobodys = descriptor.kind != .generic || descriptor.type == .frame
        let owner = descriptor.peer == .none && !isNobodys ? entry.role : descriptor.peer
        if owner == target { return true }
      }
    }
    return false
  }
}
