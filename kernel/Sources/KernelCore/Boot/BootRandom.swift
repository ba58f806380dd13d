// Random numbers of the boot, expanded from the seed of the loader by HMAC_DRBG: the layout of the
// root task's address space and the seed that it hands on.

package import Bytes
import Crypto
package import Handoff

/// Random numbers that were drawn at once.
package struct BootRandom {
  /// What the root task gets.
  package let seed: FixedBytes<64>
  private var pool: FixedBytes<64>
  private var used = 0

  /// Expands a seed; without one the numbers are those of a seed of zeros, and worth nothing.
  ///
  /// - Throws: `BootFailure.unusableSeed`, which a seed of 64 bytes never gives.
  package init(_ entropy: Entropy, _ identity: ImageIdentity) throws(BootFailure) {
    let input = entropy.seed.rawBytes
    var drawn = FixedBytes<128>()
    do throws(DRBGError) {
      var generator = try HMACDRBG(
        entropy: input.extracting(0..<48), nonce: input.extracting(48..<64),
        personalization: identity.buildID.rawBytes)
      var span = drawn.mutableSpan
      var bytes = span.mutableRawBytes
      try generator.generate(into: &bytes, additionalInput: RawSpan())
      generator.erase()
    } catch {
      throw .unusableSeed
    }
    var seed = FixedBytes<64>()
    pool = FixedBytes<64>()
    for index in 0..<64 {
      seed[index] = drawn[index]
      pool[index] = drawn[64 + index]
    }
    self.seed = seed
  }

  /// The next of eight numbers below a limit; 0 when all were used.
  ///
  /// - Parameter limit: A power of two, so that every number is as likely as the next.
  /// - Returns: A number below it.
  mutating func next(below limit: UInt64) -> UInt64 {
    guard used < 64 else { return 0 }
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(pool[used + index]) << UInt64(index * 8) }
    used += 8
    return value & (limit - 1)
  }
}
