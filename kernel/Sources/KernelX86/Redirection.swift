// Entries of an I/O interrupt controller's table. Intel 82093AA datasheet, section 3.2.4. Pure.

/// How one line of an I/O interrupt controller is delivered.
package struct Redirection: Equatable, Sendable {
  /// The bits of the entry.
  package private(set) var rawValue: UInt64

  private static let activeLow: UInt64 = 1 << 13
  private static let level: UInt64 = 1 << 15
  private static let mask: UInt64 = 1 << 16

  /// Wraps what was read from a controller.
  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// A masked line.
  ///
  /// - Parameters:
  ///   - vector: The vector, above 31.
  ///   - destination: Number of a local controller, below 256.
  ///   - levelTriggered: Whether the line is a level, not an edge.
  ///   - activeLow: Whether low means active.
  package init(vector: UInt8, destination: UInt32, levelTriggered: Bool, activeLow: Bool) {
    rawValue = UInt64(vector) | UInt64(destination & 0xFF) << 56 | Self.mask
    if levelTriggered { rawValue |= Self.level }
    if activeLow { rawValue |= Self.activeLow }
  }

  /// Whether interrupts are held back.
  package var isMasked: Bool {
    get { rawValue & Self.mask != 0 }
    set { rawValue = newValue ? rawValue | Self.mask : rawValue & ~Self.mask }
  }
}
