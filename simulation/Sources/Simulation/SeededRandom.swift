// Random numbers that a seed decides, so that every boot can be repeated (SplitMix64).

/// A sequence of numbers.
public struct SeededRandom: Sendable {
  private var state: UInt64

  /// The sequence of a seed.
  public init(seed: UInt64) { state = seed }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// A number below a bound that is not 0.
  public mutating func next(below bound: UInt64) -> UInt64 { next() % bound }

  /// Whether something happens that happens once in so many times.
  public mutating func happens(onceIn count: UInt64) -> Bool { next(below: count) == 0 }
}
