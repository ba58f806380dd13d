// What the firmware tells about the machine, handed on unchecked: BootCore checks it.

import BootCore
import Bytes
import Handoff
import UEFI

extension UEFIMachine {
  mutating func surroundings() -> Surroundings {
    Surroundings(framebuffer: framebuffer, cursor: cursor, acpiRoot: acpiRoot, time: time)
  }

  /// The firmware's generator first, then the processor's.
  mutating func entropy() -> Entropy {
    var seed = FixedBytes<64>()
    if let source = RandomSource(system.bootServices) {
      var span = seed.mutableSpan
      var bytes = span.mutableRawBytes
      if (try? source.fill(&bytes)) != nil, seed != FixedBytes<64>() {
        return Entropy(source: .efiRNG, seed: seed)
      }
    }
    for word in 0..<8 {
      guard let value = Processor.random() else { return .absent }
      for byte in 0..<8 {
        seed[word * 8 + byte] = UInt8(truncatingIfNeeded: value >> UInt64(byte * 8))
      }
    }
    return seed == FixedBytes<64>() ? .absent : Entropy(source: .rdrand, seed: seed)
  }

  private var framebuffer: RawFramebuffer? {
    guard let mode = GraphicsMode(system.bootServices) else { return nil }
    return RawFramebuffer(
      base: mode.base, size: mode.size, width: mode.width, height: mode.height,
      pixelsPerScanLine: mode.pixelsPerScanLine, pixelFormat: mode.pixelFormat)
  }

  private var acpiRoot: ACPIRoot? {
    guard let root = system.acpiRoot else { return nil }
    return ACPIRoot(address: root.address, revision: root.revision)
  }

  private var time: CalendarTime? {
    guard let time = system.runtimeServices.time else { return nil }
    return CalendarTime(
      year: Int(time.year), month: Int(time.month), day: Int(time.day), hour: Int(time.hour),
      minute: Int(time.minute), second: Int(time.second), minutesToUTC: Int(time.minutesToUTC))
  }

  private var cursor: ConsoleContinuity? {
    guard let place = system.consoleOutput?.cursor else { return nil }
    return ConsoleContinuity(row: place.row, column: place.column, generation: 0)
  }
}
