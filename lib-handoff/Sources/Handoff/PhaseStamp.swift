// Entries of the phase-stamp table of the bootloader->kernel handoff: what the loader's own work
// cost, in ticks of the time-stamp counter.

public import Bytes

/// When a phase of the loader ended.
public struct PhaseStamp: Equatable, Sendable {
  /// A phase, in the order of the loader's work.
  public enum Phase: UInt32, Sendable {
    /// The image is in memory.
    case imageRead = 1
    /// Its structure is valid.
    case structureChecked = 2
    /// Its signature is valid.
    case signatureChecked = 3
    /// Its contents match their hashes.
    case contentsHashed = 4
    /// The kernel's segments are in place.
    case kernelLoaded = 5
    /// The page tables are built.
    case pageTablesBuilt = 6
    /// The memory map is taken.
    case memoryMapTaken = 7
    /// The firmware's boot services are left.
    case bootServicesLeft = 8
  }

  /// Phase.
  public var phase: Phase
  /// Time-stamp counter at its end.
  public var ticks: UInt64

  /// A stamp of these parts.
  public init(phase: Phase, ticks: UInt64) {
    self.phase = phase
    self.ticks = ticks
  }
}

#if !hasFeature(Embedded)
extension PhaseStamp.Phase: CaseIterable {}
#endif

extension PhaseStamp: WireEntry {
  /// Stands in the bootloader->kernel handoff.
  public typealias Format = BootloaderFormat
  /// Table 4.
  public static let table = 4
  /// 16 bytes.
  public static let encodedSize = 16

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for an unknown phase, `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    phase = try record.value(at: 0)
    try record.requireZero(at: 4, count: 4)
    ticks = try record.integer(at: 8)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(phase.rawValue, at: offset)
    try bytes.store(ticks, at: offset + 8)
  }
}
