// Screens that can and cannot be described.

import BootCore
import Handoff
import Testing

struct RawFramebufferTests {
  private static let valid = RawFramebuffer(
    base: 0x8000_0000, size: 1024 * 768 * 4, width: 1000, height: 768, pixelsPerScanLine: 1024,
    pixelFormat: 0)

  private func refused(_ change: (inout RawFramebuffer) -> Void) -> Bool {
    var raw = Self.valid
    change(&raw)
    return raw.framebuffer == nil
  }

  @Test func `a screen of four bytes per pixel is described`() {
    let framebuffer = Self.valid.framebuffer
    #expect(framebuffer?.format == .rgba8888)
    #expect(framebuffer?.stride == 4096)
    #expect(framebuffer?.width == 1000)
  }

  @Test func `blue first is the other format`() {
    var raw = Self.valid
    raw.pixelFormat = 1
    #expect(raw.framebuffer?.format == .bgra8888)
  }

  @Test func `other formats count as no screen`() {
    #expect(refused { $0.pixelFormat = 2 })
    #expect(refused { $0.pixelFormat = 3 })
  }

  @Test func `sizes that do not fit together count as no screen`() {
    #expect(refused { $0.size -= 1 })
    #expect(refused { $0.width = 0 })
    #expect(refused { $0.height = 0 })
    #expect(refused { $0.width = 1025 })
    #expect(refused { $0.height = 65536 })
    #expect(refused { $0.pixelsPerScanLine = .max })
  }

  @Test func `addresses outside memory count as no screen`() {
    #expect(refused { $0.base = 0 })
    #expect(refused { $0.base = 1 << 52 })
    #expect(refused { $0.size = .max })
  }
}
