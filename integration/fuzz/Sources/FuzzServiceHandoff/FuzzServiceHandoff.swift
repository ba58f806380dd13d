// Fuzzes the start envelope, the handoff to services: what decodes is walked, compared with the
// intake table, and must encode to the same bytes. It must not repeat the decoder's checks.

import Bootstrap
import Bytes
import FuzzSupport
import Handoff

/// Runs one input through decoder and encoder.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    guard let view = try? StartEnvelope(decoding: input) else { return }
    _ = try? view.checkIntake()
    var output = [UInt8](repeating: 0, count: input.byteCount)
    do { try encode(view, into: &output) } catch { preconditionFailure("refused: \(error)") }
    precondition(output.span.rawBytes.hasSameBytes(as: input), "encodes differently")
  }
}

/// Encodes everything that the view offers.
private func encode(
  _ view: borrowing StartEnvelope, into output: inout [UInt8]
) throws(FormatError) {
  var target = output.mutableSpan
  var encoder = try TableEncoder<StartEnvelopeFormat>(
    into: target.mutableRawBytes, info: view.info,
    counts: TableCounts(view.capabilities.count))
  for index in 0..<view.capabilities.count {
    try encoder.append(view.capabilities.entry(at: index))
  }
  _ = try encoder.finish()
}
