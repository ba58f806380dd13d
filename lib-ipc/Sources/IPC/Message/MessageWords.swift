// The four message words that travel in registers are the first 32 bytes of the body, little-endian
// (docs/reference/ipc.md, "Payload"). Pure functions; the system-call shim moves the words.

import Bytes
import CapABI

/// The message words of one message: what rdx, r10, r8 and r9 hold.
public struct MessageWords: Equatable, Sendable {
  /// Body bytes 0-7 (rdx).
  public var word0: UInt64
  /// Body bytes 8-15 (r10).
  public var word1: UInt64
  /// Body bytes 16-23 (r8).
  public var word2: UInt64
  /// Body bytes 24-31 (r9).
  public var word3: UInt64

  /// The words of a message.
  public init(_ word0: UInt64 = 0, _ word1: UInt64 = 0, _ word2: UInt64 = 0, _ word3: UInt64 = 0) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  /// Loads the first 32 bytes of a body; bytes that a shorter body does not have are zero.
  public init(body: RawSpan) {
    self.init(
      Self.word(body, at: 0), Self.word(body, at: 8), Self.word(body, at: 16),
      Self.word(body, at: 24))
  }

  /// Stores the body bytes that the words hold: the first `length` bytes, at most 32.
  ///
  /// - Parameters:
  ///   - length: Length of the whole body in bytes, as the tag gives it.
  ///   - body: Receives `min(length, 32)` bytes from its start on; the rest stays as it is.
  /// - Throws: `ProtocolError.bufferTooSmall` when they do not fit. Nothing is written then.
  @_lifetime(body: copy body)
  public func store(length: UInt16, into body: inout MutableRawSpan) throws(ProtocolError) {
    let count = Int(min(length, MessageTag.registerBytes))
    guard count <= body.byteCount else {
      throw .bufferTooSmall(needed: count, available: body.byteCount)
    }
    do {
      for index in 0..<count {
        try body.store(byte(index), at: index)
      }
    } catch {
      throw ProtocolError(error)
    }
  }

  /// Body byte `index`, below 32.
  private func byte(_ index: Int) -> UInt8 {
    let word =
      switch index / 8 {
      case 0: word0
      case 1: word1
      case 2: word2
      default: word3
      }
    return UInt8(truncatingIfNeeded: word >> UInt64(index % 8 * 8))
  }

  /// The little-endian word at `offset`, missing bytes zero.
  private static func word(_ body: RawSpan, at offset: Int) -> UInt64 {
    if let whole = try? body.integer(at: offset, as: UInt64.self) { return whole }
    var word: UInt64 = 0
    for index in 0..<8 {
      guard let byte = try? body.integer(at: offset + index, as: UInt8.self) else { break }
      word |= UInt64(byte) << UInt64(index * 8)
    }
    return word
  }
}
