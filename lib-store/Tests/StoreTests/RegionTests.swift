// Regions, piles and pools of numbers at their edges.

import Store
import StoreTesting
import Testing

struct RegionTests {
  @Test func `parts are cut off the front without overlap`() throws {
    var region = Region.allocated(64)
    let start = region.address
    let taken = region.take(20)
    let part = try #require(taken)
    #expect(part.byteCount == 32)
    #expect(part.address == start)
    #expect(region.address == start + 32)
    #expect(region.byteCount == 32)
    let sizes = [33, -1, 32, 1, 0].map { region.take($0)?.byteCount }
    #expect(sizes == [nil, nil, 32, nil, 0])
  }

  @Test func `an address that no record can begin at is refused`() {
    // SAFETY: nothing is read or written; only the refusal is looked at.
    let refused = unsafe [
      Region(unsafeAddress: 0, byteCount: 8), Region(unsafeAddress: 4097, byteCount: 8),
      Region(unsafeAddress: 4096, byteCount: -1),
    ]
    #expect(refused.allSatisfy { $0 == nil })
  }
}

struct PileTests {
  @Test func `places are reused and hold what was put there`() throws {
    var pile = Pile<UInt64>(in: .allocated(24))
    let added = [pile.add(1), pile.add(2), pile.add(3)]
    let first = try #require(added[0])
    let second = try #require(added[1])
    let third = try #require(added[2])
    let fourth = pile.add(4)
    #expect(fourth == nil)
    pile.remove(second)
    pile.remove(first)
    #expect(pile.count == 1)
    let again = [pile.add(5), pile.add(6), pile.add(7)]
    #expect(again == [first, second, nil])
    #expect([pile[first], pile[second], pile[third]] == [5, 6, 3])
    pile[third] = 9
    #expect(pile[third] == 9)
  }
}

private func take(_ count: Int, from pool: inout NumberPool) -> [UInt32?] {
  var taken: [UInt32?] = []
  for _ in 0..<count { taken.append(pool.take()) }
  return taken
}

struct NumberPoolTests {
  @Test func `every number once, those given back again`() {
    var pool = NumberPool(10..<13, in: .allocated(16))
    #expect(take(4, from: &pool) == [10, 11, 12, nil])
    pool.giveBack(11)
    pool.giveBack(10)
    #expect(pool.count == 2)
    #expect(take(3, from: &pool) == [10, 11, nil])
  }

  @Test func `a range with more numbers than room is cut`() {
    var pool = NumberPool(0..<1000, in: .allocated(16))
    #expect(pool.count == 4)
    #expect(take(5, from: &pool) == [0, 1, 2, 3, nil])
  }
}
