// From the firmware's description of the screen to the handoff's: UEFI specification 2.10, section
// 12.9. A screen that the handoff cannot describe counts as none: the system runs without.

public import Handoff

/// A graphics mode as the firmware describes it, unchecked.
public struct RawFramebuffer: Equatable, Sendable {
  /// Physical address of the first pixel.
  public var base: UInt64
  /// Bytes.
  public var size: UInt64
  /// Pixels in a row.
  public var width: UInt32
  /// Rows.
  public var height: UInt32
  /// Pixels from the start of a row to the start of the next.
  public var pixelsPerScanLine: UInt32
  /// The firmware's number of the format: 0 red first, 1 blue first; others have no fixed bytes.
  public var pixelFormat: UInt32

  /// A mode of these parts.
  public init(
    base: UInt64, size: UInt64, width: UInt32, height: UInt32, pixelsPerScanLine: UInt32,
    pixelFormat: UInt32
  ) {
    self.base = base
    self.size = size
    self.width = width
    self.height = height
    self.pixelsPerScanLine = pixelsPerScanLine
    self.pixelFormat = pixelFormat
  }

  /// The mode as the handoff describes it; nil when it breaks a rule of handoff.md.
  public var framebuffer: Framebuffer? {
    let format: Framebuffer.PixelFormat
    switch pixelFormat {
    case 0: format = .rgba8888
    case 1: format = .bgra8888
    default: return nil
    }
    guard base != 0, base < PageRange.physicalLimit, size <= PageRange.physicalLimit - base,
      (1...0xFFFF).contains(width), (1...0xFFFF).contains(height),
      pixelsPerScanLine >= width, pixelsPerScanLine <= 0x3FFF_FFFF,
      UInt64(pixelsPerScanLine) * 4 * UInt64(height) <= size
    else { return nil }
    return Framebuffer(
      base: base, size: size, width: width, height: height, stride: pixelsPerScanLine * 4,
      format: format)
  }

  /// The pages that the screen occupies.
  static func pages(of framebuffer: Framebuffer) -> PageRange {
    let mask = PageRange.pageSize - 1
    let first = framebuffer.base & ~mask
    // Base and size were checked against the end of physical memory, 2^52.
    let end = (framebuffer.base + framebuffer.size + mask) & ~mask
    return PageRange(base: first, pageCount: (end - first) / PageRange.pageSize)
  }
}
