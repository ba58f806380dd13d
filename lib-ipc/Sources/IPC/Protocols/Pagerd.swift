// The protocol of pagerd: what stands behind pages that are not mapped yet
// (docs/reference/protocols/pagerd.md has Rights, Errors and Blocks of each operation). Faults
// arrive on the same endpoint as FaultMessage, told apart by the flag `fromKernel`.

public import CapABI

/// Operations of pagerd.
public enum PagerdOperation: UInt16, ServiceOperation {
  /// Brings the contents that pages are copied from.
  case registerSource = 0x430
  /// Says what backs a region.
  case registerRegion = 0x431
  /// Forgets a region or a part of one.
  case unregisterRegion = 0x432
  /// Reads the region at or above an address.
  case query = 0x433
  /// Forgets everything of a dead owner.
  case releaseOwner = 0x434
  /// Gives a source up.
  case releaseSource = 0x435

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .registerSource: .call(.exactly(8, capabilities: 1), reply: .exactly(8))
    case .registerRegion: .call(.exactly(BackedRegion.size), reply: .empty)
    case .unregisterRegion: .call(.exactly(24), reply: .empty)
    case .query: .call(.exactly(16), reply: .exactly(BackedRegion.size + 8))
    case .releaseOwner: .call(.exactly(8), reply: .exactly(8))
    case .releaseSource: .call(.exactly(8), reply: .empty)
    }
  }
}

/// Badges of those who may ask pagerd, as the boot configuration declares them.
public enum PagerdFaces {
  /// Whose faults are resolved: the badge of a pager capability is the owner's.
  public static var owners: BadgeRange { .publicFace }
  /// vspaced and procd: every request.
  public static var control: BadgeRange { .controlFace }
}

/// A stretch of a source.
public struct SourceExtent: Equatable, BitwiseCopyable, Sendable {
  /// Which source.
  public let source: PageSourceID
  /// First byte, a multiple of 4096.
  public let offset: UInt64
  /// Number of bytes, at least 1; pages behind them are zero.
  public let length: UInt64

  /// An extent: nil when it is empty, begins inside a page or wraps around.
  public init?(source: PageSourceID, offset: UInt64, length: UInt64) {
    guard length > 0, offset % UserPages.pageSize == 0, length <= UInt64.max - offset else {
      return nil
    }
    self.source = source
    self.offset = offset
    self.length = length
  }
}

/// Where the first contents of a page come from.
public enum PageBacking: Equatable, BitwiseCopyable, Sendable {
  /// Zeros.
  case zeroFill
  /// A copy of the source, made at the first access; the pages are not writable.
  case image(SourceExtent)
  /// A copy of the source that the owner may write, made at the first access.
  case copyOnWrite(SourceExtent)

  /// The extent; nil for zeros.
  public var extent: SourceExtent? {
    switch self {
    case .zeroFill: nil
    case .image(let extent), .copyOnWrite(let extent): extent
    }
  }
}

/// Pages of one owner and what backs them.
public struct BackedRegion: Equatable, BitwiseCopyable, Sendable {
  /// Badge of the owner, never unbadged.
  public var owner: Badge
  /// Where.
  public var pages: UserPages
  /// What the pages allow once they are there.
  public var access: PageAccess
  /// Where their contents come from.
  public var backing: PageBacking

  /// A region of these parts.
  public init(owner: Badge, pages: UserPages, access: PageAccess, backing: PageBacking) {
    self.owner = owner
    self.pages = pages
    self.access = access
    self.backing = backing
  }

  /// Bytes in a message.
  static let size: UInt16 = 48
  private static let accessOffset = 20
  private static let backingOffset = 21
  private static let extentOffset = 24

  /// Reads a region, which stands at the begin of its body.
  init(from reader: inout BodyReader) throws(ProtocolError) {
    owner = try reader.owner()
    pages = try reader.pages()
    access = try reader.value()
    let kind: UInt8 = try reader.integer(in: 1...3)
    try reader.reserved(2)
    let source = PageSourceID(rawValue: try reader.integer())
    try reader.reserved(4)
    let offset: UInt64 = try reader.integer()
    let length: UInt64 = try reader.integer()
    if kind == 1 {
      try reader.require(source == nil && offset == 0 && length == 0, at: Self.extentOffset)
      backing = .zeroFill
    } else {
      guard let source,
        let extent = SourceExtent(source: source, offset: offset, length: length)
      else { throw .invalidField(offset: Self.extentOffset) }
      backing = kind == 2 ? .image(extent) : .copyOnWrite(extent)
    }
    try check()
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try check()
    try writer.owner(owner)
    try writer.pages(pages)
    try writer.value(access)
    let kind: UInt8 =
      switch backing {
      case .zeroFill: 1
      case .image: 2
      case .copyOnWrite: 3
      }
    try writer.integer(kind)
    try writer.reserved(2)
    try writer.integer(backing.extent?.source.rawValue ?? 0)
    try writer.reserved(4)
    try writer.integer(backing.extent?.offset ?? 0)
    try writer.integer(backing.extent?.length ?? 0)
  }

