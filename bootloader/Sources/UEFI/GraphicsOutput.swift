// The frame buffer: UEFI specification 2.10, section 12.9. The loader takes the mode that the
// firmware left and sets none.

/// The current graphics mode, as the firmware describes it; unchecked.
public struct GraphicsMode: Equatable, Sendable {
  private enum Offset {
    static let mode: UInt64 = 24
    static let info: UInt64 = 8
    static let frameBufferBase: UInt64 = 24
    static let frameBufferSize: UInt64 = 32
    static let horizontalResolution: UInt64 = 4
    static let verticalResolution: UInt64 = 8
    static let pixelFormat: UInt64 = 12
    static let pixelsPerScanLine: UInt64 = 32
  }

  /// Physical address of the first pixel.
  public let base: UInt64
  /// Bytes of the frame buffer.
  public let size: UInt64
  /// Pixels in a row.
  public let width: UInt32
  /// Rows.
  public let height: UInt32
  /// Pixels from the start of a row to the start of the next.
  public let pixelsPerScanLine: UInt32
  /// 0: bytes red, green, blue, unused; 1: blue, green, red, unused; others have no such bytes.
  public let pixelFormat: UInt32

  /// The mode of the first graphics device; nil without one.
  public init?(_ services: BootServices) {
    guard let output = try? services.firstInterface(.graphicsOutput),
      let mode = output.object(at: Offset.mode), let info = mode.object(at: Offset.info)
    else { return nil }
    base = mode.word(at: Offset.frameBufferBase)
    size = mode.word(at: Offset.frameBufferSize)
    width = info.half(at: Offset.horizontalResolution)
    height = info.half(at: Offset.verticalResolution)
    pixelsPerScanLine = info.half(at: Offset.pixelsPerScanLine)
    pixelFormat = info.half(at: Offset.pixelFormat)
  }
}
