// Fuzzes lib-bytes: the input is a program for the cursors, and what one writes the other reads
// back. It must not know any format.

import Bytes
import FuzzSupport

/// Runs one input through the reader and back through the writer.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    probe(input)
    copyField(input)
  }
}

/// Reads at offsets taken from the input itself: in range, at the end, negative, huge.
private func probe(_ input: RawSpan) {
  var reader = ByteReader(input)
  while let raw = try? reader.uint64() {
    let offset = Int(bitPattern: UInt(raw))
    let count = offset &* 31
    if (try? input.integer(at: offset, as: UInt32.self)) != nil {
      precondition(offset >= 0 && offset + 4 <= input.byteCount, "read outside the span")
    }
    if let slice = try? input.slice(at: offset, count: count) {
      precondition(slice.byteCount == count, "slice of another length")
    }
    _ = try? input.requireZero(at: offset, count: count)
  }
  precondition(reader.remaining < 8, "stopped with a whole field left")
}

/// Copies the input field by field, the first byte choosing widths, and compares.
private func copyField(_ input: RawSpan) {
  var output = [UInt8](repeating: 0, count: input.byteCount)
  var target = output.mutableSpan
  var writer = ByteWriter(target.mutableRawBytes)
  var reader = ByteReader(input)
  var choice = (try? input.integer(at: 0, as: UInt8.self)) ?? 0
  do {
    while reader.remaining > 0 {
      switch choice & 3 {
      case 0: try writer.write(reader.uint16())
      case 1: try writer.write(reader.uint32())
      case 2: try writer.write(bytes: reader.take(Int(choice >> 2)))
      default: try writer.write(reader.uint8())
      }
      choice = choice &* 5 &+ 1
    }
    try reader.expectEnd()
  } catch {
    // A field wider than the rest: copying byte by byte must still work.
    while let byte = try? reader.uint8() { _ = try? writer.write(byte) }
  }
  precondition(output.span.rawBytes.hasSameBytes(as: input), "copy differs")
}
