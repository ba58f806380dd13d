// The memory that a program was given for its tables: the one place where addresses become
// records. Everything above it speaks of indexes.

/// A range of the program's own memory.
///
/// ## Invariants
/// - The bytes from `start` on are mapped readable and writable (or appear when they are touched)
///   for as long as the program lives, and nothing else uses them.
@safe public struct Region {
  private let start: UnsafeMutableRawPointer
  /// How many bytes there are.
  public let byteCount: Int

  /// The memory at an address; nil for address 0 or one that no record can begin at.
  ///
  /// - Safety: The invariant of the type holds for `byteCount` bytes from the address on.
  @unsafe public init?(unsafeAddress address: UInt64, byteCount: Int) {
    // SAFETY: only makes a pointer; the caller vouches for the bytes behind it.
    guard address.isMultiple(of: 16), byteCount >= 0,
      let start = unsafe UnsafeMutableRawPointer(bitPattern: UInt(address))
    else { return nil }
    // SAFETY: the caller's promise is the invariant of the type.
    unsafe self.start = start
    self.byteCount = byteCount
  }

  private init(start: UnsafeMutableRawPointer, byteCount: Int) {
    // SAFETY: called only for a part of a region, which has the invariant too.
    unsafe self.start = start
    self.byteCount = byteCount
  }

  /// The address of the first byte.
  public var address: UInt64 {
    // SAFETY: the pointer is turned into a number; nothing is read.
    UInt64(UInt(bitPattern: unsafe start))
  }

  /// Cuts a part off the front, for a table of its own.
  ///
  /// - Parameter byteCount: Rounded up to a multiple of 16.
  /// - Returns: The part, which this region has no more; nil when the region has less.
  public mutating func take(_ byteCount: Int) -> Region? {
    guard byteCount >= 0, byteCount <= self.byteCount else { return nil }
    let size = (byteCount + 15) & ~15
    guard size <= self.byteCount else { return nil }
    // SAFETY: size is at most what the region has, so both parts keep the type's invariant.
    let part = unsafe Region(start: start, byteCount: size)
    // SAFETY: as above: the rest begins where the part ends.
    self = unsafe Region(start: start + size, byteCount: self.byteCount - size)
    return part
  }

  /// The bytes.
  public var bytes: RawSpan {
    @inline(__always)
    @_lifetime(borrow self)
    get {
      // SAFETY: by the type's invariant the bytes are mapped and nothing else changes them.
      let bytes = unsafe UnsafeRawBufferPointer(start: start, count: byteCount)
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
    }
  }

  /// The bytes, to be written.
  public var mutableBytes: MutableRawSpan {
    @inline(__always)
    @_lifetime(&self)
    mutating get {
      // SAFETY: as `bytes`; the exclusive access to this value is the only way to write them.
      let bytes = unsafe UnsafeMutableRawBufferPointer(start: start, count: byteCount)
      return unsafe _overrideLifetime(MutableRawSpan(_unsafeBytes: bytes), mutating: &self)
    }
  }

  /// How many records of a type fit.
  func capacity<Record: BitwiseCopyable>(of type: Record.Type) -> UInt32 {
    UInt32(clamping: byteCount / MemoryLayout<Record>.stride)
  }

  /// Reads the record at an index below `capacity`, which somebody stored before.
  @inline(__always)
  func load<Record: BitwiseCopyable>(_ index: UInt32, as type: Record.Type) -> Record {
    let offset = Int(index) * MemoryLayout<Record>.stride
    precondition(offset + MemoryLayout<Record>.stride <= byteCount)
    // SAFETY: inside the region by the check, aligned because the region starts at a multiple of
    // 16 and no record needs more; tables load only what they stored as the same type.
    return unsafe start.load(fromByteOffset: offset, as: type)
  }

  /// Writes the record at an index below `capacity`.
  @inline(__always)
  mutating func store<Record: BitwiseCopyable>(_ record: Record, at index: UInt32) {
    let offset = Int(index) * MemoryLayout<Record>.stride
    precondition(offset + MemoryLayout<Record>.stride <= byteCount)
    // SAFETY: as `load`: inside the region and aligned; writing is the region's own business.
    unsafe start.storeBytes(of: record, toByteOffset: offset, as: Record.self)
  }
}
