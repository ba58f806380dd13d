// Reading one field of a file with this library's own error.

import Bytes

extension RawSpan {
  /// Loads a little-endian field.
  ///
  /// - Throws: `ELFError.truncated` when it is not wholly inside the span.
  func field<Integer: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Integer.Type = Integer.self
  ) throws(ELFError) -> Integer {
    do {
      return try integer(at: offset, as: type)
    } catch {
      throw .truncated(
        offset: offset, needed: MemoryLayout<Integer>.size, available: byteCount)
    }
  }

  /// The `count` bytes from `offset` on.
  ///
  /// - Throws: `ELFError.truncated` when they are not wholly inside the span.
  @_lifetime(copy self)
  func part(at offset: Int, count: Int) throws(ELFError) -> RawSpan {
    do {
      return try slice(at: offset, count: count)
    } catch {
      throw .truncated(offset: offset, needed: count, available: byteCount)
    }
  }
}
