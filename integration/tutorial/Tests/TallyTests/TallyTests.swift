// Each operation of tally with each of its errors, through the real loop.

import Bootstrap
import CapABI
import IPC
import Service
import ServiceTesting
import TallyCore
import Testing

private let alice = Badge(rawValue: 0x1_0001)
private let bob = Badge(rawValue: 0x1_0002)
private let keeper = Badge(rawValue: 0x2_0001)

struct TallyTests {
  private let kernel = TestKernel()
  private var tally: Tally

  init() throws {
    var start = Start.sample(RoleID(rawValue: 0x1010), heapBytes: 4096)
    tally = try Tally(&start)
  }

  private mutating func ask(_ request: TallyRequest, as badge: Badge) throws -> TallyReply {
    try kernel.ask(&tally, request, badge: badge).reply
  }

  @Test mutating func `each client has its own count`() throws {
    let first = try ask(.add(2), as: alice)
    let second = try ask(.add(3), as: alice)
    let other = try ask(.add(7), as: bob)
    #expect([first, second, other] == [.add(total: 2), .add(total: 5), .add(total: 7)])
  }

  @Test mutating func `a reset forgets all of them`() throws {
    _ = try ask(.add(2), as: alice)
    let reply = try ask(.reset, as: keeper)
    let count = try ask(.add(1), as: alice)
    #expect(reply == .reset)
    #expect(count == .add(total: 1))
  }

  @Test mutating func `only the control face resets, only clients add`() {
    #expect(throws: ResultCode.denied) { try ask(.reset, as: alice) }
    #expect(throws: ResultCode.denied) { try ask(.add(1), as: keeper) }
  }

  @Test mutating func `a count that would overflow stays as it is`() throws {
    _ = try ask(.add(.max), as: alice)
    #expect(throws: ResultCode.tooLarge) { try ask(.add(1), as: alice) }
    let count = try ask(.add(0), as: alice)
    #expect(count == .add(total: .max))
  }

  @Test mutating func `more clients than fit are refused, and the others served`() throws {
    var next: UInt64 = 0x1_0001
    while (try? ask(.add(1), as: Badge(rawValue: next))) != nil { next += 1 }
    #expect(throws: ResultCode.limitReached) { try ask(.add(1), as: Badge(rawValue: next)) }
    let count = try ask(.add(1), as: alice)
    #expect(count == .add(total: 2))
  }

  @Test func `a heap without room for a client ends the start`() {
    #expect(throws: ReadinessCode.noMemory) {
      var start = Start.sample(RoleID(rawValue: 0x1010), heapBytes: 0)
      _ = try Tally(&start)
    }
  }
}
