// Pages of a user address space, and what may be done with them (docs/reference/ipc.md, "Regions").
// The types make the rules of the system unbreakable: no writable and executable page, no page 0,
// nothing from the end of user space on, no wrap-around.

public import CapABI

/// What a mapping allows.
///
/// No value stands for "writable and executable".
public enum PageAccess: UInt8, BitwiseCopyable, Sendable {
  /// Nothing: addresses that are set aside.
  case none = 0
  /// Reading.
  case read = 1
  /// Reading and writing.
  case readWrite = 2
  /// Reading and executing.
  case readExecute = 3

  /// The same as rights of a frame.
  public var rights: Rights {
    switch self {
    case .none: .none
    case .read: .read
    case .readWrite: .read | .write
    case .readExecute: .read | .execute
    }
  }
}

/// What a region is for, which decides where vspaced places it.
public enum RegionClass: UInt8, BitwiseCopyable, Sendable {
  /// Segments of a program.
  case image = 1
  /// A thread's stack; vspaced leaves an unmapped page below it.
  case stack = 2
  /// Memory that an allocator manages.
  case heap = 3
  /// Anything else of the process's own.
  case mapping = 4
  /// Pages that another process can reach as well.
  case shared = 5
  /// Registers of a device.
  case device = 6
  /// Addresses that stay unmapped.
  case guardPages = 7
}

/// A run of 4-KiB pages in the lower half of an address space.
public struct UserPages: Equatable, BitwiseCopyable, Sendable {
  /// Address of the first page; 0 means "anywhere" and is allowed only in requests that say so.
  public let base: UInt64
  /// Number of pages, at least 1.
  public let pageCount: UInt32

  /// Bytes of a page.
  public static let pageSize: UInt64 = 4096
  /// First address that no range may reach.
  public static let end = UserSpace.end

  /// A range: nil when it is empty, unaligned, or passes `end`.
  public init?(base: UInt64, pageCount: UInt32) {
    let size = UInt64(pageCount) * Self.pageSize
    guard pageCount > 0, base % Self.pageSize == 0, size <= Self.end, base <= Self.end - size else {
      return nil
    }
    self.base = base
    self.pageCount = pageCount
  }

  /// Whether the range says where it lies.
  public var isPlaced: Bool { base != 0 }
  /// Address behind the last page.
  public var upperBound: UInt64 { base + sizeInBytes }
  /// Length in bytes.
  public var sizeInBytes: UInt64 { UInt64(pageCount) * Self.pageSize }
}

/// Pages with one access and one purpose.
public struct UserRegion: Equatable, BitwiseCopyable, Sendable {
  /// Where.
  public var pages: UserPages
  /// What they allow.
  public var access: PageAccess
  /// What they are for.
  public var regionClass: RegionClass

  /// A region of these parts.
  public init(pages: UserPages, access: PageAccess, regionClass: RegionClass) {
    self.pages = pages
    self.access = access
    self.regionClass = regionClass
  }

  /// Offset of the access inside a region.
  static let accessOffset = 12
  /// Offset of the class inside a region.
  static let classOffset = 13
  /// Bytes of a region in a message.
  static let size: UInt16 = 16
}

extension BodyReader {
  /// Reads base and page count.
  @_lifetime(self: copy self)
  mutating func pages(anywhere: Bool = false) throws(ProtocolError) -> UserPages {
    let start = offset
    let base: UInt64 = try integer()
    guard let range = UserPages(base: base, pageCount: try integer()),
      range.isPlaced || anywhere
    else { throw .invalidField(offset: start) }
    return range
  }

  /// Reads a page-aligned address below the end of the user half, page 0 excluded.
  @_lifetime(self: copy self)
  mutating func pageAddress() throws(ProtocolError) -> UInt64 {
    let start = offset
    let address: UInt64 = try integer()
    try require(UserPages(base: address, pageCount: 1)?.isPlaced == true, at: start)
    return address
  }

  /// Reads a region.
  @_lifetime(self: copy self)
  mutating func region(anywhere: Bool = false) throws(ProtocolError) -> UserRegion {
    let pages = try pages(anywhere: anywhere)
    let region = UserRegion(pages: pages, access: try value(), regionClass: try value())
    try reserved(2)
    return region
  }
}

extension BodyWriter {
  /// Writes base and page count.
  @_lifetime(self: copy self)
  mutating func pages(_ range: UserPages, anywhere: Bool = false) throws(ProtocolError) {
    try require(range.isPlaced || anywhere, at: offset)
    try integer(range.base)
    try integer(range.pageCount)
  }

  /// Writes a page-aligned address.
  @_lifetime(self: copy self)
  mutating func pageAddress(_ address: UInt64) throws(ProtocolError) {
    try require(UserPages(base: address, pageCount: 1)?.isPlaced == true, at: offset)
    try integer(address)
  }

  /// Writes a region.
  @_lifetime(self: copy self)
  mutating func region(_ region: UserRegion, anywhere: Bool = false) throws(ProtocolError) {
    try pages(region.pages, anywhere: anywhere)
    try value(region.access)
    try value(region.regionClass)
    try reserved(2)
  }
}
