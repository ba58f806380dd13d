// The byte form of a transfer entry: literal bytes, each error, each length.

import Bytes
import CapABI
import IPC
import Testing

private let copied = TransferEntry(
  slot: CapSlot(rawValue: 0x0123), mode: .copy, rights: .send | .grant,
  badge: Badge(rawValue: 0x1122_3344_5566_7788))
private let copiedBytes = hex("23010000 0200 0000 05000000 00000000 8877665544332211")
private let moved = TransferEntry(slot: CapSlot(rawValue: 1), mode: .move, rights: .all)
private let movedBytes = hex("01000000 0100 0000 7F000000 00000000 0000000000000000")

private func encode(_ entry: TransferEntry, room: Int = 24) throws(ProtocolError) -> [UInt8] {
  var buffer = [UInt8](repeating: 0xAA, count: room)
  var span = buffer.mutableSpan
  var raw = span.mutableRawBytes
  try entry.encode(into: &raw)
  return buffer
}

private func decode(_ bytes: [UInt8]) throws(ProtocolError) -> TransferEntry {
  try TransferEntry(decoding: bytes.span.rawBytes)
}

struct TransferEntryTests {
  @Test func `a copy has these bytes in both directions`() throws {
    #expect(try encode(copied) == copiedBytes)
    #expect(try decode(copiedBytes) == copied)
  }

  @Test func `a move has these bytes in both directions`() throws {
    #expect(try encode(moved) == movedBytes)
    #expect(try decode(movedBytes) == moved)
  }

  @Test func `every other length is refused`() {
    for length in 0..<24 {
      #expect(throws: ProtocolError.self) { try decode(Array(copiedBytes.prefix(length))) }
    }
    #expect(throws: ProtocolError.wrongLength(found: 25, minimum: 24, maximum: 24)) {
      try decode(copiedBytes + [0])
    }
  }

  @Test(arguments: [(0, "00000000"), (0, "00001000"), (4, "0000"), (4, "0300"), (8, "80000000")])
  func `a bad field is refused with its offset`(offset: Int, replacement: String) {
    var bytes = copiedBytes
    let new = hex(replacement)
    bytes.replaceSubrange(offset..<(offset + new.count), with: new)
    #expect(throws: ProtocolError.invalidField(offset: offset)) { try decode(bytes) }
  }

  @Test(arguments: [6, 7, 12, 15])
  func `a reserved byte is refused`(offset: Int) {
    var bytes = copiedBytes
    bytes[offset] = 1
    #expect(throws: ProtocolError.reservedNotZero(offset: offset)) { try decode(bytes) }
  }

  @Test func `a badge on a move is refused in both directions`() {
    var bytes = movedBytes
    bytes[16] = 1
    #expect(throws: ProtocolError.invalidField(offset: 16)) { try decode(bytes) }
    var entry = moved
    entry.badge = Badge(rawValue: 1)
    #expect(throws: ProtocolError.invalidField(offset: 16)) { try encode(entry) }
  }

  @Test(arguments: [0, 1 << 20] as [UInt32])
  func `a slot that holds nothing is not encoded`(slot: UInt32) {
    var entry = moved
    entry.slot = CapSlot(rawValue: slot)
    #expect(throws: ProtocolError.invalidField(offset: 0)) { try encode(entry) }
  }

  @Test func `reserved rights are not encoded`() {
    var entry = moved
    entry.rights = Rights(rawValue: 1 << 7)
    #expect(throws: ProtocolError.invalidField(offset: 8)) { try encode(entry) }
  }

  @Test func `a small buffer is refused`() {
    for room in 0..<24 {
      #expect(throws: ProtocolError.self) { try encode(copied, room: room) }
    }
  }
}
