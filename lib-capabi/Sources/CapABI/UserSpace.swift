// Where programs can have memory. docs/reference/capabi.md, "User space".

/// The part of an address space that belongs to a program.
public enum UserSpace {
  /// The first address: page 0 is never mapped, so that a null pointer faults.
  public static let start: UInt64 = 0x1000
  /// The first address behind it: the last page below 2^44, which is never mapped either.
  ///
  /// Nothing is mapped from there to the upper half, so no instruction of a program returns to an
  /// address that the processor refuses.
  public static let end: UInt64 = 1 << 44 - 4096
}
