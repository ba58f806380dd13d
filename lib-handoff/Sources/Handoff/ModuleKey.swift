// What identifies a boot module in both handoffs: family, role and name, with the order and
// uniqueness rules of docs/reference/handoff.md. Families are numbered as in boot-image.md.

public import Bytes
public import CapABI

/// What a boot module is for.
public enum ModuleFamily: UInt16, Sendable {
  /// The first user process.
  case rootTask = 2
  /// A service.
  case service = 3
  /// A driver.
  case driver = 4
  /// The boot configuration.
  case bootConfig = 5
  /// Data.
  case blob = 6

  /// Whether modules of this family are told apart by their role.
  public var hasRole: Bool { self == .service || self == .driver }
}

#if !hasFeature(Embedded)
extension ModuleFamily: CaseIterable {}
#endif

/// Family, role and name of a boot module.
public struct ModuleKey: Equatable, Sendable {
  /// Family.
  public var family: ModuleFamily
  /// The role of a service or driver; `RoleID.none` for every other family.
  public var role: RoleID
  /// 1 to 32 bytes of `a`-`z`, `0`-`9`, `-`, then zero.
  public var name: FixedBytes<32>

  /// A key of these parts.
  public init(family: ModuleFamily, role: RoleID = .none, name: FixedBytes<32>) {
    self.family = family
    self.role = role
    self.name = name
  }

  /// Decodes the family at 0, the role at 2 and the name at 8 of a module entry.
  ///
  /// - Throws: `FormatError.invalidValue` for an unknown family, a role where none belongs or none
  ///   where one belongs, an empty name or a character that is not allowed.
  init(_ record: Record) throws(FormatError) {
    family = try record.value(at: 0)
    role = RoleID(rawValue: try record.integer(at: 2))
    try record.require(family.hasRole == (role != .none), at: 2, role.rawValue)
    name = try record.fixedBytes(at: 8)
    var ended = false
    for index in 0..<32 {
      let byte = name[index]
      if byte == 0 { ended = true }
      let isAllowed = ended ? byte == 0 && index > 0 : Self.isAllowed(byte)
      try record.require(isAllowed, at: 8 + index, byte)
    }
  }

  /// Writes what the decoder reads.
  func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(family.rawValue, at: offset)
    try bytes.store(role.rawValue, at: offset + 2)
    try bytes.copy(name.rawBytes, at: offset + 8)
  }

  /// Checks the order of two neighbours and that what must be unique is.
  ///
  /// - Throws: `FormatError.outOfOrder`, or `FormatError.duplicate` for equal keys, two root tasks,
  ///   two boot configurations, or two services or drivers of one role.
  static func check(
    _ previous: ModuleKey?, before key: ModuleKey, table: Int, entry: Int
  ) throws(FormatError) {
    guard let previous else { return }
    let rank = (previous.family.rawValue, previous.role.rawValue)
    let nextRank = (key.family.rawValue, key.role.rawValue)
    guard rank <= nextRank else { throw .outOfOrder(table: table, entry: entry) }
    guard rank == nextRank else { return }
    guard key.family == .blob, previous.name != key.name else {
      throw .duplicate(table: table, entry: entry)
    }
    guard isOrdered(previous.name, key.name) else {
      throw .outOfOrder(table: table, entry: entry)
    }
  }

  /// Whether the first differing byte of `first` is the smaller one.
  private static func isOrdered(_ first: FixedBytes<32>, _ second: FixedBytes<32>) -> Bool {
    for index in 0..<32 where first[index] != second[index] {
      return first[index] < second[index]
    }
    return false
  }

  /// `a`-`z`, `0`-`9` and `-`.
  private static func isAllowed(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
  }
}
