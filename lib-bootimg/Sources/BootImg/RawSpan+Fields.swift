// The byte layer's reads with this format's errors, so that decoding reads as a list of fields.

import Bytes

extension RawSpan {
  /// One little-endian integer.
  func field<Integer: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Integer.Type = Integer.self
  ) throws(BootImageError) -> Integer {
    do throws(BytesError) { return try integer(at: offset, as: type) } catch {
      throw BootImageError(error)
    }
  }

  /// A range of the bytes, not copied.
  @_lifetime(copy self)
  func part(at offset: Int, count: Int) throws(BootImageError) -> RawSpan {
    do throws(BytesError) { return try slice(at: offset, count: count) } catch {
      throw BootImageError(error)
    }
  }

  /// A copy of `count` bytes.
  func fixedBytes<let count: Int>(
    at offset: Int, as type: FixedBytes<count>.Type = FixedBytes<count>.self
  ) throws(BootImageError) -> FixedBytes<count> {
    let part = try part(at: offset, count: count)
    do throws(BytesError) { return try FixedBytes(copying: part) } catch {
      throw BootImageError(error)
    }
  }

  /// Checks reserved or padding bytes.
  func checkZero(at offset: Int, count: Int) throws(BootImageError) {
    do throws(BytesError) { try requireZero(at: offset, count: count) } catch {
      throw BootImageError(error)
    }
  }
}
