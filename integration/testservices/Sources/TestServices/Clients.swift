// Clients of named and timed, one that floods, and one that measures meanwhile.

import Bootstrap
import CapABI
import IPC
import Runtime
import Sys

extension Test {
  /// What was declared can be looked up and answers, and nothing else; the registry is sealed.
  mutating func useNames() {
    guard let timed = ServiceTuple(.timed), let logd = ServiceTuple(.logd) else { return }
    let found = code(
      of: NamedRequest.lookup(timed), to: Slots.named, NamedReply.self, landing: Slots.landing)
    expect(found == .ok, "what is declared is found")
    let answer = code(of: TimedRequest.nowMonotonic, to: Slots.landing, TimedReply.self)
    expect(answer == .ok, "and answers")
    try? system.drop(Slots.landing)
    let denied = code(
      of: NamedRequest.lookup(logd), to: Slots.named, NamedReply.self, landing: Slots.landing)
    expect(denied == .denied, "what is not declared is DENIED")
    let inexact = ServiceTuple(name: timed.name, role: timed.role, protocolID: logd.protocolID)
    let unknown = code(
      of: NamedRequest.lookup(inexact), to: Slots.named, NamedReply.self, landing: Slots.landing)
    expect(unknown == .notFound, "another protocol under that name is NOT_FOUND")
    register(inexact, .notFound, "REGISTER with another protocol is NOT_FOUND")
    register(timed, .denied, "REGISTER as another role is DENIED")
    let late = code(
      of: NamedRequest.seedEntry(timed, rights: .send), to: Slots.seeding, NamedReply.self)
    expect(late == .sealed, "SEED_ENTRY after SEAL is SEALED")
    let again = code(of: NamedRequest.seal, to: Slots.seeding, NamedReply.self)
    expect(again == .sealed, "and so is SEAL")
  }

  private mutating func register(
    _ tuple: ServiceTuple, _ expected: ResultCode, _ name: StaticString
  ) {
    system.send(TransferEntry(slot: StartupSlot.endpoint, mode: .copy, rights: .send))
    let found = code(of: NamedRequest.register(tuple), to: Slots.named, NamedReply.self)
    expect(found == expected, name)
  }

  // MARK: Time

  /// Time never goes back, and no wait ends early.
  mutating func useTime() {
    var last: UInt64 = 0
    var isMonotonic = true
    for _ in 0..<200 {
      let time = clock()
      isMonotonic = isMonotonic && time >= last && time > 0
      last = time
    }
    expect(isMonotonic, "time never goes back")
    var isInOrder = true
    let delays: InlineArray<4, UInt64> = [5, 1, 20, 3]
    for index in 0..<4 {
      let wanted = last + delays[index] * 1_000_000
      let end = wait(until: wanted)
      isInOrder = isInOrder && end >= wanted && end < wanted + Self.second
      last = clock()
      isInOrder = isInOrder && last >= end
    }
    expect(isInOrder, "waits end in their order, and none early")
    let past = wait(until: 1)
    expect(past >= last, "what is past is not waited for")
  }

  private mutating func clock() -> UInt64 {
    guard
      case .nowMonotonic(let time)? = try? system.ask(
        TimedRequest.nowMonotonic, of: Slots.timed, TimedReply.self, deadline: limit)
    else { return 0 }
    return time
  }

  private mutating func wait(until time: UInt64) -> UInt64 {
    let request = TimedRequest.waitUntil(nanoseconds: time, flags: WaitFlags(rawValue: 0))
    guard
      case .waitUntil(let end)? = try? system.ask(
        request, of: Slots.timed, TimedReply.self, deadline: limit)
    else { return 0 }
    return end
  }

  // MARK: Floods

  /// Sends as much as the processor allows, good requests and bad ones, for ever.
  mutating func flood() {
    let append = MessageTag(label: LogdOperation.append.rawValue, length: 8)
    while true {
      for _ in 0..<64 {
        _ = system.notify(Slots.logd, append, MessageWords(0x7878_7878_0004_0000))
        _ = system.notify(Slots.logd, MessageTag(label: 0xFFF))
        _ = system.notify(Slots.named, MessageTag(label: 0xFFF))
        _ = system.notify(Slots.timed, MessageTag(label: 0xFFF))
      }
      _ = self.append()
      _ = code(of: NamedRequest.list(index: 0), to: Slots.named, NamedReply.self)
      _ = code(of: TimedRequest.nowMonotonic, to: Slots.timed, TimedReply.self)
    }
  }

  /// Everybody else is answered within a second while somebody floods.
  mutating func measureUnderFlood() {
    let roles: InlineArray<3, RoleID> = [.named, .timed, .logd]
    for index in 0..<3 {
      var longest: UInt64 = 0
      var isServed = true
      for _ in 0..<50 {
        let start = now
        isServed = serves(roles[index]) && isServed
        longest = max(longest, now - start)
      }
      expect(isServed, "is answered under a flood")
      tell("longest answer, microseconds:", longest / 1000)
      expect(longest < Self.second, "within a second")
    }
  }
}
