// Fuzzes lib-bootimg: walks what the reader accepts, takes it through all three steps, and writes
// it again. Hashes and signature are hard to guess, so the parts that they fill are not compared.

import BootImg
import Bytes
import Crypto
import FuzzSupport

/// Runs one input through reader and writer.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: libFuzzer passes a candidate image and its length; both go on as they came.
  unsafe withFuzzInput(data, size) { input in
    guard let image = try? UnverifiedBootImage(parsing: input) else { return }
    walk(image, in: input)
    rewrite(image, input)
    verify(input)
  }
}

/// Every entry the view offers is there and lies in the file.
private func walk(_ image: UnverifiedBootImage, in input: RawSpan) {
  precondition(image.totalSize == input.byteCount, "total size")
  precondition(image.entry(at: -1) == nil, "entry before the first")
  precondition(image.entry(at: image.sectionCount) == nil, "entry after the last")
  for index in 0..<image.sectionCount {
    guard let entry = image.entry(at: index) else { preconditionFailure("an entry is missing") }
    precondition(entry.offset % BootImageLayout.pageSize == 0, "misaligned payload")
    precondition((try? input.slice(at: entry.offset, count: entry.size)) != nil, "payload outside")
  }
}

/// The writer makes the same file from the parts.
private func rewrite(_ image: UnverifiedBootImage, _ input: RawSpan) {
  var output = [UInt8](repeating: 0xEE, count: input.byteCount)
  do {
    var span = output.mutableSpan
    var encoder = try BootImageEncoder(span.mutableRawBytes, sectionCount: image.sectionCount)
    for index in 0..<image.sectionCount {
      guard let entry = image.entry(at: index) else { return }
      let payload = try input.slice(at: entry.offset, count: entry.size)
      try encoder.append(entry.family, role: entry.role, name: entry.name, payload: payload)
    }
    let manifest = image.manifest
    try encoder.finish(
      profile: manifest.profile, imageVersion: manifest.imageVersion, buildID: manifest.buildID)
  } catch {
    preconditionFailure("what was read cannot be written")
  }
  let layout = image.layout
  compare(output.span.rawBytes, input, 0..<64)
  for index in 0..<image.sectionCount {
    let entry = 128 + 96 * index
    compare(output.span.rawBytes, input, entry..<(entry + 56))
  }
  compare(output.span.rawBytes, input, layout.manifestOffset..<layout.signatureOffset)
  compare(output.span.rawBytes, input, (layout.signatureOffset + 64)..<input.byteCount)
}

private func compare(_ first: RawSpan, _ second: RawSpan, _ range: Range<Int>) {
  precondition(
    first.extracting(range).hasSameBytes(as: second.extracting(range)), "written differently")
}

/// Takes the image through origin and contents; a verified one gives every payload.
private func verify(_ input: RawSpan) {
  let seed = FixedBytes<32>(InlineArray { UInt8($0) })
  let profiles = ProfileSet(.dev) | ProfileSet(.release) | ProfileSet(.smoke)
  let keys = [
    TrustedKey(publicKey: Ed25519PrivateKey(seed: seed).publicKey.bytes, profiles: profiles)
  ]
  let policy = AcceptancePolicy(keys: keys.span, profiles: profiles, minimumVersion: 1)
  guard let image = try? VerifiedBootImage(verifying: input, by: policy) else { return }
  for index in 0..<image.sectionCount {
    guard let section = image.section(at: index) else { preconditionFailure("no section") }
    precondition(section.payload.byteCount == section.entry.size, "payload size")
  }
}
