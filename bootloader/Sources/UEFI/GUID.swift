// Names of protocols and tables: UEFI specification 2.10, appendix A. Stored as the firmware
// compares them: 16 bytes in memory order.

/// A globally unique identifier.
public struct GUID: Equatable, Sendable {
  let low: UInt64
  let high: UInt64

  /// The identifier written as in the specification: one 32-bit, two 16-bit numbers, eight bytes.
  ///
  /// The last eight bytes are given as one number, first byte first.
  init(_ first: UInt32, _ second: UInt16, _ third: UInt16, _ rest: UInt64) {
    low = UInt64(first) | UInt64(second) << 32 | UInt64(third) << 48
    high = rest.byteSwapped
  }

  init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  // Computed: a stored one would be filled at its first use, behind a lock that nobody needs.
  static var loadedImage: GUID { GUID(0x5B1B_31A1, 0x9562, 0x11D2, 0x8E3F_00A0_C969_723B) }
  static var simpleFileSystem: GUID { GUID(0x964E_5B22, 0x6459, 0x11D2, 0x8E39_00A0_C969_723B) }
  static var fileInfo: GUID { GUID(0x0957_6E92, 0x6D3F, 0x11D2, 0x8E39_00A0_C969_723B) }
  static var graphicsOutput: GUID { GUID(0x9042_A9DE, 0x23DC, 0x4A38, 0x96FB_7ADE_D080_516A) }
  static var random: GUID { GUID(0x3152_BCA5, 0xEADE, 0x433D, 0x862E_C01C_DC29_1F44) }
  static var acpi20: GUID { GUID(0x8868_E871, 0xE4F1, 0x11D3, 0xBC22_0080_C73C_8881) }
  static var acpi10: GUID { GUID(0xEB9D_2D30, 0x2D88, 0x11D3, 0x9A16_0090_273F_C14D) }
}

extension GUID {
  /// Runs `body` with the address of the 16 bytes, which is valid until `body` returns.
  func withAddress(_ body: (UInt64) -> Status) -> Status {
    let words: InlineArray<2, UInt64> = [low, high]
    let span = words.span
    // SAFETY: only the address leaves, as a number, and the callers pass it to one firmware call
    // that returns before `body` does.
    return unsafe span.withUnsafeBufferPointer { buffer in
      body(UInt64(UInt(bitPattern: buffer.baseAddress)))
    }
  }
}
