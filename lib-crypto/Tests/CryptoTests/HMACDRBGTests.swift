// The random generator against NIST's vectors, its limits and each of its errors.

import Bytes
import Crypto
import Testing

/// Generates `count` bytes into an array.
private func generate(
  _ generator: inout HMACDRBG, _ count: Int, _ input: [UInt8] = []
) throws(DRBGError) -> [UInt8] {
  var output = [UInt8](repeating: 0, count: count)
  var span = output.mutableSpan
  var bytes = span.mutableRawBytes
  try generator.generate(into: &bytes, additionalInput: input.span.rawBytes)
  return output
}

/// An instance over patterns of the given lengths.
private func instance(
  entropy: Int = 32, nonce: Int = 16, personalization: Int = 0
) throws(DRBGError) -> HMACDRBG {
  try HMACDRBG(
    entropy: pattern(entropy).span.rawBytes, nonce: pattern(nonce).span.rawBytes,
    personalization: pattern(personalization).span.rawBytes)
}

/// An instance that serves only `interval` requests.
private func shortLived(_ interval: UInt64) throws(DRBGError) -> HMACDRBG {
  try HMACDRBG(
    entropy: pattern(32).span.rawBytes, nonce: pattern(16).span.rawBytes,
    personalization: RawSpan(), reseedInterval: interval)
}

struct HMACDRBGTests {
  @Test(arguments: generatorVectors)
  func `the published vectors give their outputs`(vector: GeneratorVector) throws {
    var generator = try HMACDRBG(
      entropy: bytes(vector.entropy).span.rawBytes, nonce: bytes(vector.nonce).span.rawBytes,
      personalization: bytes(vector.personalization).span.rawBytes)
    if !vector.reseedEntropy.isEmpty {
      try generator.reseed(
        entropy: bytes(vector.reseedEntropy).span.rawBytes,
        additionalInput: bytes(vector.reseedInput).span.rawBytes)
    }
    _ = try generate(&generator, 128, bytes(vector.firstInput))
    let output = try generate(&generator, 128, bytes(vector.secondInput))
    #expect(hexadecimal(output) == vector.output)
  }

  @Test func `two requests give different bytes`() throws {
    var generator = try instance()
    #expect(try generate(&generator, 32) != generate(&generator, 32))
  }

  @Test func `an output that is no multiple of the digest is the start of a longer one`() throws {
    var first = try instance()
    var second = try instance()
    let long = try generate(&first, 100)
    #expect(try generate(&second, 33) == Array(long.prefix(33)))
  }

  @Test func `an empty request moves the state on`() throws {
    var first = try instance()
    var second = try instance()
    #expect(try generate(&first, 0) == [])
    #expect(try generate(&first, 32) != generate(&second, 32))
  }

  @Test func `the personalization tells instances apart`() throws {
    var first = try instance()
    var second = try instance(personalization: 1)
    #expect(try generate(&first, 32) != generate(&second, 32))
  }

  @Test(arguments: [0, 31])
  func `less entropy than 32 bytes is refused`(count: Int) {
    #expect(throws: DRBGError.entropyTooShort(count: count, minimum: 32)) {
      _ = try instance(entropy: count)
    }
  }

  @Test(arguments: [0, 15])
  func `a nonce of less than 16 bytes is refused`(count: Int) {
    #expect(throws: DRBGError.nonceTooShort(count: count, minimum: 16)) {
      _ = try instance(nonce: count)
    }
  }

  @Test func `inputs of the largest size are accepted`() throws {
    var generator = try instance(entropy: 65536, nonce: 65536, personalization: 65536)
    try generator.reseed(
      entropy: pattern(65536).span.rawBytes, additionalInput: pattern(65536).span.rawBytes)
    #expect(try generate(&generator, 1, pattern(65536)).count == 1)
  }

  @Test func `inputs above the largest size are refused`() throws {
    let error = DRBGError.inputTooLong(count: 65537, maximum: 65536)
    #expect(throws: error) { _ = try instance(entropy: 65537) }
    #expect(throws: error) { _ = try instance(nonce: 65537) }
    #expect(throws: error) { _ = try instance(personalization: 65537) }
    var generator = try instance()
    var thrown: [DRBGError] = []
    do { _ = try generate(&generator, 1, pattern(65537)) } catch { thrown.append(error) }
    do {
      try generator.reseed(
        entropy: pattern(32).span.rawBytes, additionalInput: pattern(65537).span.rawBytes)
    } catch { thrown.append(error) }
    #expect(thrown == [error, error])
  }

  @Test func `a request of the largest size is served and one byte more refused`() throws {
    var generator = try instance()
    #expect(try generate(&generator, 65536).count == 65536)
    var thrown: DRBGError?
    do { _ = try generate(&generator, 65537) } catch { thrown = error }
    #expect(thrown == .requestTooLong(count: 65537, maximum: 65536))
  }

  @Test func `a refused call leaves the state as it was`() throws {
    var first = try instance()
    var second = try instance()
    _ = try? generate(&first, 65537)
    _ = try? generate(&first, 1, pattern(65537))
    try? first.reseed(entropy: pattern(31).span.rawBytes, additionalInput: RawSpan())
    #expect(try generate(&first, 32) == generate(&second, 32))
  }

  @Test func `after the last request of an interval a reseed is required and helps`() throws {
    var generator = try shortLived(2)
    _ = try generate(&generator, 1)
    _ = try generate(&generator, 1)
    var thrown: DRBGError?
    do { _ = try generate(&generator, 1) } catch { thrown = error }
    #expect(thrown == .reseedRequired(limit: 2))
    try generator.reseed(entropy: pattern(32).span.rawBytes, additionalInput: RawSpan())
    #expect(try generate(&generator, 1).count == 1)
  }

  @Test func `reseeding with too little entropy is refused`() throws {
    var generator = try instance()
    var thrown: DRBGError?
    do {
      try generator.reseed(entropy: pattern(31).span.rawBytes, additionalInput: RawSpan())
    } catch { thrown = error }
    #expect(thrown == .entropyTooShort(count: 31, minimum: 32))
  }

  @Test func `an erased generator serves nothing until it is reseeded`() throws {
    var generator = try instance()
    generator.erase()
    var thrown: DRBGError?
    do { _ = try generate(&generator, 1) } catch { thrown = error }
    #expect(thrown == .reseedRequired(limit: 1 << 48))
    try generator.reseed(entropy: pattern(32).span.rawBytes, additionalInput: RawSpan())
    #expect(try generate(&generator, 1).count == 1)
  }
}
