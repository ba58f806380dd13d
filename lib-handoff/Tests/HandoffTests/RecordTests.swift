// Reading single fields: every refusal names the field by its place in the file, not in the record.

import Bytes
import CapABI
import Handoff
import HandoffTesting
import Testing

struct RecordTests {
  private static let base = 1000
  private let bytes: [UInt8] = [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 9, 0]

  /// What `body` refuses about the record, which begins at 1000.
  private func refusal(
    _ body: (borrowing Record) throws(FormatError) -> Void
  ) -> FormatError? {
    do throws(FormatError) {
      try body(Record(bytes.span.rawBytes, base: Self.base))
      return nil
    } catch { return error }
  }

  @Test func `an integer is read from its offset`() throws {
    let record = Record(bytes.span.rawBytes, base: Self.base)
    #expect(try record.integer(at: 0, as: UInt32.self) == 1)
    #expect(try record.integer(at: 4, as: UInt64.self) == 0x0009_0000_0000_0002)
  }

  @Test(arguments: [(9, 1012), (12, 1012), (-1, 1012)])
  func `an integer outside the record is truncated`(_ offset: Int, _ end: Int) {
    #expect(
      refusal { record throws(FormatError) in
        _ = try record.integer(at: offset, as: UInt32.self)
      } == .truncated(needed: 1000 + offset + 4, available: end))
  }

  @Test func `a number that a closed set lacks is refused with its place`() {
    #expect(
      refusal { record throws(FormatError) in
        _ = try record.value(at: 4, as: BuildProfile.self)
      } == nil)
    #expect(
      refusal { record throws(FormatError) in
        _ = try record.value(at: 8, as: BuildProfile.self)
      } == .invalidValue(offset: 1008, found: 0x0009_0000))
  }

  @Test func `a flag without meaning is refused with all flags found`() {
    #expect(
      refusal { record throws(FormatError) in
        _ = try record.flags(at: 8, as: Rights.self)
      } == .unknownFlags(offset: 1008, found: 0x0009_0000))
  }

  @Test func `fixed bytes are copied, and truncated past the end`() throws {
    let record = Record(bytes.span.rawBytes, base: Self.base)
    #expect(try record.fixedBytes(at: 8, as: FixedBytes<4>.self)[2] == 9)
    #expect(
      refusal { record throws(FormatError) in
        _ = try record.fixedBytes(at: 9, as: FixedBytes<4>.self)
      } == .truncated(needed: 1013, available: 1012))
  }

  @Test func `the first reserved byte that is not zero is named`() {
    #expect(
      refusal { record throws(FormatError) in try record.requireZero(at: 5, count: 5) } == nil)
    #expect(
      refusal { record throws(FormatError) in try record.requireZero(at: 5, count: 7) }
        == .nonzeroReserved(offset: 1010))
    #expect(
      refusal { record throws(FormatError) in try record.requireZero(at: 11, count: 2) }
        == .truncated(needed: 1013, available: 1012))
  }

  @Test func `an absent record is made of zeros`() throws {
    let record = Record(bytes.span.rawBytes, base: Self.base)
    let absent = try record.nested(at: 8, ifPresent: true, as: Dot.self)
    #expect(absent == Dot(value: 0))
    #expect(
      refusal { record throws(FormatError) in
        _ = try record.nested(at: 8, ifPresent: false, as: Dot.self)
      } == nil)
    #expect(
      refusal { record throws(FormatError) in
        _ = try record.nested(at: 10, ifPresent: false, as: Dot.self)
      } == .nonzeroReserved(offset: 1010))
  }

  @Test func `a record inside this one keeps its place in the file`() {
    #expect(
      refusal { record throws(FormatError) in _ = try record.nested(at: 10, as: Dot.self) }
        == .invalidValue(offset: 1010, found: 9))
    #expect(
      refusal { record throws(FormatError) in _ = try record.nested(at: 11, as: Dot.self) }
        == .truncated(needed: 1013, available: 1012))
  }
}

/// Two bytes, of which only small numbers are allowed.
private struct Dot: WireRecord, Equatable {
  static let encodedSize = 2
  var value: UInt16

  init(value: UInt16) {
    self.value = value
  }

  init(_ record: Record) throws(FormatError) {
    value = try record.integer(at: 0)
    try record.require(value < 9, at: 0, value)
  }

  func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(value, at: offset)
  }
}
