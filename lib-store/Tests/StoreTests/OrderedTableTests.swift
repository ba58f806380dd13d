// The ordered table beside a sorted array: the same answers for any sequence of operations, and a
// height that stays logarithmic for keys in order, the worst case of a tree that is not balanced.

import StoreTesting
import Testing

@testable import Store

/// What the table shall be: an array kept in order.
private struct Model {
  var records: [(key: TableKey, value: UInt64)] = []

  func index(_ key: TableKey) -> Int { records.firstIndex { !($0.key < key) } ?? records.count }

  subscript(key: TableKey) -> UInt64? {
    let place = index(key)
    return place < records.count && records[place].key == key ? records[place].value : nil
  }

  mutating func insert(_ value: UInt64, at key: TableKey) -> Bool {
    guard self[key] == nil else { return false }
    records.insert((key, value), at: index(key))
    return true
  }

  mutating func remove(_ key: TableKey) -> UInt64? {
    guard let value = self[key] else { return nil }
    records.remove(at: index(key))
    return value
  }
}

private func key(_ number: UInt64) -> TableKey { TableKey(number % 3, number / 3) }

struct OrderedTableTests {
  @Test(arguments: 1...20) func `answers like a sorted array`(_ seed: UInt64) {
    var generator = Seeded(state: seed)
    var table = OrderedTable<UInt64>(in: .allocated(64 * OrderedTable<UInt64>.bytesPerRecord))
    var model = Model()
    for step in 0..<4000 {
      let name = key(generator.next() % 100)
      switch generator.next() % 6 {
      case 0, 1:
        let isFull = model.records.count == table.capacity
        let expected = isFull ? false : model.insert(UInt64(step), at: name)
        let isInserted = table.insert(UInt64(step), at: name)
        #expect(isInserted == expected)
      case 2:
        let removed = (table.remove(name), model.remove(name))
        #expect(removed.0 == removed.1)
      case 3:
        #expect(table[name] == model[name])
        let next = model.index(name)
        let found = table.first(from: name)
        #expect(found?.key == (next < model.records.count ? model.records[next].key : nil))
      case 4:
        let other = key(generator.next() % 100)
        let range = min(name, other)..<max(name, other)
        let expected = model.records.filter { range.contains($0.key) }.count
        #expect(table.count(in: range) == expected)
      default:
        let found = table.last(upTo: name)
        #expect(found?.key == model.records.last { !(name < $0.key) }?.key)
      }
      #expect(table.count == model.records.count)
    }
    var cursor = table.first(from: TableKey(0))
    for record in model.records {
      #expect(cursor?.key == record.key)
      #expect(cursor?.value == record.value)
      cursor = table.first(from: TableKey(record.key.major, record.key.minor + 1))
    }
  }

  @Test func `a change reaches one record and adds none`() {
    var table = OrderedTable<UInt64>(in: .allocated(4096))
    let isInserted = table.insert(1, at: key(1))
    #expect(isInserted)
    table[key(1)] = 7
    table[key(2)] = 8
    #expect(table[key(1)] == 7)
    #expect(table[key(2)] == nil)
    #expect(table.count == 1)
  }

  @Test func `a full table refuses and keeps what it has`() {
    var table = OrderedTable<UInt64>(in: .allocated(3 * OrderedTable<UInt64>.bytesPerRecord))
    var inserted: [Bool] = []
    for number in [0, 1, 2, 9] as [UInt64] {
      inserted.append(table.insert(number, at: key(number)))
    }
    #expect(inserted == [true, true, true, false])
    let removed = table.remove(key(1))
    #expect(removed == 1)
    let isInserted = table.insert(9, at: key(9))
    #expect(isInserted)
    #expect(table[key(9)] == 9)
  }

  @Test func `keys in order make no list`() {
    let count: UInt64 = 4096
    var table = OrderedTable<UInt64>(
      in: .allocated(Int(count) * OrderedTable<UInt64>.bytesPerRecord))
    for number in 0..<count where !table.insert(number, at: TableKey(number)) {
      Issue.record("\(number) not inserted")
    }
    #expect(table.height >= 12)
    #expect(table.height <= 26)
    for number in 0..<count - 64 where table.remove(TableKey(number)) != number {
      Issue.record("\(number) not removed")
    }
    #expect(table.count == 64)
    #expect(table.height <= 14)
  }
}
