// The descriptor that three formats share: one refusal for each rule of
// docs/reference/start-envelope.md, "Transfer descriptor".

import Bytes
import CapABI
import Handoff
import HandoffTesting
import Testing

struct TransferDescriptorTests {
  private static let peer = TransferDescriptor(
    slot: CapSlot(rawValue: 16), type: .endpoint, kind: .generic, rights: .send | .grant,
    peer: .named, badge: Badge(rawValue: 7))
  private static let memory = TransferDescriptor(
    slot: CapSlot(rawValue: 8), type: .endpoint, kind: .memory, rights: .send)
  private static let frame = TransferDescriptor(
    slot: CapSlot(rawValue: 64), type: .frame, rights: .read | .write)

  private func bytes(_ descriptor: TransferDescriptor) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: TransferDescriptor.size)
    var span = bytes.mutableSpan
    var raw = span.mutableRawBytes
    try descriptor.encodeFields(into: &raw, at: 0)
    return bytes
  }

  /// What is refused about a descriptor that stands at 200, with some of its bytes replaced.
  private func refusal(
    _ descriptor: TransferDescriptor, at offset: Int, _ patch: [UInt8]
  ) throws -> FormatError? {
    let changed = try bytes(descriptor).replacing(at: offset, with: patch)
    do throws(FormatError) {
      _ = try TransferDescriptor(fields: Record(changed.span.rawBytes, base: 200))
      return nil
    } catch { return error }
  }

  @Test(arguments: [peer, memory, frame])
  func `decoding gives back what was encoded`(_ descriptor: TransferDescriptor) throws {
    let encoded = try bytes(descriptor)
    #expect(
      try TransferDescriptor(fields: Record(encoded.span.rawBytes, base: 0)) == descriptor)
  }

  @Test func `every truncation is refused`() throws {
    let encoded = try bytes(Self.peer)
    for length in encoded.indices {
      let part = Array(encoded[..<length])
      #expect(throws: FormatError.self) {
        try TransferDescriptor(fields: Record(part.span.rawBytes, base: 0))
      }
    }
  }

  @Test func `slot 0 is refused`() throws {
    #expect(try refusal(Self.frame, at: 0, [0]) == .invalidValue(offset: 200, found: 0))
  }

  @Test(arguments: [0, 13, 255] as [UInt8])
  func `the null type and unknown types are refused`(_ type: UInt8) throws {
    let expected = FormatError.invalidValue(offset: 204, found: UInt64(type))
    #expect(try refusal(Self.frame, at: 4, [type, 0]) == expected)
  }

  @Test func `an unknown family and a family of a frame are refused`() throws {
    #expect(try refusal(Self.memory, at: 6, [15]) == .invalidValue(offset: 206, found: 15))
    #expect(try refusal(Self.frame, at: 6, [7]) == .invalidValue(offset: 206, found: 7))
  }

  @Test(arguments: [0, 0x80, 0x01] as [UInt8])
  func `no right, a reserved right and a right of another type are refused`(
    _ rights: UInt8
  ) throws {
    let expected = FormatError.unknownFlags(offset: 208, found: UInt64(rights))
    #expect(try refusal(Self.frame, at: 8, [rights]) == expected)
  }

  @Test func `a peer is refused behind a frame and behind a kernel endpoint`() throws {
    let expected = FormatError.invalidValue(offset: 212, found: 0x11)
    #expect(try refusal(Self.frame, at: 12, [0x11]) == expected)
    #expect(try refusal(Self.memory, at: 12, [0x11]) == expected)
  }

  @Test func `a badge without a peer is refused`() throws {
    #expect(try refusal(Self.peer, at: 12, [0]) == .invalidValue(offset: 216, found: 7))
  }

  @Test(arguments: [14, 15])
  func `a reserved byte is refused`(_ offset: Int) throws {
    #expect(
      try refusal(Self.peer, at: offset, [1]) == .nonzeroReserved(offset: 200 + offset))
  }
}
