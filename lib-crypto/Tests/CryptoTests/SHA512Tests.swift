// SHA-512 against FIPS 180-4 and its published examples.

import Bytes
import Crypto
import Testing

struct SHA512Tests {
  @Test(
    arguments: [
      (
        "",
        """
        cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
        47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e
        """
      ),
      (
        "abc",
        """
        ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
        2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
        """
      ),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        """
        204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335\
        96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445
        """
      ),
      (
        """
        abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
        hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu
        """,
        """
        8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018\
        501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909
        """
      ),
    ])
  func `the published examples give their digests`(message: String, digest: String) {
    #expect(hexadecimal(sha512(Array(message.utf8))) == digest)
  }

  @Test func `a million times the letter a gives its digest`() {
    let part = [UInt8](repeating: 0x61, count: 1000)
    var hash = SHA512()
    for _ in 0..<1000 { hash.update(part.span.rawBytes) }
    let digest =
      """
      e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb\
      de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b
      """
    #expect(hexadecimal(hash.finalize()) == digest)
  }

  @Test func `all lengths around two block boundaries give the right digests`() {
    // The digest of the digests of the pattern at every length, computed independently.
    var all = SHA512()
    for length in 0..<386 { all.update(sha512(pattern(length)).span.rawBytes) }
    let digest =
      """
      5bd9506e765cf2f92be00f06955fc626d49165f75372e0cd383aac82369c20af\
      a4ec4905d7ebfcdf9a22c561ff8cbb6e3d1ff8c9bbab52cf7daaac87bf159542
      """
    #expect(hexadecimal(all.finalize()) == digest)
  }

  @Test func `every split into two updates gives the same digest`() {
    let message = pattern(293)
    let whole = sha512(message)
    for split in 0...message.count {
      var hash = SHA512()
      hash.update(message.span.rawBytes.extracting(0..<split))
      hash.update(message.span.rawBytes.extracting(split..<message.count))
      #expect(array(hash.finalize()) == whole)
    }
  }

  @Test(arguments: [1, 3, 127, 128, 129])
  func `updates of one size give the same digest`(size: Int) {
    let message = pattern(643)
    var hash = SHA512()
    for start in stride(from: 0, to: message.count, by: size) {
      let end = min(start + size, message.count)
      hash.update(message.span.rawBytes.extracting(start..<end))
    }
    #expect(array(hash.finalize()) == sha512(message))
  }

  @Test func `empty updates change nothing`() {
    var hash = SHA512()
    hash.update(RawSpan())
    hash.update(pattern(5).span.rawBytes)
    hash.update(RawSpan())
    #expect(array(hash.finalize()) == sha512(pattern(5)))
  }

  @Test func `a copy continues on its own`() {
    var first = SHA512()
    first.update(pattern(70).span.rawBytes)
    var second = first
    second.update(pattern(3).span.rawBytes)
    #expect(array(first.finalize()) == sha512(pattern(70)))
    #expect(array(second.finalize()) == sha512(pattern(70) + pattern(3)))
  }
}
