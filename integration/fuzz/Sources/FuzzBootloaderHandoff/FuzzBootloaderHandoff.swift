// Fuzzes the bootloader->kernel handoff: what decodes is walked and must encode to the same bytes.
// It must not repeat the decoder's checks.

import Bytes
import FuzzSupport
import Handoff

/// Runs one input through decoder and encoder.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    guard let view = try? BootloaderHandoff(decoding: input) else { return }
    var output = [UInt8](repeating: 0, count: input.byteCount)
    do { try encode(view, into: &output) } catch { preconditionFailure("refused: \(error)") }
    precondition(output.span.rawBytes.hasSameBytes(as: input), "encodes differently")
  }
}

/// Encodes everything that the view offers.
private func encode(
  _ view: borrowing BootloaderHandoff, into output: inout [UInt8]
) throws(FormatError) {
  let counts = BootloaderHandoff.counts(
    memoryMap: view.memoryMap.count, reservations: view.reservations.count,
    modules: view.modules.count, segments: view.segments.count, stamps: view.stamps.count)
  var target = output.mutableSpan
  var encoder = try TableEncoder<BootloaderFormat>(
    into: target.mutableRawBytes, info: view.info, counts: counts)
  for index in 0..<view.memoryMap.count { try encoder.append(view.memoryMap.entry(at: index)) }
  for index in 0..<view.reservations.count {
    try encoder.append(view.reservations.entry(at: index))
  }
  for index in 0..<view.modules.count { try encoder.append(view.modules.entry(at: index)) }
  for index in 0..<view.segments.count { try encoder.append(view.segments.entry(at: index)) }
  for index in 0..<view.stamps.count { try encoder.append(view.stamps.entry(at: index)) }
  _ = try encoder.finish()
}
