// A stream of bytes between one that brings and one that takes: what was brought and not yet taken
// stays, and there is no room for more than the region holds. Nothing is ever overwritten.

extension RawSpan {
  /// The byte at an index below the count.
  @inline(__always)
  fileprivate func byte(_ index: Int) -> UInt8 {
    // SAFETY: the only caller counts up to the number of bytes that the span has.
    unsafe unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
  }
}

/// Bytes by number, as many as a region holds.
///
/// ## Invariants
/// - `first <= next`, and no more bytes lie between them than the region has.
public struct ByteRing {
  private var region: Region
  /// The number of the oldest byte that is left; `next` when there is none.
  public private(set) var first: UInt64
  /// The number that the next byte gets.
  public private(set) var next: UInt64

  /// An empty ring.
  ///
  /// - Parameters:
  ///   - region: Its memory decides how many bytes there can be.
  ///   - number: The number of the first byte.
  public init(in region: Region, from number: UInt64 = 0) {
    self.region = region
    first = number
    next = number
  }

  /// The most bytes that fit.
  public var capacity: Int { region.byteCount }
  /// How many bytes there are.
  public var count: Int { Int(truncatingIfNeeded: next &- first) }
  /// How many more bytes fit.
  public var room: Int { capacity - count }
  /// Whether there is no byte.
  public var isEmpty: Bool { first == next }

  /// Adds a byte.
  ///
  /// - Returns: Whether there was room.
  @discardableResult
  public mutating func append(_ byte: UInt8) -> Bool {
    guard room > 0 else { return false }
    region.store(byte, at: place(of: next))
    next &+= 1
    return true
  }

  /// Adds bytes, from the first on, as many as there is room for.
  ///
  /// - Returns: How many.
  public mutating func append(_ bytes: RawSpan) -> Int {
    let taken = min(bytes.byteCount, room)
    for index in 0..<taken {
      region.store(bytes.byte(index), at: place(of: next))
      next &+= 1
    }
    return taken
  }

  /// The byte with a number; nil when it was taken or is not there yet.
  public subscript(number: UInt64) -> UInt8? {
    guard number >= first, number < next else { return nil }
    return region.load(place(of: number), as: UInt8.self)
  }

  /// Takes away all bytes before a number.
  ///
  /// A number that is gone changes nothing; behind the end it means all.
  public mutating func forget(before number: UInt64) {
    first = max(first, min(number, next))
  }

  /// Bytes from the oldest on that lie side by side in memory.
  ///
  /// - Parameter limit: The most bytes wanted.
  /// - Returns: At least one byte if there is one, but not always all of them.
  @inline(__always)
  @_lifetime(borrow self)
  public func run(atMost limit: Int) -> RawSpan {
    let start = Int(place(of: first))
    let length = min(min(count, max(limit, 0)), capacity - start)
    return region.bytes.extracting(start..<start + length)
  }

  /// The remainder is below a UInt32: a region of a program is smaller than that.
  private func place(of number: UInt64) -> UInt32 {
    capacity > 0 ? UInt32(truncatingIfNeeded: number % UInt64(capacity)) : 0
  }
}
