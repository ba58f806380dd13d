// Names for the numbers that travel through registers: slots and badges.

/// The index of a slot in the CSpace of whoever names it.
///
/// Means nothing in another CSpace.
public struct CapSlot: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  /// The index.
  public let rawValue: UInt32

  /// Wraps an index without checking it against any CSpace.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Slot 0, which is empty in every CSpace and stands for "no slot".
  public static let null = CapSlot(rawValue: 0)
  /// Slots of a CSpace when its creator names no other size; the root CSpace has as many.
  public static let defaultCount: UInt32 = 4096
  /// The largest CSpace that can be created, in slots.
  public static let maximumCount: UInt32 = 1 << 20
}

/// The word by which a receiver knows which capability a message came through; 0 means unbadged.
public struct Badge: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  /// The value, chosen by whoever badged the capability.
  public let rawValue: UInt64

  /// Wraps a value; every value is a badge.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The badge of a capability that was never badged.
  ///
  /// Only such a capability can be given one.
  public static let none = Badge(rawValue: 0)
}
