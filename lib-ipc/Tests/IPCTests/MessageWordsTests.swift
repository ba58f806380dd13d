// The register words of a message against literal bytes, at every length.

import Bytes
import CapABI
import IPC
import Testing

private let words = MessageWords(
  0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908, 0x1716_1514_1312_1110, 0x1F1E_1D1C_1B1A_1918)
private let counting = [UInt8](0..<40)

private func store(_ words: MessageWords, length: UInt16, room: Int) throws -> [UInt8] {
  var buffer = [UInt8](repeating: 0xAA, count: room)
  var span = buffer.mutableSpan
  var raw = span.mutableRawBytes
  try words.store(length: length, into: &raw)
  return buffer
}

struct MessageWordsTests {
  @Test func `the words are the first 32 bytes in little-endian order`() {
    #expect(MessageWords(body: counting.span.rawBytes) == words)
  }

  @Test func `an empty body is four zero words`() {
    let empty: [UInt8] = []
    #expect(MessageWords(body: empty.span.rawBytes) == MessageWords())
  }

  @Test(arguments: 0...32)
  func `bytes that a short body does not have are zero`(length: Int) {
    let short = Array(counting.prefix(length))
    let padded = short + [UInt8](repeating: 0, count: 32 - length)
    #expect(
      MessageWords(body: short.span.rawBytes) == MessageWords(body: padded.span.rawBytes))
  }

  @Test(arguments: 0...32)
  func `storing writes as many bytes as the body has`(length: Int) throws {
    let stored = try store(words, length: UInt16(length), room: 40)
    let rest = [UInt8](repeating: 0xAA, count: 40 - length)
    #expect(stored == Array(counting.prefix(length)) + rest)
  }

  @Test(arguments: [33, 1024, UInt16.max])
  func `a longer body has 32 bytes in registers`(length: UInt16) throws {
    let stored = try store(words, length: length, room: 40)
    #expect(stored == Array(counting.prefix(32)) + [UInt8](repeating: 0xAA, count: 8))
  }

  @Test func `a buffer that is too small is refused`() {
    #expect(throws: ProtocolError.bufferTooSmall(needed: 32, available: 31)) {
      try store(words, length: 100, room: 31)
    }
  }
}
