// Arithmetic modulo the group order at its limits and against an independent path.

import Bytes
import Crypto
import Testing

/// A little-endian number of `count` bytes with the given low bytes.
private func number<let count: Int>(_ low: [UInt8]) throws -> FixedBytes<count> {
  try fixed(low + [UInt8](repeating: 0, count: count - low.count))
}

/// L as bytes, and L - 1.
private let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
private let orderLessOne = [0xec] + order.dropFirst()

struct ScalarTests {
  @Test func `numbers are accepted below the order only`() throws {
    #expect(Scalar(exactly: FixedBytes()) != nil)
    #expect(Scalar(exactly: try fixed(orderLessOne)) != nil)
    #expect(Scalar(exactly: try fixed(order)) == nil)
    #expect(Scalar(exactly: try fixed([0xee] + order.dropFirst())) == nil)
    #expect(Scalar(exactly: try fixed([UInt8](repeating: 0xff, count: 32))) == nil)
  }

  @Test func `the order reduces to zero and its neighbours to themselves`() throws {
    #expect(Scalar(reducing: try number(order) as FixedBytes<32>).encoded == FixedBytes())
    #expect(Scalar(reducing: try number(order) as FixedBytes<64>).encoded == FixedBytes())
    let last = Scalar(reducing: try number(orderLessOne) as FixedBytes<32>)
    #expect(array(last.encoded) == orderLessOne)
    let one = Scalar(reducing: try number([1]) as FixedBytes<32>)
    #expect((last + one).encoded == FixedBytes())
    #expect((last * last).encoded == one.encoded)
  }

  @Test func `the largest 512-bit number is reduced right`() throws {
    // (2^256 - 1) * 2^256 + (2^256 - 1), through products of reduced halves.
    let wide = Scalar(
      reducing: try fixed([UInt8](repeating: 0xff, count: 64), as: FixedBytes<64>.self))
    let half = Scalar(
      reducing: try fixed([UInt8](repeating: 0xff, count: 32), as: FixedBytes<32>.self))
    let one = Scalar(reducing: try number([1]) as FixedBytes<32>)
    #expect((half * (half + one) + half).encoded == wide.encoded)
  }

  @Test func `multiplication distributes over addition`() {
    var scalars: [Scalar] = []
    for seed in 0..<12 {
      scalars.append(Scalar(reducing: SHA512.hash(pattern(seed).span.rawBytes)))
    }
    for index in 0..<10 {
      let (a, b, c) = (scalars[index], scalars[index + 1], scalars[index + 2])
      #expect((a * (b + c)).encoded == (a * b + a * c).encoded)
      #expect((a * b * c).encoded == (c * b * a).encoded)
    }
  }
}
