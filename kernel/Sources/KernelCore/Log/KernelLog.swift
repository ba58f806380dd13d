// The kernel's log: a ring of bytes that READ_KERNEL_LOG reads behind a cursor, and that the early
// console mirrors while the kernel owns it. docs/reference/control/kernel-log.md.

import KernelMachine

extension UInt64: ZeroInitialised {}

/// The ring; bytes are numbered from the first ever written, so a reader notices what it lost.
package struct KernelLog {
  /// The ring has 2^order pages.
  static let order: UInt8 = 4
  /// Bytes that the ring keeps.
  package static let capacity: UInt64 = UInt64(frameBytes) << UInt64(order)

  /// The pages; none before memory was found.
  private var pages = FrameNumber.none
  /// The number of the next byte.
  package private(set) var end: UInt64 = 0

  /// A log without memory, which forgets everything.
  init() {}

  /// The number of the oldest byte that is kept.
  package var start: UInt64 { end > Self.capacity ? end - Self.capacity : 0 }

  /// Takes pages for the ring.
  mutating func use(_ pages: FrameNumber) {
    self.pages = pages
  }

  /// Adds a byte, which may overwrite the oldest.
  mutating func append(_ byte: UInt8, in frames: FrameTable) {
    guard let word = word(of: end, in: frames) else { return }
    let shift = end % 8 * 8
    word.object = word.object & ~(0xFF << shift) | UInt64(byte) << shift
    end += 1
  }

  /// A byte that is kept.
  package func byte(_ number: UInt64, in frames: FrameTable) -> UInt8? {
    guard number >= start, number < end, let word = word(of: number, in: frames) else { return nil }
    return UInt8(truncatingIfNeeded: word.object >> (number % 8 * 8))
  }

  private func word(of number: UInt64, in frames: FrameTable) -> Ref<UInt64>? {
    guard !pages.isNone else { return nil }
    // Below the capacity, so everything fits.
    let offset = Int(truncatingIfNeeded: number % Self.capacity)
    let page = FrameNumber(pages.rawValue + UInt32(truncatingIfNeeded: offset / frameBytes))
    return frames.table(of: UInt64.self, in: page)[offset % frameBytes / 8]
  }
}

extension KernelState {
  /// Adds a byte to the log and shows it on the early console.
  package mutating func log(_ byte: UInt8) {
    log.append(byte, in: objects.frames)
    M.emit(byte)
  }

  /// Adds fixed text.
  package mutating func log(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { log(text.byte(at: index)) }
  }

  /// Adds a number.
  package mutating func log(_ value: UInt64, base: UInt64 = 10) {
    var divisor: UInt64 = 1
    while value / divisor >= base { divisor *= base }
    while divisor > 0 {
      // One digit of a base of at most 16.
      let digit = UInt8(truncatingIfNeeded: value / divisor % base)
      log(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      divisor /= base
    }
  }

  /// Adds a line that says how far the kernel came: `ERIX_KERNEL:<text>`.
  package mutating func mark(_ text: StaticString) {
    log("ERIX_KERNEL:")
    log(text)
    log(UInt8(ascii: "\n"))
  }
}
