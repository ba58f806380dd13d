// The system table, from which everything else of the firmware is reached: UEFI specification
// 2.10, section 4.3.

/// The firmware's system table.
public struct SystemTable {
  /// `IBI SYST` read as a little-endian number.
  private static let signature: UInt64 = 0x5453_5953_2049_4249
  /// `RSD PTR ` read as a little-endian number.
  private static let acpiSignature: UInt64 = 0x2052_5450_2044_5352
  private enum Offset {
    static let acpiRevision: UInt64 = 15
    static let signature: UInt64 = 0
    static let consoleOutput: UInt64 = 64
    static let runtimeServices: UInt64 = 88
    static let bootServices: UInt64 = 96
    static let tableCount: UInt64 = 104
    static let tables: UInt64 = 112
  }

  private let table: FirmwareObject
  /// Services until ExitBootServices.
  public let bootServices: BootServices
  /// Services that stay; the loader uses the clock alone.
  public let runtimeServices: RuntimeServices

  /// The table that the firmware handed to the entry point.
  ///
  /// Nil when the signature is not there or a service table is missing.
  ///
  /// - Parameter address: Second argument of the entry point.
  /// - Safety: the address is what the firmware passed to the entry point.
  @unsafe public init?(unsafeAddress address: UInt64) {
    // SAFETY: the caller vouches that this is the system table.
    let table = unsafe FirmwareObject(unsafeAddress: address)
    guard address != 0, table.word(at: Offset.signature) == Self.signature,
      let boot = table.object(at: Offset.bootServices),
      let runtime = table.object(at: Offset.runtimeServices)
    else { return nil }
    self.table = table
    bootServices = BootServices(table: boot)
    runtimeServices = RuntimeServices(table: runtime)
  }

  /// The text console; nil when the machine has none.
  public var consoleOutput: TextOutput? {
    table.object(at: Offset.consoleOutput).map { TextOutput(interface: $0) }
  }

  /// The ACPI root pointer, the one of ACPI 2.0 where there is one; nil without the signature that
  /// it must begin with (ACPI 6.5, section 5.2.5.3).
  public var acpiRoot: ACPIRootPointer? {
    guard let pointer = configurationTable(.acpi20) ?? configurationTable(.acpi10),
      pointer.word(at: 0) == Self.acpiSignature
    else { return nil }
    let revision = UInt8(truncatingIfNeeded: pointer.word(at: Offset.acpiRevision))
    return ACPIRootPointer(address: pointer.address, revision: revision)
  }

  /// What the configuration table lists for an identifier.
  private func configurationTable(_ name: GUID) -> FirmwareObject? {
    guard let tables = table.object(at: Offset.tables) else { return nil }
    let entrySize: UInt64 = 24
    // Bounded, so that a broken count ends in "not found" and not in a walk through memory.
    for index in 0..<min(table.word(at: Offset.tableCount), 1024) {
      let entry = index * entrySize
      let found = GUID(low: tables.word(at: entry), high: tables.word(at: entry + 8))
      guard found == name else { continue }
      return tables.object(at: entry + 16)
    }
    return nil
  }
}

/// The ACPI root pointer that the firmware offers.
public struct ACPIRootPointer: Equatable, Sendable {
  /// Physical address.
  public let address: UInt64
  /// Revision field: 0 for ACPI 1.0, at least 2 for later ones.
  public let revision: UInt8
}
