// The 72-byte encoding of a service entry. Only the form is checked here: what an entry means
// together with others is checked by the rules.

public import Bytes
import CapABI
public import Handoff

extension EntryRun: WireRecord {
  /// 4 bytes: two of them make up 8.
  public static let encodedSize = 4

  /// Decodes.
  ///
  /// - Throws: `FormatError.truncated` only, which a whole entry never gives.
  public init(_ record: Record) throws(FormatError) {
    first = try record.integer(at: 0)
    count = try record.integer(at: 2)
  }

  /// Writes the run.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(first, at: offset)
    try bytes.store(count, at: offset + 2)
  }
}

extension ServiceEntry: WireEntry {
  /// Stands in the boot configuration.
  public typealias Format = BootConfigFormat
  /// Table 0.
  public static let table = 0
  /// 72 bytes.
  public static let encodedSize = 72

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for role 0 or an unknown launch kind, restart mode or
  ///   validation; `unknownFlags`; `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    role = RoleID(rawValue: try record.integer(at: 0))
    try record.require(role != .none, at: 0, role.rawValue)
    launchKind = try record.value(at: 2)
    priority = try record.integer(at: 3)
    let flags: UInt32 = try record.integer(at: 4)
    guard flags <= 1 else {
      throw .unknownFlags(offset: record.base + 4, found: UInt64(flags))
    }
    isRequired = flags == 1
    affinity = try record.integer(at: 8)
    budget = try record.integer(at: 16)
    cspaceSlots = try record.integer(at: 24)
    syscalls = try record.flags(at: 28)
    restart = RestartPolicy(
      mode: try record.value(at: 32), maximumRestarts: try record.integer(at: 36),
      windowSeconds: try record.integer(at: 40),
      firstBackoffMilliseconds: try record.integer(at: 44),
      longestBackoffMilliseconds: try record.integer(at: 48))
    validation = try record.value(at: 33)
    try record.requireZero(at: 34, count: 2)
    watchdogMilliseconds = try record.integer(at: 52)
    dependencies = try record.nested(at: 56)
    edges = try record.nested(at: 60)
    capabilities = try record.nested(at: 64)
    faces = try record.nested(at: 68)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(role.rawValue, at: offset)
    try bytes.store(launchKind.rawValue, at: offset + 2)
    try bytes.store(priority, at: offset + 3)
    try bytes.store(UInt32(isRequired ? 1 : 0), at: offset + 4)
    try bytes.store(affinity, at: offset + 8)
    try bytes.store(budget, at: offset + 16)
    try bytes.store(cspaceSlots, at: offset + 24)
    try bytes.store(syscalls.rawValue, at: offset + 28)
    try bytes.store(restart.mode.rawValue, at: offset + 32)
    try bytes.store(validation.rawValue, at: offset + 33)
    try bytes.store(restart.maximumRestarts, at: offset + 36)
    try bytes.store(restart.windowSeconds, at: offset + 40)
    try bytes.store(restart.firstBackoffMilliseconds, at: offset + 44)
    try bytes.store(restart.longestBackoffMilliseconds, at: offset + 48)
    try bytes.store(watchdogMilliseconds, at: offset + 52)
    try dependencies.encode(into: &bytes, at: offset + 56)
    try edges.encode(into: &bytes, at: offset + 60)
    try capabilities.encode(into: &bytes, at: offset + 64)
    try faces.encode(into: &bytes, at: offset + 68)
  }
}
