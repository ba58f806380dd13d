// All lines of the I/O interrupt controllers, numbered as ACPI does (global system interrupts).
// Intel 82093AA datasheet, section 3.

import CKernelX86

/// The I/O interrupt controllers.
///
/// Its methods are mutating: calling another on a global value copies it.
struct InterruptLines {
  private struct Controller {
    var registers: UInt64 = 0
    var firstLine: UInt32 = 0
    var lineCount: UInt32 = 0
  }

  private var controllers = InlineArray<16, Controller>(repeating: Controller())
  private var count = 0
  /// One more than the highest line that has a vector.
  private(set) var lineCount: UInt32 = 0

  /// Lines that have a vector of their own.
  static let limit = UInt32(VECTOR_LAST_LINE - VECTOR_FIRST_LINE + 1)

  /// No controllers.
  init() {}

  /// Adds a controller and masks its lines.
  ///
  /// - Parameters:
  ///   - window: Virtual address of its registers.
  ///   - firstLine: The first line it serves.
  ///   - destination: The local controller that gets the interrupts.
  mutating func add(window: UInt64, firstLine: UInt32, destination: UInt32) {
    guard count < controllers.count, firstLine < Self.limit else { return }
    let version = Self.read(1, window)
    let lines = min((version >> 16 & 0xFF) + 1, Self.limit - firstLine)
    controllers[count] = Controller(registers: window, firstLine: firstLine, lineCount: lines)
    count += 1
    lineCount = max(lineCount, firstLine + lines)
    for line in firstLine..<firstLine + lines {
      // ISA lines are edges; whoever takes a line says what it is.
      set(
        line, Self.masked(line, destination: destination, levelTriggered: false, activeLow: false))
    }
  }

  /// Sets trigger and polarity of a line and masks it; nothing for a line that does not exist.
  mutating func configure(
    _ line: UInt32, destination: UInt32, levelTriggered: Bool, activeLow: Bool
  ) {
    guard line < lineCount else { return }
    set(
      line,
      Self.masked(
        line, destination: destination, levelTriggered: levelTriggered, activeLow: activeLow))
  }

  /// Masks or unmasks a line; nothing for one that does not exist.
  mutating func mask(_ line: UInt32, _ masked: Bool) {
    guard let place = place(of: line) else { return }
    let value = UInt64(Self.read(place.register, place.registers))
    var entry = Redirection(rawValue: value)
    entry.isMasked = masked
    // The mask is in the low half.
    Self.write(
      place.register, place.registers, UInt32(truncatingIfNeeded: entry.rawValue))
  }

  private static func masked(
    _ line: UInt32, destination: UInt32, levelTriggered: Bool, activeLow: Bool
  ) -> Redirection {
    // Lines are below `limit`, so the sum is at most the last vector.
    let vector = UInt8(truncatingIfNeeded: UInt32(VECTOR_FIRST_LINE) + line)
    return Redirection(
      vector: vector, destination: destination, levelTriggered: levelTriggered,
      activeLow: activeLow)
  }

  private mutating func set(_ line: UInt32, _ entry: Redirection) {
    guard let place = place(of: line) else { return }
    // The half with the mask first: it is set.
    Self.write(place.register, place.registers, UInt32(truncatingIfNeeded: entry.rawValue))
    Self.write(
      place.register + 1, place.registers, UInt32(truncatingIfNeeded: entry.rawValue >> 32))
  }

  private mutating func place(of line: UInt32) -> (registers: UInt64, register: UInt32)? {
    // Through the span: indexed as a whole, the array would be copied.
    let controllers = controllers.span
    for index in 0..<count {
      let first = controllers[index].firstLine
      guard line >= first, line - first < controllers[index].lineCount else { continue }
      return (controllers[index].registers, 0x10 + 2 * (line - first))
    }
    return nil
  }

  private static func read(_ register: UInt32, _ window: UInt64) -> UInt32 {
    erix_mmio_write32(window, register)
    return erix_mmio_read32(window &+ 0x10)
  }

  private static func write(_ register: UInt32, _ window: UInt64, _ value: UInt32) {
    erix_mmio_write32(window, register)
    erix_mmio_write32(window &+ 0x10, value)
  }
}
