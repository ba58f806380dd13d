// The one way from libFuzzer's pointer and length to a span. It must not look at the bytes.

/// Calls `body` with the input of one fuzzing run.
///
/// - Parameters:
///   - data: The first byte, as libFuzzer hands it over; may be nil for an empty input.
///   - size: How many bytes there are.
///   - body: Parses the input; what it finds wrong with the parser ends the process by trapping.
/// - Returns: Zero, which tells libFuzzer to keep the input if it reached new code.
/// - Safety: `data` points to `size` readable bytes that stay unchanged until the call returns.
@unsafe
public func withFuzzInput(
  _ data: UnsafePointer<UInt8>?, _ size: Int, _ body: (RawSpan) -> Void
) -> CInt {
  // SAFETY: libFuzzer owns `size` bytes at `data` for the whole call (contract above), and the
  // span cannot leave the closure.
  unsafe body(UnsafeRawBufferPointer(start: data, count: size).bytes)
  return 0
}
