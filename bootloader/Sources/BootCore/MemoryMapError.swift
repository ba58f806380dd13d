// What can be wrong with the firmware's memory map, or with the loader's own ranges in it.

/// Why a memory map is refused.
///
/// Addresses and sizes are in bytes.
public enum MemoryMapError: Error, Equatable, Sendable {
  /// The firmware failed to give a map.
  case unavailable(status: UInt64)
  /// Descriptors that are too small, too large or no multiple of 8.
  case descriptorSize(UInt64)
  /// A length that is not a whole number of descriptors.
  case length(UInt64, descriptorSize: UInt64)
  /// More regions than the limit.
  case tooManyRegions(limit: Int)
  /// The map outgrew the buffer that was taken for it.
  case grew(needed: UInt64, available: UInt64)
  /// A region that does not begin on a page boundary.
  case misaligned(base: UInt64)
  /// A region that passes the end of physical memory.
  case outOfRange(base: UInt64, pageCount: UInt64)
  /// Two regions have pages in common; the second begins here.
  case overlap(base: UInt64)
  /// Memory that the loader took is not free memory in the map.
  case lostRange(base: UInt64)
  /// Memory above what the direct map can hold.
  case aboveDirectMap(base: UInt64)
}
