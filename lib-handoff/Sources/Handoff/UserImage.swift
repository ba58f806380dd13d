// Bounds that the handoff to the root task and the start envelopes of services share.

import CapABI

/// Where a program's image lies in its own address space.
public struct UserImage: Equatable, Sendable {
  /// The first address that no part of it may reach.
  public static let limit = UserSpace.end

  /// Address of the first byte; page aligned, not 0.
  public var base: UInt64
  /// Bytes.
  public var size: UInt64
  /// First instruction, inside the image.
  public var entry: UInt64

  /// An image of these parts.
  public init(base: UInt64, size: UInt64, entry: UInt64) {
    self.base = base
    self.size = size
    self.entry = entry
  }

  /// Checks base, size and entry, which stand one after another from `offset` on.
  ///
  /// - Throws: `FormatError.invalidValue` for the first field outside its range.
  public func check(_ record: Record, at offset: Int) throws(FormatError) {
    try record.require(
      base != 0 && base % PageRange.pageSize == 0 && base < Self.limit, at: offset, base)
    try record.require(size != 0 && size <= Self.limit - base, at: offset + 8, size)
    try record.require(entry >= base && entry - base < size, at: offset + 16, entry)
  }
}

/// The sizes that a CSpace can have.
public enum CSpaceSize {
  /// Smallest CSpace, in slots.
  public static let minimum: UInt32 = 64

  /// Whether a CSpace can have so many slots: a power of two from 64 to 2^20.
  public static func isValid(_ slots: UInt32) -> Bool {
    slots >= minimum && slots <= CapSlot.maximumCount && slots & (slots - 1) == 0
  }

  /// Checks a field that holds a number of slots.
  ///
  /// - Throws: `FormatError.invalidValue`.
  public static func check(
    _ slots: UInt32, _ record: Record, at offset: Int
  ) throws(FormatError) {
    try record.require(isValid(slots), at: offset, slots)
  }
}
