// Entries of the memory map and of the reservations in the bootloader->kernel handoff.

public import Bytes

/// One run of physical memory, and what the firmware and the loader know about it.
public struct MemoryRegion: Equatable, Sendable {
  /// What a region is.
  public enum Kind: UInt32, Sendable {
    /// Free RAM.
    case usable = 1
    /// RAM that holds the loader's page tables, code, stack or this handoff; free once the kernel
    /// is done with them.
    case loaderReclaimable = 2
    /// The kernel's segments.
    case kernelImage = 3
    /// Boot modules.
    case module = 4
    /// ACPI tables; free once they are read.
    case acpiReclaimable = 5
    /// ACPI memory that stays.
    case acpiNVS = 6
    /// Device registers.
    case mmio = 7
    /// Not usable.
    case reserved = 8
    /// Non-volatile memory.
    case persistent = 9
    /// Firmware code and data that stay.
    case firmwareRuntime = 10
    /// RAM with errors.
    case defective = 11
  }

  /// The pages.
  public var range: PageRange
  /// Kind.
  public var kind: Kind

  /// A region of these parts.
  public init(range: PageRange, kind: Kind) {
    self.range = range
    self.kind = kind
  }
}

extension MemoryRegion: WireEntry {
  /// Stands in the bootloader->kernel handoff.
  public typealias Format = BootloaderFormat
  /// Table 0.
  public static let table = 0
  /// 24 bytes.
  public static let encodedSize = 24

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for a bad range or kind, `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    range = try PageRange(physical: record, base: 0, count: 8)
    kind = try record.value(at: 16)
    try record.requireZero(at: 20, count: 4)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(range.base, at: offset)
    try bytes.store(range.pageCount, at: offset + 8)
    try bytes.store(kind.rawValue, at: offset + 16)
  }
}

/// One run of physical memory from which no untyped memory may be made.
public struct Reservation: Equatable, Sendable {
  /// What the pages are used for.
  public enum Kind: UInt32, Sendable {
    /// Segments of the kernel.
    case kernelImage = 1
    /// Page tables that are in use when the kernel starts.
    case pageTables = 2
    /// This handoff.
    case handoff = 3
    /// Boot modules.
    case module = 4
    /// The framebuffer.
    case framebuffer = 5
    /// The stack on which the kernel starts.
    case stack = 6
    /// Code with which other processors start.
    case startupCode = 7
  }

  /// The pages.
  public var range: PageRange
  /// Kind.
  public var kind: Kind

  /// A reservation of these parts.
  public init(range: PageRange, kind: Kind) {
    self.range = range
    self.kind = kind
  }
}

extension Reservation: WireEntry {
  /// Stands in the bootloader->kernel handoff.
  public typealias Format = BootloaderFormat
  /// Table 1.
  public static let table = 1
  /// 24 bytes.
  public static let encodedSize = 24

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for a bad range or kind, `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    range = try PageRange(physical: record, base: 0, count: 8)
    kind = try record.value(at: 16)
    try record.requireZero(at: 20, count: 4)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(range.base, at: offset)
    try bytes.store(range.pageCount, at: offset + 8)
    try bytes.store(kind.rawValue, at: offset + 16)
  }
}

#if !hasFeature(Embedded)
extension MemoryRegion.Kind: CaseIterable {}
extension Reservation.Kind: CaseIterable {}
#endif
