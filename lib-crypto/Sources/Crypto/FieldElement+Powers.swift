// Inversion and square roots modulo 2^255 - 19 by fixed chains of squarings and multiplications,
// so that their time depends on nothing (RFC 8032 section 5.1.3, 5.1.1).

extension FieldElement {
  /// The powers 2^250 - 1 and 11, from which both chains below finish.
  private var chain: (ones250: Self, eleven: Self) {
    let two = squared()
    let nine = two.squared(times: 2) * self
    let eleven = nine * two
    let ones5 = eleven.squared() * nine
    let ones10 = ones5.squared(times: 5) * ones5
    let ones20 = ones10.squared(times: 10) * ones10
    let ones40 = ones20.squared(times: 20) * ones20
    let ones50 = ones40.squared(times: 10) * ones10
    let ones100 = ones50.squared(times: 50) * ones50
    let ones200 = ones100.squared(times: 100) * ones100
    return (ones200.squared(times: 50) * ones50, eleven)
  }

  /// The inverse, by Fermat the power p - 2 = 2^255 - 21; zero for zero.
  package var inverted: Self {
    let (ones250, eleven) = chain
    return ones250.squared(times: 5) * eleven
  }

  /// The power (p - 5) / 8 = 2^252 - 3, of which square roots are made.
  private var powerForRoot: Self {
    chain.ones250.squared(times: 2) * self
  }

  /// A square root of a quotient (RFC 8032 section 5.1.3 steps 2 and 3).
  ///
  /// Takes a time that depends on the values: they are public wherever points are decoded.
  ///
  /// - Returns: A root of `numerator / denominator`, or nil when there is none. Which of the two
  ///   roots it is is not defined.
  static func squareRoot(of numerator: Self, over denominator: Self) -> Self? {
    let cube = denominator.squared() * denominator
    let seventh = cube.squared() * denominator
    let candidate = numerator * cube * (numerator * seventh).powerForRoot
    let check = denominator * candidate.squared()
    if (check - numerator).isZero { return candidate }
    if (check + numerator).isZero { return candidate * rootOfMinusOne }
    return nil
  }
}
