// Fuzzes the boot configuration: what decodes is run through every rule, and must encode to the
// same bytes. It must not repeat the decoder's checks.

import Bootstrap
import Bytes
import FuzzSupport
import Handoff

/// Runs one input through decoder, rules and encoder.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    guard let config = try? BootConfig(decoding: input) else { return }
    if let order = try? config.checkRules(availableMemory: .max) {
      precondition(order.count == config.services.count, "a service is not launched")
      precondition(order[order.count] == nil, "launched more than there are")
    }
    do {
      let output = try BootConfigDraft(decoding: input).encoded()
      precondition(output.span.rawBytes.hasSameBytes(as: input), "encodes differently")
    } catch {
      preconditionFailure("refused: \(error)")
    }
  }
}