  /// Checks the rules between the fields: pages allow something, an image is not written, a copy
  /// is, and the extent has no more bytes than the pages.
  private func check() throws(ProtocolError) {
    let accessFits =
      switch backing {
      case .zeroFill: access != .none
      case .image: access == .read || access == .readExecute
      case .copyOnWrite: access == .readWrite
      }
    guard accessFits else { throw .invalidField(offset: Self.accessOffset) }
    guard (backing.extent?.length ?? 0) <= pages.sizeInBytes else {
      throw .invalidField(offset: Self.extentOffset)
    }
  }
}

/// A request to pagerd.
public enum PagerdRequest: ServiceRequest, Equatable, Sendable {
  /// Carries a frame with READ that holds `pageCount` pages.
  case registerSource(pageCount: UInt32)
  /// Faults in these pages are resolved from now on.
  case registerRegion(BackedRegion)
  /// Pages of one region; their frames return to memd, and the rest of the region stays.
  case unregisterRegion(owner: Badge, UserPages)
  /// The owner's region at `address`, or the next above it.
  case query(owner: Badge, address: UInt64)
  /// All regions of the owner.
  case releaseOwner(Badge)
  /// A source that no region uses.
  case releaseSource(PageSourceID)

  /// Most pages of a source: the largest frame.
  public static let sourcePages: ClosedRange<UInt32> = 1...512

  /// What is asked for.
  public var operation: PagerdOperation {
    switch self {
    case .registerSource: .registerSource
    case .registerRegion: .registerRegion
    case .unregisterRegion: .unregisterRegion
    case .query: .query
    case .releaseOwner: .releaseOwner
    case .releaseSource: .releaseSource
    }
  }

  /// Reads the fields.
  public init(_ operation: PagerdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .registerSource:
      self = .registerSource(pageCount: try reader.integer(in: Self.sourcePages))
      try reader.reserved(4)
    case .registerRegion: self = .registerRegion(try BackedRegion(from: &reader))
    case .unregisterRegion:
      self = .unregisterRegion(owner: try reader.owner(), try reader.pages())
      try reader.reserved(4)
    case .query: self = .query(owner: try reader.owner(), address: try reader.integer())
    case .releaseOwner: self = .releaseOwner(try reader.owner())
    case .releaseSource:
      self = .releaseSource(try reader.value())
      try reader.reserved(4)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .registerSource(let pageCount):
      try writer.integer(pageCount, in: Self.sourcePages)
      try writer.reserved(4)
    case .registerRegion(let region): try region.write(to: &writer)
    case .unregisterRegion(let owner, let pages):
      try writer.owner(owner)
      try writer.pages(pages)
      try writer.reserved(4)
    case .query(let owner, let address):
      try writer.owner(owner)
      try writer.integer(address)
    case .releaseOwner(let owner): try writer.owner(owner)
    case .releaseSource(let source):
      try writer.value(source)
      try writer.reserved(4)
    }
  }
}

/// A successful reply of pagerd.
public enum PagerdReply: ServiceReply, Equatable, Sendable {
  /// The source's number.
  case registerSource(PageSourceID)
  /// Done.
  case registerRegion
  /// Done.
  case unregisterRegion
  /// The region, and how many of its pages have a frame.
  case query(BackedRegion, residentPages: UInt32)
  /// How many regions were forgotten.
  case releaseOwner(regionCount: UInt32)
  /// Done.
  case releaseSource

  /// What is answered.
  public var operation: PagerdOperation {
    switch self {
    case .registerSource: .registerSource
    case .registerRegion: .registerRegion
    case .unregisterRegion: .unregisterRegion
    case .query: .query
    case .releaseOwner: .releaseOwner
    case .releaseSource: .releaseSource
    }
  }

  /// Reads the fields.
  public init(_ operation: PagerdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .registerSource:
      self = .registerSource(try reader.value())
      try reader.reserved(4)
    case .registerRegion: self = .registerRegion
    case .unregisterRegion: self = .unregisterRegion
    case .query:
      let region = try BackedRegion(from: &reader)
      self = .query(region, residentPages: try reader.integer(in: 0...region.pages.pageCount))
      try reader.reserved(4)
    case .releaseOwner:
      self = .releaseOwner(regionCount: try reader.integer())
      try reader.reserved(4)
    case .releaseSource: self = .releaseSource
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .registerSource(let source):
      try writer.value(source)
      try writer.reserved(4)
    case .query(let region, let residentPages):
      try region.write(to: &writer)
      try writer.integer(residentPages, in: 0...region.pages.pageCount)
      try writer.reserved(4)
    case .releaseOwner(let regionCount):
      try writer.integer(regionCount)
      try writer.reserved(4)
    case .registerRegion, .unregisterRegion, .releaseSource: break
    }
  }
}
