// The tables of the library, each computed again from its definition.

import Bytes
import Crypto
import Testing

/// The product of two numbers in 32-bit digits, least significant first.
private func product(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
  var result = [UInt32](repeating: 0, count: a.count + b.count)
  for i in a.indices {
    var carry: UInt64 = 0
    for j in b.indices {
      let sum = UInt64(a[i]) * UInt64(b[j]) + UInt64(result[i + j]) + carry
      result[i + j] = UInt32(truncatingIfNeeded: sum)
      carry = sum >> 32
    }
    result[i + b.count] = UInt32(carry)
  }
  return result
}

/// Whether `fraction / 2^bits` is the start of the fractional part of the cube root of `prime`:
/// with the whole part r in front, r^3 <= prime * 2^(3 bits) < (r + 1)^3.
private func isCubeRootFraction(_ fraction: UInt64, bits: Int, of prime: Int) -> Bool {
  guard let whole = (1...7).last(where: { $0 * $0 * $0 <= prime }) else { return false }
  let root = UInt128(whole) << UInt128(bits) | UInt128(fraction)
  let limit = [UInt32](repeating: 0, count: 3 * bits / 32) + [UInt32(prime)]
  return !exceeds(cube(root), limit) && exceeds(cube(root + 1), limit)
}

private func cube(_ value: UInt128) -> [UInt32] {
  let digits = (0..<3).map { UInt32(truncatingIfNeeded: value >> UInt128(32 * $0)) }
  return product(product(digits, digits), digits)
}

/// Whether the first number is the larger one.
private func exceeds(_ a: [UInt32], _ b: [UInt32]) -> Bool {
  for index in (0..<max(a.count, b.count)).reversed() {
    let (x, y) = (index < a.count ? a[index] : 0, index < b.count ? b[index] : 0)
    if x != y { return x > y }
  }
  return false
}

private let primes = (2...409).filter { n in (2..<n).allSatisfy { n % $0 != 0 } }

/// A small number as a field element.
private func element(_ value: UInt64) -> FieldElement { FieldElement(value, 0, 0, 0, 0) }

struct ConstantsTests {
  @Test func `the round constants of SHA-256 are cube roots of primes`() {
    for index in 0..<64 {
      let constant = UInt64(sha256RoundConstants[index])
      #expect(isCubeRootFraction(constant, bits: 32, of: primes[index]))
    }
  }

  @Test func `the round constants of SHA-512 are cube roots of primes`() {
    #expect(primes.count == 80)
    for index in 0..<80 {
      #expect(isCubeRootFraction(sha512RoundConstants[index], bits: 64, of: primes[index]))
    }
  }

  @Test func `the curve constants are -121665/121666 and its double`() {
    #expect((FieldElement.curveD * element(121666) + element(121665)).encoded == FixedBytes())
    #expect(FieldElement.doubleCurveD.encoded == (.curveD + .curveD).encoded)
  }

  @Test func `the root of -1 is one`() {
    let square = FieldElement.rootOfMinusOne.squared()
    #expect((square + element(1)).encoded == FixedBytes())
  }

  @Test func `the base point has y = 4/5, an even x, and lies on the curve`() {
    let (x, y) = (FieldElement.baseX, FieldElement.baseY)
    #expect((y * element(5)).encoded == element(4).encoded)
    #expect(x.encoded[0] & 1 == 0)
    let (xx, yy) = (x.squared(), y.squared())
    #expect((yy - xx).encoded == (element(1) + .curveD * xx * yy).encoded)
  }

  @Test func `the order is 2^252 + 27742317777372353535851937790883648493`() {
    let low: UInt128 = 27_742_317_777_372_353_535_851_937_790_883_648_493
    #expect(Scalar.order[0] == UInt64(truncatingIfNeeded: low))
    #expect(Scalar.order[1] == UInt64(low >> 64))
    #expect(Scalar.order[2] == 0)
    #expect(Scalar.order[3] == 1 << 60)
  }

  @Test func `the Montgomery constants follow from the order`() throws {
    // Doubling needs the order only, so 2^256 and 2^512 modulo L come out independently.
    var power = Scalar(
      reducing: try fixed([1] + [UInt8](repeating: 0, count: 31), as: FixedBytes<32>.self))
    for exponent in 1...512 {
      power = power + power
      let expected = exponent == 256 ? Scalar.r : exponent == 512 ? Scalar.rSquared : nil
      guard let expected else { continue }
      for index in 0..<4 { #expect(power.words[index] == expected[index]) }
    }
    #expect(Scalar.order[0] &* Scalar.minusInverseOfOrder == UInt64.max)
  }
}
