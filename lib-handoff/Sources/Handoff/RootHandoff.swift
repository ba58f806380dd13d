// The kernel->root handoff: docs/reference/handoff.md, "Kernel to root task". The kernel decodes
// its own handoff before it starts the root task; the root task decodes it again, then its
// inventory.

public import CapABI

/// A validated kernel->root handoff, in place.
///
/// The bytes must not change while the view lives.
public struct RootHandoff: ~Escapable {
  /// The fixed part.
  public let info: RootInfo
  /// Root's own objects and its family endpoints, in slot order.
  public let capabilities: WireTable<RootCapability>
  /// Untyped memory, in order of slots and of addresses.
  public let untypeds: WireTable<RootUntyped>
  /// Boot modules, in order of family, role and name.
  public let modules: WireTable<RootModule>

  /// Decodes and validates a whole handoff.
  ///
  /// - Parameter bytes: Exactly the handoff.
  /// - Throws: the first violation, as a `FormatError`.
  @_lifetime(copy bytes)
  public init(decoding bytes: RawSpan) throws(FormatError) {
    let file = try TableFile(bytes, layout: RootFormat.layout)
    info = try file.info()
    capabilities = try file.table()
    untypeds = try file.table()
    modules = try file.table()
    try checkCapabilities()
    try checkUntypeds()
    try checkModules()
    try checkSlots()
  }

  /// The number of entries of each table, for an encoder.
  public static func counts(capabilities: Int, untypeds: Int, modules: Int) -> TableCounts {
    TableCounts(capabilities, untypeds, modules)
  }

  /// Compares the capabilities with what rootd must start with: nothing more, nothing less.
  ///
  /// - Throws: the first difference, as an `IntakeError`.
  public func checkInventory() throws(IntakeError) {
    guard let table = IntakeTable(for: .rootd) else { return }
    let absent = TransferDescriptor(slot: .null, type: .null, rights: .none)
    let capabilities = capabilities
    try table.check(descriptorCount: capabilities.count) { index in
      capabilities[index]?.descriptor ?? absent
    }
  }

  /// Slots increase, and the whole surface is given only to smoke images.
  private func checkCapabilities() throws(FormatError) {
    var previous = CapSlot.null
    for index in 0..<capabilities.count {
      let descriptor = try capabilities.entry(at: index).descriptor
      try Self.checkOrder(previous, descriptor.slot, RootCapability.table, index)
      if descriptor.kind == .testRoot, info.identity.profile != .smoke {
        throw .invalidValue(
          offset: capabilities.offset(of: index) + TransferDescriptor.kindOffset,
          found: UInt64(descriptor.kind.rawValue))
      }
      previous = descriptor.slot
    }
  }

  /// Slots and addresses increase; ranges do not overlap.
  private func checkUntypeds() throws(FormatError) {
    var previous: RootUntyped?
    for index in 0..<untypeds.count {
      let untyped = try untypeds.entry(at: index)
      let table = RootUntyped.table
      try Self.checkOrder(previous?.slot ?? .null, untyped.slot, table, index)
      try PageRange.check(previous?.pages, before: untyped.pages, table: table, entry: index)
      previous = untyped
    }
  }

  /// Modules are in order and unique, and the boot configuration is where the fixed part says.
  private func checkModules() throws(FormatError) {
    var previous: ModuleKey?
    for index in 0..<modules.count {
      let key = try modules.entry(at: index).key
      try ModuleKey.check(previous, before: key, table: RootModule.table, entry: index)
      previous = key
    }
    let index = Int(info.bootConfigModule)
    guard modules[index]?.key.family == .bootConfig else {
      throw .missing(table: RootModule.table)
    }
  }

  /// Checks that a slot lies behind its predecessor.
  private static func checkOrder(
    _ previous: CapSlot, _ slot: CapSlot, _ table: Int, _ index: Int
  ) throws(FormatError) {
    guard previous != slot else { throw .duplicate(table: table, entry: index) }
    guard previous.rawValue < slot.rawValue else {
      throw .outOfOrder(table: table, entry: index)
    }
  }
}

/// The form of the kernel->root handoff.
public enum RootFormat: WireFormat {
  /// The fixed part.
  public typealias Info = RootInfo

  /// `ERIXKNRT`, three tables.
  public static var layout: TableLayout {
    TableLayout(
      magic: 0x5452_4E4B_5849_5245, fixedSize: RootInfo.encodedSize,
      TableSpec(entrySize: RootCapability.encodedSize, minimum: 4, limit: 64),
      TableSpec(entrySize: RootUntyped.encodedSize, limit: 2048),
      TableSpec(entrySize: RootModule.encodedSize, minimum: 1, limit: 128))
  }

  /// Decodes and drops the result.
  ///
  /// - Throws: the first violation.
  public static func validate(_ bytes: RawSpan) throws(FormatError) {
    _ = try RootHandoff(decoding: bytes)
  }
}
