// The whole library against independent implementations: Python's `cryptography`, hashlib and hmac.
// ../differential.py makes the cases. Without Python or that package the suite is
// skipped and says so.

import Bytes
import Crypto
import Foundation
import Testing

/// Runs Python with the given arguments; nil when that fails.
private func python(_ arguments: [String]) -> [UInt8]? {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["python3"] + arguments
  let output = Pipe()
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return nil }
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return process.terminationStatus == 0 ? [UInt8](data) : nil
}

/// Whether the independent implementation is there; tells the reader when it is not.
private let isAvailable: Bool = {
  let found = python(["-c", "import cryptography.hazmat.primitives.asymmetric.ed25519"]) != nil
  if !found {
    print("NOTICE: python3 with the package `cryptography` is absent: differential test SKIPPED")
  }
  return found
}()

/// The fields of the cases, read one after another.
private struct Fields {
  let data: [UInt8]
  var offset = 0

  mutating func next() throws -> [UInt8] {
    let count = try Int(data.span.rawBytes.integer(at: offset, as: UInt32.self))
    defer { offset += 4 + count }
    return Array(data[(offset + 4)..<(offset + 4 + count)])
  }
}

/// What our implementation says about a presented signature.
private func isAccepted(key: [UInt8], signature: [UInt8], message: [UInt8]) throws -> Bool {
  let key: FixedBytes<32> = try fixed(key)
  let signature: FixedBytes<64> = try fixed(signature)
  do throws(Ed25519Error) {
    try Ed25519PublicKey(key).verify(signature, of: message.span.rawBytes)
    return true
  } catch { return false }
}

@Suite(.enabled(if: isAvailable, "needs python3 with the package cryptography"))
struct DifferentialTests {
  /// Cases of one share; the shares run in parallel, each from a seed of its own.
  static let signatureCount = 2500
  static let generatorCount = 125

  @Test(arguments: 1...4)
  func `ten thousand random cases agree with the independent implementations`(share: Int) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("differential.py").path
    let counts = [String(Self.signatureCount), String(Self.generatorCount)]
    let data = try #require(python([script, String(share)] + counts))
    var fields = Fields(data: data)
    var accepted = 0
    for index in 0..<Self.signatureCount {
      if try checkSignatureCase(&fields, index) { accepted += 1 }
    }
    for index in 0..<Self.generatorCount { try checkGeneratorCase(&fields, index) }
    #expect(fields.offset == data.count)
    // The script presents 2 of 9 cases unchanged, so both verdicts were really compared.
    #expect(accepted >= Self.signatureCount / 9 && accepted < Self.signatureCount / 2)
  }

  /// Compares one case and says whether its presented signature is valid.
  private func checkSignatureCase(_ fields: inout Fields, _ index: Int) throws -> Bool {
    let seed = try fields.next()
    let message = try fields.next()
    let key = Ed25519PrivateKey(seed: try fixed(seed))
    let publicKey = array(key.publicKey.bytes)
    let signature = array(key.sign(message.span.rawBytes))
    #expect(try publicKey == fields.next(), "public key of case \(index)")
    #expect(try signature == fields.next(), "signature of case \(index)")

    let presentedKey = try fields.next()
    let presentedSignature = try fields.next()
    let presentedMessage = try fields.next()
    let isValid = try fields.next() == [1]
    let verdict = try isAccepted(
      key: presentedKey, signature: presentedSignature, message: presentedMessage)
    #expect(verdict == isValid, "verdict of case \(index)")

    let macKey = try fields.next()
    #expect(try sha256(message) == fields.next(), "SHA-256 of case \(index)")
    #expect(try sha512(message) == fields.next(), "SHA-512 of case \(index)")
    #expect(try hmac(message, key: macKey) == fields.next(), "HMAC of case \(index)")
    return isValid
  }

  private func checkGeneratorCase(_ fields: inout Fields, _ index: Int) throws {
    let (entropy, nonce) = (try fields.next(), try fields.next())
    let (personalization, firstInput) = (try fields.next(), try fields.next())
    var generator = try HMACDRBG(
      entropy: entropy.span.rawBytes, nonce: nonce.span.rawBytes,
      personalization: personalization.span.rawBytes)
    try checkOutput(&generator, input: firstInput, expected: fields.next(), index)

    let (fresh, reseedInput, input) = (try fields.next(), try fields.next(), try fields.next())
    try generator.reseed(
      entropy: fresh.span.rawBytes, additionalInput: reseedInput.span.rawBytes)
    try checkOutput(&generator, input: input, expected: fields.next(), index)
  }

  private func checkOutput(
    _ generator: inout HMACDRBG, input: [UInt8], expected: [UInt8], _ index: Int
  ) throws {
    var output = [UInt8](repeating: 0, count: expected.count)
    var span = output.mutableSpan
    var bytes = span.mutableRawBytes
    try generator.generate(into: &bytes, additionalInput: input.span.rawBytes)
    #expect(output == expected, "output of generator case \(index)")
  }
}
