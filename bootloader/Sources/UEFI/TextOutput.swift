// The firmware's text console: UEFI specification 2.10, section 12.4. Used for markers and failure
// messages only; a console that fails is not an error.

/// Simple text output.
public struct TextOutput {
  private enum Offset {
    static let outputString: UInt64 = 8
    static let mode: UInt64 = 72
    static let cursorColumn: UInt64 = 12
    static let cursorRow: UInt64 = 16
  }

  let interface: FirmwareObject

  /// Prints ASCII text.
  ///
  /// The firmware sees it in pieces of at most 63 characters.
  ///
  /// - Parameter text: Bytes below 128; nothing is printed of others.
  public func write(_ text: Span<UInt8>) {
    var buffer = InlineArray<64, UInt16>(repeating: 0)
    var used = 0
    for index in text.indices where text[index] < 128 {
      buffer[used] = UInt16(text[index])
      used += 1
      if used == 63 {
        output(buffer)
        used = 0
      }
    }
    buffer[used] = 0
    output(buffer)
  }

  /// Where the next character goes, in characters from the top left; nil when the console does not
  /// say.
  public var cursor: (row: UInt32, column: UInt32)? {
    guard let mode = interface.object(at: Offset.mode) else { return nil }
    return (mode.half(at: Offset.cursorRow), mode.half(at: Offset.cursorColumn))
  }

  /// Prints a text that ends with a zero; the last element of the array is always zero.
  private func output(_ text: InlineArray<64, UInt16>) {
    let span = text.span
    // SAFETY: only the number of the address leaves the closure, for a call that ends inside it.
    unsafe span.withUnsafeBufferPointer { buffer in
      let address = UInt64(UInt(bitPattern: buffer.baseAddress))
      // SAFETY: the function takes the interface and a string that ends with 0; the array has a 0
      // at or before its last element and outlives the call.
      _ = unsafe interface.unsafeCall(Offset.outputString, interface.address, address)
    }
  }
}
