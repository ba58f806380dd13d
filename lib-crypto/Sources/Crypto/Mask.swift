// Conditions on secret values, as masks that the optimiser cannot turn back into branches.

/// A secret condition: all bits one for true, all bits zero for false.
///
/// The optimiser understands how a mask came from a comparison, and has been seen to jump over the
/// masked work when the mask is zero. So every mask goes through `hidden`, and nothing behind it is
/// known to have only two values.
struct Mask {
  private let bits: UInt64

  /// True for the bit 1, false for the bit 0; other numbers must not come here.
  @inline(__always)
  init(bit: UInt64) {
    bits = hidden(0 &- bit)
  }

  /// Whether two words are equal: `x | -x` has its top bit set exactly when `x` is not zero.
  @inline(__always)
  init(isEqual a: UInt64, _ b: UInt64) {
    let difference = a ^ b
    self.init(bit: ((difference | (0 &- difference)) &>> 63) ^ 1)
  }

  /// Whether a number is negative.
  @inline(__always)
  init(isNegative number: Int64) {
    self.init(bit: UInt64(bitPattern: number) &>> 63)
  }

  /// `first` when the condition is true, `second` when it is false.
  @inline(__always)
  func select(_ first: UInt64, _ second: UInt64) -> UInt64 {
    second ^ (bits & (first ^ second))
  }
}

/// Returns its argument; neither inlined nor optimised, so that callers know nothing of the result.
@inline(never) @_optimize(none)
private func hidden(_ bits: UInt64) -> UInt64 { bits }
