// The screen that the firmware left, and how far text on it has come: records "Framebuffer" and
// "Continuity" of docs/reference/handoff.md.

public import Bytes

/// A linear framebuffer.
public struct Framebuffer: Equatable, Sendable {
  /// Order of the bytes of a pixel.
  public enum PixelFormat: UInt32, Sendable {
    /// Blue, green, red, unused.
    case bgra8888 = 1
    /// Red, green, blue, unused.
    case rgba8888 = 2
  }

  /// Physical address of the first pixel.
  public var base: UInt64
  /// Bytes.
  public var size: UInt64
  /// Pixels in a row.
  public var width: UInt32
  /// Rows.
  public var height: UInt32
  /// Bytes from row to row.
  public var stride: UInt32
  /// Pixel format.
  public var format: PixelFormat

  /// A framebuffer of these parts.
  public init(
    base: UInt64, size: UInt64, width: UInt32, height: UInt32, stride: UInt32,
    format: PixelFormat
  ) {
    self.base = base
    self.size = size
    self.width = width
    self.height = height
    self.stride = stride
    self.format = format
  }
}

#if !hasFeature(Embedded)
extension Framebuffer.PixelFormat: CaseIterable {}
#endif

extension Framebuffer: WireRecord {
  /// 32 bytes.
  public static let encodedSize = 32

  /// Decodes and validates: every pixel lies inside `size` bytes below the physical limit.
  ///
  /// - Throws: `FormatError.invalidValue` for the first field that is out of its range.
  public init(_ record: Record) throws(FormatError) {
    base = try record.integer(at: 0)
    size = try record.integer(at: 8)
    width = try record.integer(at: 16)
    height = try record.integer(at: 20)
    stride = try record.integer(at: 24)
    format = try record.value(at: 28)
    try record.require(base != 0 && base < PageRange.physicalLimit, at: 0, base)
    try record.require(size <= PageRange.physicalLimit - base, at: 8, size)
    try record.require((1...0xFFFF).contains(width), at: 16, width)
    try record.require((1...0xFFFF).contains(height), at: 20, height)
    try record.require(stride % 4 == 0 && stride >= width * 4, at: 24, stride)
    // At most 2^32 x 2^16.
    try record.require(UInt64(stride) * UInt64(height) <= size, at: 8, size)
  }

  /// Writes the record.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(base, at: offset)
    try bytes.store(size, at: offset + 8)
    try bytes.store(width, at: offset + 16)
    try bytes.store(height, at: offset + 20)
    try bytes.store(stride, at: offset + 24)
    try bytes.store(format.rawValue, at: offset + 28)
  }
}

/// Where the next writer on the screen goes on.
public struct ConsoleContinuity: Equatable, Sendable {
  /// Text row of the cursor.
  public var row: UInt32
  /// Text column of the cursor.
  public var column: UInt32
  /// How many screens were begun.
  public var generation: UInt32

  /// A cursor of these parts.
  public init(row: UInt32, column: UInt32, generation: UInt32) {
    self.row = row
    self.column = column
    self.generation = generation
  }
}

extension ConsoleContinuity: WireRecord {
  /// 16 bytes.
  public static let encodedSize = 16

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    row = try record.integer(at: 0)
    column = try record.integer(at: 4)
    generation = try record.integer(at: 8)
    try record.requireZero(at: 12, count: 4)
  }

  /// Writes the record.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(row, at: offset)
    try bytes.store(column, at: offset + 4)
    try bytes.store(generation, at: offset + 8)
  }
}
