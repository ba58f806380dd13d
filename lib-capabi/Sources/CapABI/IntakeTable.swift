// Intake tables: exactly which capabilities a role starts with. A service checks its table before
// its first receive; one capability more, less or other than listed stops it. The table is built on
// the stack from the role (no globals); rows stand in slot order.

/// One row: the capability or run of capabilities that the role expects.
public struct IntakeEntry: Equatable, Sendable {
  /// The slot, or the first slot of a run.
  public let slot: CapSlot
  /// Type.
  public let type: CapabilityType
  /// Family, for endpoints.
  public let kind: EndpointKind
  /// Exactly these rights.
  public let rights: Rights
  /// The role behind it.
  public let peer: RoleID
  /// Most capabilities in the run, which starts at `slot` without gaps; at least one is required.
  public let maximumCount: UInt32

  /// The row that stands for "none" in unused table space.
  static let unused = IntakeEntry(
    slot: .null, type: .null, kind: .generic, rights: .none, peer: .none, maximumCount: 0)

  /// Whether `slot` belongs to this row.
  func covers(_ candidate: CapSlot) -> Bool {
    candidate.rawValue >= slot.rawValue && candidate.rawValue - slot.rawValue < maximumCount
  }
}

/// Why a set of start capabilities is refused.
public enum IntakeError: Error, Equatable, Sendable {
  /// A required capability is absent.
  case missing(CapSlot)
  /// A capability that the table does not list, or a gap before it in its run.
  case unexpected(CapSlot)
  /// Descriptors are not in increasing slot order.
  case outOfOrder(CapSlot)
  /// The capability has another type.
  case wrongType(CapSlot, found: CapabilityType, expected: CapabilityType)
  /// The endpoint is of another family.
  case wrongKind(CapSlot, found: EndpointKind, expected: EndpointKind)
  /// The rights differ, in either direction.
  case wrongRights(CapSlot, found: Rights, expected: Rights)
  /// Another role is behind it.
  case wrongPeer(CapSlot, found: RoleID, expected: RoleID)
}

/// The start capabilities of one role.
public struct IntakeTable: Sendable {
  /// Most rows of any table.
  public static let capacity = 32

  private var entries: InlineArray<32, IntakeEntry>
  /// Number of rows.
  public private(set) var count: Int

  /// An empty table, for the builders in IntakeTable+Roles.swift.
  init() {
    entries = InlineArray(repeating: .unused)
    count = 0
  }

  /// Row `index`; nil outside `0 ..< count`.
  public func entry(at index: Int) -> IntakeEntry? {
    index >= 0 && index < count ? entries[index] : nil
  }

  /// Appends a row.
  ///
  /// Builders append in slot order; the tests hold them to it.
  mutating func append(_ entry: IntakeEntry) {
    entries[count] = entry
    count += 1
  }

  /// Checks the descriptors of a start envelope: exactly the table's rows, in slot order.
  ///
  /// - Parameters:
  ///   - descriptorCount: How many descriptors the envelope has.
  ///   - descriptor: The descriptor at an index below `descriptorCount`.
  /// - Throws: The first difference, as an `IntakeError`.
  public func check(
    descriptorCount: Int, _ descriptor: (Int) -> TransferDescriptor
  ) throws(IntakeError) {
    var next = 0
    for row in 0..<count {
      let entry = entries[row]
      var taken: UInt32 = 0
      while next < descriptorCount, taken < entry.maximumCount {
        let found = descriptor(next)
        guard found.slot.rawValue == entry.slot.rawValue + taken else { break }
        try Self.check(found, against: entry)
        taken += 1
        next += 1
      }
      guard taken > 0 else { throw missingOrUnexpected(entry, next, descriptorCount, descriptor) }
    }
    guard next >= descriptorCount else {
      let found = descriptor(next)
      guard next == 0 || found.slot.rawValue > descriptor(next - 1).slot.rawValue else {
        throw .outOfOrder(found.slot)
      }
      throw .unexpected(found.slot)
    }
  }

  /// Says why row `entry` was not met by descriptor `next`: that descriptor stands too early, or
  /// out of order, or the row's capability is absent.
  private func missingOrUnexpected(
    _ entry: IntakeEntry, _ next: Int, _ descriptorCount: Int,
    _ descriptor: (Int) -> TransferDescriptor
  ) -> IntakeError {
    guard next < descriptorCount else { return .missing(entry.slot) }
    let found = descriptor(next).slot
    if next > 0, found.rawValue <= descriptor(next - 1).slot.rawValue { return .outOfOrder(found) }
    return found.rawValue < entry.slot.rawValue ? .unexpected(found) : .missing(entry.slot)
  }

  /// Compares one capability with its row.
  private static func check(
    _ found: TransferDescriptor, against entry: IntakeEntry
  ) throws(IntakeError) {
    guard found.type == entry.type else {
      throw .wrongType(found.slot, found: found.type, expected: entry.type)
    }
    guard found.kind == entry.kind else {
      throw .wrongKind(found.slot, found: found.kind, expected: entry.kind)
    }
    guard found.rights == entry.rights else {
      throw .wrongRights(found.slot, found: found.rights, expected: entry.rights)
    }
    guard found.peer == entry.peer else {
      throw .wrongPeer(found.slot, found: found.peer, expected: entry.peer)
    }
  }
}
