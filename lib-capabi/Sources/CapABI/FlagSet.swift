// Fixed-width flag sets that need no heap. `OptionSet` is refused by `-no-allocations` because of
// its array-literal initialiser; this protocol is the one stand-in for it.

/// A set of flag bits of a fixed width.
public protocol FlagSet: RawRepresentable, Equatable, BitwiseCopyable, Sendable
where RawValue: FixedWidthInteger & BitwiseCopyable & Sendable {
  /// Every bit that has a meaning. All others are reserved and refused from outside.
  static var all: Self { get }
  /// Wraps a bit pattern without checking it.
  init(rawValue: RawValue)
}

extension FlagSet {
  /// The empty set.
  public static var none: Self { Self(rawValue: 0) }

  /// A set from outside: nil when a reserved bit is set.
  public init?(validating rawValue: RawValue) {
    guard rawValue & ~Self.all.rawValue == 0 else { return nil }
    self.init(rawValue: rawValue)
  }

  /// Whether no bit is set.
  public var isEmpty: Bool { rawValue == 0 }

  /// Whether every bit of `other` is set here too.
  public func contains(_ other: Self) -> Bool { rawValue & other.rawValue == other.rawValue }

  /// The union.
  public static func | (first: Self, second: Self) -> Self {
    Self(rawValue: first.rawValue | second.rawValue)
  }

  /// The intersection.
  public static func & (first: Self, second: Self) -> Self {
    Self(rawValue: first.rawValue & second.rawValue)
  }

  /// The bits of this set that `other` does not have.
  public func subtracting(_ other: Self) -> Self { Self(rawValue: rawValue & ~other.rawValue) }
}
