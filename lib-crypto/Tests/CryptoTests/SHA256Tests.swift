// SHA-256 against FIPS 180-4 and its published examples.

import Bytes
import Crypto
import Testing

struct SHA256Tests {
  @Test(
    arguments: [
      (
        "",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      ),
      (
        "abc",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      ),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        """
        abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
        hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu
        """,
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func `the published examples give their digests`(message: String, digest: String) {
    #expect(hexadecimal(sha256(Array(message.utf8))) == digest)
  }

  @Test func `a million times the letter a gives its digest`() {
    let part = [UInt8](repeating: 0x61, count: 1000)
    var hash = SHA256()
    for _ in 0..<1000 { hash.update(part.span.rawBytes) }
    let digest =
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(hexadecimal(hash.finalize()) == digest)
  }

  @Test func `all lengths around two block boundaries give the right digests`() {
    // The digest of the digests of the pattern at every length, computed independently.
    var all = SHA256()
    for length in 0..<258 { all.update(sha256(pattern(length)).span.rawBytes) }
    let digest =
      "4a490bb58296d4673a502d4a21cae7f7b9fb5e6cf0d7344bc3523bf0da0ac6ac"
    #expect(hexadecimal(all.finalize()) == digest)
  }

  @Test func `every split into two updates gives the same digest`() {
    let message = pattern(165)
    let whole = sha256(message)
    for split in 0...message.count {
      var hash = SHA256()
      hash.update(message.span.rawBytes.extracting(0..<split))
      hash.update(message.span.rawBytes.extracting(split..<message.count))
      #expect(array(hash.finalize()) == whole)
    }
  }

  @Test(arguments: [1, 3, 63, 64, 65])
  func `updates of one size give the same digest`(size: Int) {
    let message = pattern(323)
    var hash = SHA256()
    for start in stride(from: 0, to: message.count, by: size) {
      let end = min(start + size, message.count)
      hash.update(message.span.rawBytes.extracting(start..<end))
    }
    #expect(array(hash.finalize()) == sha256(message))
  }

  @Test func `empty updates change nothing`() {
    var hash = SHA256()
    hash.update(RawSpan())
    hash.update(pattern(5).span.rawBytes)
    hash.update(RawSpan())
    #expect(array(hash.finalize()) == sha256(pattern(5)))
  }

  @Test func `a copy continues on its own`() {
    var first = SHA256()
    first.update(pattern(70).span.rawBytes)
    var second = first
    second.update(pattern(3).span.rawBytes)
    #expect(array(first.finalize()) == sha256(pattern(70)))
    #expect(array(second.finalize()) == sha256(pattern(70) + pattern(3)))
  }
}
