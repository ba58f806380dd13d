// A staged child in dictionaries.

import Bytes
import CapABI
import Load
import Store

/// Pages that were mapped, and what is in them.
struct FakeTarget: LoadTarget {
  var pages: [UInt64: (rights: Rights, bytes: [UInt8])] = [:]
  var orders: [UInt8] = []
  /// Pages that can still be mapped.
  var room = Int.max
  /// Whose addresses the writes name.
  let scratch: Region

  init(scratch: Region) {
    self.scratch = scratch
  }

  mutating func map(at address: UInt64, order: UInt8, rights: Rights) throws(ResultCode) {
    let count = 1 << Int(order)
    guard address.isMultiple(of: UInt64(count) * 4096) else { throw .invalidArgument }
    guard room >= count else { throw .noMemory }
    room -= count
    orders.append(order)
    for index in 0..<UInt64(count) {
      let page = address + index * 4096
      guard pages[page] == nil else { throw .exists }
      pages[page] = (rights, [UInt8](repeating: 0, count: 4096))
    }
  }

  mutating func write(
    from source: UInt64, count: UInt64, to address: UInt64
  ) throws(ResultCode) {
    guard source >= scratch.address, source - scratch.address + count <= scratch.byteCount
    else { throw .invalidArgument }
    let bytes = scratch.bytes
    for index in 0..<count {
      let place = address + index
      let offset = Int(source - scratch.address + index)
      let byte = try? bytes.integer(at: offset, as: UInt8.self)
      guard let byte, pages[place & ~4095] != nil else { throw .notFound }
      pages[place & ~4095]?.bytes[Int(place & 4095)] = byte
    }
  }

  /// The little-endian word at an address; nil where nothing is mapped.
  func word(_ address: UInt64) -> UInt64? {
    guard let page = pages[address & ~4095] else { return nil }
    return (0..<8).reduce(0) {
      $0 | UInt64(page.bytes[Int(address & 4095) + $1]) << UInt64($1 * 8)
    }
  }
}
