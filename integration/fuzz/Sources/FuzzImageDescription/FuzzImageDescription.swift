// Fuzzes the JSON form of the boot configuration: what compiles is printed and must compile to the
// same bytes again; input that is a compiled configuration is printed too.

import Bytes
import FuzzSupport
import ImageDescription

/// Runs one input both ways.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    var copy = [UInt8](repeating: 0, count: input.byteCount)
    var target = copy.mutableSpan
    var bytes = target.mutableRawBytes
    _ = try? bytes.copy(input, at: 0)
    _ = try? describeBootConfig(copy)
    guard let compiled = try? compileBootConfig(copy) else { return }
    do {
      let text = try describeBootConfig(compiled)
      let again = try compileBootConfig(Array(text.utf8))
      precondition(again == compiled, "prints another configuration")
    } catch {
      preconditionFailure("refused: \(error)")
    }
  }
}
