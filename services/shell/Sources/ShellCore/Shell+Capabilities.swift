// Who holds what, as the kernel tells it.

import Bootstrap
import CapABI
import Handoff
import Runtime
import Sys

extension Shell {
  /// `caps`.
  mutating func showCapabilities(_ words: Words) throws(ShellError) {
    let file = configuration
    guard let config = file.bootConfig else { throw .said("there is no boot configuration") }
    let census = try takeCensus(config)
    guard words.count > 1 else {
      try countCapabilities(census, config)
      return
    }
    let (index, _) = try Self.service(1, of: words, config)
    guard let process = census.process(index) else { throw .said("it does not run") }
    say(
      "SLOT         WHAT                RIGHTS                   LEADS TO         BADGE      OBJECT"
    )
    var pending: HeldCapability?
    var slot: UInt64 = 0
    while let found = try capability(of: process, from: slot) {
      slot = found.slot + 1
      if pending?.join(found) == true { continue }
      if let pending { tell(pending, census, config) }
      pending = found
    }
    if let pending { tell(pending, census, config) }
  }

  private mutating func tell(
    _ held: HeldCapability, _ census: Census, _ config: borrowing BootConfig
  ) {
    var line = held.place
    line.pad(to: 13)
    line.append(held.kind)
    line.pad(to: 32)
    line.append(held.rights)
    line.pad(to: 58)
    let target = Self.target(of: held, census, config)
    if target != .none { line.append(target) } else { line.append("-") }
    line.pad(to: 75)
    if held.badge != .none { line.append(hexadecimal: held.badge.rawValue) }
    var object = TextLine("#")
    object.append(decimal: held.object)
    line.right(object, endingAt: 93)
    say(line)
  }

  /// Whom a capability leads to.
  static func target(
    of held: HeldCapability, _ census: Census, _ config: borrowing BootConfig
  ) -> RoleID {
    let owner: Int?
    switch held.type {
    case .endpoint, .notification:
      owner = held.family == 0 ? census.owner(of: held.object, isProcess: false) : nil
    case .process: owner = census.owner(of: held.object, isProcess: true)
    default: owner = nil
    }
    guard let owner else { return .none }
    return config.services[owner]?.role ?? .none
  }

  /// A line for each service: how many there are of each sort.
  private mutating func countCapabilities(
    _ census: Census, _ config: borrowing BootConfig
  ) throws(ShellError) {
    say("NAME                 ALL   SERVICES   KERNEL   MEMORY   OTHER")
    for index in 0..<Self.count(config) {
      guard let entry = config.services[index], let process = census.process(index) else {
        continue
      }
      var services: UInt64 = 0
      var families: UInt64 = 0
      var memory: UInt64 = 0
      var all: UInt64 = 0
      var slot: UInt64 = 0
      while let found = try capability(of: process, from: slot) {
        slot = found.slot + 1
        all += 1
        if found.isMemory {
          memory += 1
        } else if found.family != 0 {
          families += 1
        } else if found.type == .endpoint || found.type == .notification {
          services += 1
        }
      }
      var line = TextLine()
      line.append(entry.role)
      line.right(all, endingAt: 24)
      line.right(services, endingAt: 35)
      line.right(families, endingAt: 44)
      line.right(memory, endingAt: 53)
      line.right(all - services - families - memory, endingAt: 61)
      say(line)
    }
  }
}
