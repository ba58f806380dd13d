// Entries of the module and segment tables of the bootloader->kernel handoff.

public import Bytes
public import CapABI

/// A boot module as the bootloader left it in memory.
public struct LoadedModule: Equatable, Sendable {
  /// Family, role, name.
  public var key: ModuleKey
  /// Physical address of the first page.
  public var physical: UInt64
  /// Bytes; the rest of the last page is zero.
  public var size: UInt64
  /// Where the kernel reads it; mapped read-only.
  public var virtual: UInt64
  /// SHA-256 of the contents.
  public var hash: FixedBytes<32>

  /// A module of these parts.
  public init(
    key: ModuleKey, physical: UInt64, size: UInt64, virtual: UInt64, hash: FixedBytes<32>
  ) {
    self.key = key
    self.physical = physical
    self.size = size
    self.virtual = virtual
    self.hash = hash
  }

  /// The physical pages; nil for values that a decoder would refuse.
  public var pages: PageRange? {
    PageRange(base: physical, byteCount: size, limit: PageRange.physicalLimit)
  }

  /// The pages where the kernel reads it; nil for values that a decoder would refuse.
  public var window: PageRange? { PageRange(upperHalf: virtual, byteCount: size) }
}

extension LoadedModule: WireEntry {
  /// Stands in the bootloader->kernel handoff.
  public typealias Format = BootloaderFormat
  /// Table 2.
  public static let table = 2
  /// 96 bytes.
  public static let encodedSize = 96

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for a bad key, address or size, `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    key = try ModuleKey(record)
    try record.requireZero(at: 4, count: 4)
    physical = try record.integer(at: 40)
    size = try record.integer(at: 48)
    virtual = try record.integer(at: 56)
    hash = try record.fixedBytes(at: 64)
    try record.require(
      physical != 0 && physical % PageRange.pageSize == 0 && physical < PageRange.physicalLimit,
      at: 40, physical)
    try record.require(pages != nil, at: 48, size)
    try record.require(window != nil, at: 56, virtual)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try key.encode(into: &bytes, at: offset)
    try bytes.store(physical, at: offset + 40)
    try bytes.store(size, at: offset + 48)
    try bytes.store(virtual, at: offset + 56)
    try bytes.copy(hash.rawBytes, at: offset + 64)
  }
}

/// A segment of the kernel as it is mapped when the kernel starts.
public struct KernelSegment: Equatable, Sendable {
  /// Physical address of the first page.
  public var physical: UInt64
  /// Virtual address of the first page.
  public var virtual: UInt64
  /// Number of pages.
  public var pageCount: UInt64
  /// READ, and at most one of WRITE and EXECUTE.
  public var rights: Rights

  /// A segment of these parts.
  public init(physical: UInt64, virtual: UInt64, pageCount: UInt64, rights: Rights) {
    self.physical = physical
    self.virtual = virtual
    self.pageCount = pageCount
    self.rights = rights
  }

  /// The physical pages.
  public var physicalPages: PageRange { PageRange(base: physical, pageCount: pageCount) }
  /// The virtual pages.
  public var virtualPages: PageRange { PageRange(base: virtual, pageCount: pageCount) }
}

extension KernelSegment: WireEntry {
  /// Stands in the bootloader->kernel handoff.
  public typealias Format = BootloaderFormat
  /// Table 3.
  public static let table = 3
  /// 32 bytes.
  public static let encodedSize = 32

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for a bad range or for rights that break W^X or lack
  ///   READ, `unknownFlags` for other rights, `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    physical = try record.integer(at: 0)
    virtual = try record.integer(at: 8)
    pageCount = try PageRange(physical: record, base: 0, count: 16).pageCount
    rights = try record.flags(at: 24)
    try record.requireZero(at: 28, count: 4)
    // The page count is at most 2^40 (physical check above), so the product cannot wrap.
    let byteCount = pageCount * PageRange.pageSize
    try record.require(
      PageRange(upperHalf: virtual, byteCount: byteCount) != nil, at: 8, virtual)
    let isAllowed =
      rights == .read || rights == .read | .write || rights == .read | .execute
    try record.require(isAllowed, at: 24, rights.rawValue)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(physical, at: offset)
    try bytes.store(virtual, at: offset + 8)
    try bytes.store(pageCount, at: offset + 16)
    try bytes.store(rights.rawValue, at: offset + 24)
  }
}
