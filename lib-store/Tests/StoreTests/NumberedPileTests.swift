// Numbers find their record and, after it is gone, nothing, whatever was added in its place.

import Store
import StoreTesting
import Testing

private struct Sample: BitwiseCopyable, Equatable {
  var value: UInt64
}

struct NumberedPileTests {
  private var pile = NumberedPile<Sample>(
    in: .allocated(4 * NumberedPile<Sample>.bytesPerRecord))

  private mutating func add(_ value: UInt64) throws -> Place {
    let added = pile.add(Sample(value: value))
    return try #require(added)
  }

  @Test mutating func `a number finds its record`() throws {
    let first = try add(1)
    let second = try add(2)
    #expect(pile.find(pile.number(of: first)) == first)
    #expect(pile.find(pile.number(of: second)) == second)
    #expect(pile[second] == Sample(value: 2))
  }

  @Test mutating func `a number finds nothing after its record is gone`() throws {
    let first = try add(1)
    let number = pile.number(of: first)
    pile.remove(first)
    #expect(pile.find(number) == nil)
    let next = try add(2)
    #expect(next == first)
    #expect(pile.find(number) == nil)
    #expect(pile.number(of: next) != number)
  }

  @Test mutating func `numbers that nobody was given find nothing`() throws {
    #expect(pile.find(0) == nil)
    let place = try add(1)
    for number in [0, 1, UInt64(1) << 20, 5, .max, pile.number(of: place) ^ 1] {
      #expect(number == pile.number(of: place) || pile.find(number) == nil)
    }
  }

  @Test mutating func `the region bounds how many there are, and places stay below that`() throws {
    for index in 0..<4 {
      #expect(try add(UInt64(index)).index == UInt32(index))
    }
    let fifth = pile.add(Sample(value: 4))
    #expect(fifth == nil)
    #expect(pile.count == 4 && pile.capacity == 4)
  }

  @Test func `a limit bounds how many there are`() {
    var pile = NumberedPile<Sample>(
      in: .allocated(4 * NumberedPile<Sample>.bytesPerRecord), limit: 1)
    let first = pile.add(Sample(value: 0))
    let second = pile.add(Sample(value: 1))
    #expect(first != nil && second == nil)
  }

  @Test mutating func `changes stay, the number too`() throws {
    let place = try add(1)
    let number = pile.number(of: place)
    pile[place].value = 9
    #expect(pile[place].value == 9 && pile.number(of: place) == number)
  }
}
