// Addresses and page numbers as types that cannot hold a value the processor would refuse.
// Follows Intel SDM volume 3A, sections 4.5 (physical width) and 3.3.7.1 (canonical form).

/// A physical address below 2^52.
package struct PhysicalAddress: Equatable, Sendable {
  /// The address in bytes.
  package let rawValue: UInt64

  /// Nil when the value has bits above the architecture's 52.
  package init?(exactly rawValue: UInt64) {
    guard rawValue < 1 << 52 else { return nil }
    self.rawValue = rawValue
  }

  /// Drops the bits above the architecture's 52; for values read from page tables.
  package init(truncating rawValue: UInt64) {
    self.rawValue = rawValue & ((1 << 52) - 1)
  }
}

/// A canonical virtual address: bits 63 to 47 are all equal.
package struct VirtualAddress: Equatable, Sendable {
  /// The address in bytes.
  package let rawValue: UInt64

  /// Nil when the value is not canonical.
  package init?(exactly rawValue: UInt64) {
    let canonical = VirtualAddress(truncating: rawValue)
    guard canonical.rawValue == rawValue else { return nil }
    self = canonical
  }

  /// Extends bit 47 over the bits above it.
  package init(truncating rawValue: UInt64) {
    let shifted = Int64(bitPattern: rawValue << 16)
    self.rawValue = UInt64(bitPattern: shifted >> 16)
  }
}

/// A frame of managed RAM, counted from the origin of the frame table.
///
/// Frame 0 is never handed out, so 0 stands for "none" and cleared memory holds no frame.
package struct FrameNumber: BitwiseCopyable, Equatable, Sendable {
  /// The index into the frame table.
  package let rawValue: UInt32

  /// Wraps an index.
  package init(_ rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// No frame.
  package static let none = FrameNumber(0)
  /// Whether this stands for no frame.
  package var isNone: Bool { rawValue == 0 }
}

/// The size of a frame and of the smallest page, in bytes.
package let frameBytes = 4096
