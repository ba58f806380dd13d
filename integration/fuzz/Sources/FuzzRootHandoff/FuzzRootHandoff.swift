// Fuzzes the kernel->root handoff: what decodes is walked, compared with rootd's inventory, and
// must encode to the same bytes. It must not repeat the decoder's checks.

import Bytes
import FuzzSupport
import Handoff

/// Runs one input through decoder and encoder.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    guard let view = try? RootHandoff(decoding: input) else { return }
    _ = try? view.checkInventory()
    var output = [UInt8](repeating: 0, count: input.byteCount)
    do { try encode(view, into: &output) } catch { preconditionFailure("refused: \(error)") }
    precondition(output.span.rawBytes.hasSameBytes(as: input), "encodes differently")
  }
}

/// Encodes everything that the view offers.
private func encode(
  _ view: borrowing RootHandoff, into output: inout [UInt8]
) throws(FormatError) {
  let counts = RootHandoff.counts(
    capabilities: view.capabilities.count, untypeds: view.untypeds.count,
    modules: view.modules.count)
  var target = output.mutableSpan
  var encoder = try TableEncoder<RootFormat>(
    into: target.mutableRawBytes, info: view.info, counts: counts)
  for index in 0..<view.capabilities.count {
    try encoder.append(view.capabilities.entry(at: index))
  }
  for index in 0..<view.untypeds.count { try encoder.append(view.untypeds.entry(at: index)) }
  for index in 0..<view.modules.count { try encoder.append(view.modules.entry(at: index)) }
  _ = try encoder.finish()
}
