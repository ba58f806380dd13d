// The start envelope of services, drivers and programs: docs/reference/start-envelope.md. Decoding
// proves the form; role and intake table are compared in further steps, each with its own error.

public import Bytes
public import CapABI
public import Handoff

/// Why a start envelope is refused.
public enum EnvelopeError: Error, Equatable, Sendable {
  /// It is malformed.
  case format(FormatError)
  /// It is for another role than the program was built as.
  case wrongRole(found: RoleID, expected: RoleID)
  /// The descriptors differ from the role's intake table.
  case intake(IntakeError)
}

/// A capability that a process starts with.
public struct StartCapability: Equatable, Sendable {
  /// What the parent says it installed.
  public var descriptor: TransferDescriptor

  /// A capability as the descriptor says.
  public init(_ descriptor: TransferDescriptor) {
    self.descriptor = descriptor
  }
}

extension StartCapability: WireEntry {
  /// Stands in the start envelope.
  public typealias Format = StartEnvelopeFormat
  /// Table 0.
  public static let table = 0
  /// 24 bytes.
  public static let encodedSize = TransferDescriptor.size

  /// Decodes and validates.
  ///
  /// - Throws: what `TransferDescriptor.init(fields:)` throws.
  public init(_ record: Record) throws(FormatError) {
    descriptor = try TransferDescriptor(fields: record)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try descriptor.encodeFields(into: &bytes, at: offset)
  }
}

/// A validated start envelope, in place.
///
/// The bytes must not change while the view lives.
public struct StartEnvelope: ~Escapable {
  /// The fixed part.
  public let info: EnvelopeInfo
  /// What the process starts with, in slot order.
  public let capabilities: WireTable<StartCapability>

  /// Decodes and validates the form.
  ///
  /// - Parameter bytes: Exactly the envelope.
  /// - Throws: the first violation, as a `FormatError`.
  @_lifetime(copy bytes)
  public init(decoding bytes: RawSpan) throws(FormatError) {
    let file = try TableFile(bytes, layout: StartEnvelopeFormat.layout)
    info = try file.info()
    capabilities = try file.table()
    try checkSlots()
  }

  /// Does everything that a service must do with its envelope before its first receive.
  ///
  /// - Throws: `EnvelopeError.format`, `wrongRole`, `intake`, in this order.
  public static func check(_ bytes: RawSpan, as role: RoleID) throws(EnvelopeError) {
    let envelope: StartEnvelope
    do { envelope = try StartEnvelope(decoding: bytes) } catch { throw .format(error) }
    try envelope.checkRole(role)
    try envelope.checkIntake()
  }

  /// Checks that the envelope is for the role that the program was built as.
  ///
  /// - Throws: `EnvelopeError.wrongRole`.
  public func checkRole(_ role: RoleID) throws(EnvelopeError) {
    guard info.role == role else { throw .wrongRole(found: info.role, expected: role) }
  }

  /// Compares the descriptors with the role's intake table, where it has one.
  ///
  /// - Throws: `EnvelopeError.intake` with the first difference.
  public func checkIntake() throws(EnvelopeError) {
    guard let table = IntakeTable(for: info.role) else { return }
    let absent = TransferDescriptor(slot: .null, type: .null, rights: .none)
    let capabilities = capabilities
    do throws(IntakeError) {
      try table.check(descriptorCount: capabilities.count) { index in
        capabilities[index]?.descriptor ?? absent
      }
    } catch {
      throw .intake(error)
    }
  }

  /// Slots strictly increase and lie in the CSpace.
  private func checkSlots() throws(FormatError) {
    var previous: UInt32 = 0
    for index in 0..<capabilities.count {
      let slot = try capabilities.entry(at: index).descriptor.slot.rawValue
      guard slot != previous else {
        throw .duplicate(table: StartCapability.table, entry: index)
      }
      guard slot > previous else {
        throw .outOfOrder(table: StartCapability.table, entry: index)
      }
      guard slot < info.cspaceSlots else {
        throw .invalidValue(offset: capabilities.offset(of: index), found: UInt64(slot))
      }
      previous = slot
    }
  }
}

/// The form of the start envelope.
public enum StartEnvelopeFormat: WireFormat {
  /// The fixed part.
  public typealias Info = EnvelopeInfo

  /// `ERIXSTRT`, one table.
  public static var layout: TableLayout {
    TableLayout(
      magic: 0x5452_5453_5849_5245, fixedSize: EnvelopeInfo.encodedSize,
      TableSpec(entrySize: StartCapability.encodedSize, minimum: 1, limit: 4096))
  }

  /// Decodes and drops the result.
  ///
  /// - Throws: the first violation.
  public static func validate(_ bytes: RawSpan) throws(FormatError) {
    _ = try StartEnvelope(decoding: bytes)
  }
}
