// The ring beside an array: the latest records, by numbers that are never used again.

import Store
import StoreTesting
import Testing

struct RingTests {
  @Test func `it keeps the latest records by number`() {
    var ring = Ring<UInt64>(in: .allocated(5 * 8))
    #expect(ring.capacity == 5 && ring.isEmpty)
    #expect(ring.first(from: 0) == nil)
    for value in 1...12 as ClosedRange<UInt64> {
      let number = ring.append(value * 10)
      #expect(number == value)
    }
    #expect(ring.oldest == 8 && ring.next == 13)
    for number in 0...14 as ClosedRange<UInt64> {
      #expect(ring[number] == ((8...12).contains(number) ? number * 10 : nil))
    }
  }

  @Test func `a cursor finds what is left and how much is gone`() {
    var ring = Ring<UInt64>(in: .allocated(5 * 8))
    for value in 1...12 as ClosedRange<UInt64> { _ = ring.append(value) }
    let found = [0, 1, 5, 8, 12, 13, .max].map { ring.first(from: $0) }
    #expect(found == [8, 8, 8, 8, 12, nil, nil])
    #expect([0, 1, 5, 8, 12].map { ring.lostCount(from: $0) } == [7, 7, 3, 0, 0])
  }

  @Test func `the oldest can go before there is need`() {
    var ring = Ring<UInt64>(in: .allocated(5 * 8))
    ring.removeOldest()
    for value in 1...3 as ClosedRange<UInt64> { _ = ring.append(value) }
    ring.removeOldest()
    #expect(ring.oldest == 2 && ring[1] == nil && ring[2] == 2)
    for _ in 0..<5 { ring.removeOldest() }
    #expect(ring.isEmpty && ring.oldest == 4)
    let number = ring.append(9)
    #expect(number == 4 && ring[4] == 9)
  }

  @Test func `a change reaches a record that is left`() {
    var ring = Ring<UInt64>(in: .allocated(2 * 8))
    for value in 1...3 as ClosedRange<UInt64> { _ = ring.append(value) }
    for number in 0...4 as ClosedRange<UInt64> { ring[number] = 70 + number }
    #expect([1, 2, 3, 4].map { ring[$0] } == [nil, 72, 73, nil])
  }

  @Test func `a region without room takes nothing`() {
    var ring = Ring<UInt64>(in: .allocated(4))
    let number = ring.append(1)
    #expect(number == 0 && ring.isEmpty)
  }
}
