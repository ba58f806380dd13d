// The protocol of vspaced: what lies where in an address space
// (docs/reference/protocols/vspaced.md has Rights, Errors and Blocks of each operation).

public import CapABI

/// Operations of vspaced.
public enum VspacedOperation: UInt16, ServiceOperation {
  /// Maps fresh memory.
  case map = 0x420
  /// Unmaps a region.
  case unmap = 0x421
  /// Maps a frame that the caller brings (the direct-frame variant of MAP).
  case mapFrame = 0x422
  /// Maps a frame that stays another process's own.
  case mapShared = 0x423
  /// Keeps addresses unmapped.
  case reserve = 0x424
  /// Reads the region at or above an address.
  case query = 0x425
  /// Announces an address space.
  case attachSpace = 0x426
  /// Forgets an address space.
  case detachSpace = 0x427

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .map, .reserve: .call(.exactly(UserRegion.size + 8), reply: .exactly(8))
    case .mapFrame, .mapShared:
      .call(.exactly(UserRegion.size + 8, capabilities: 1), reply: .exactly(8))
    case .unmap: .call(.exactly(24), reply: .empty)
    case .query: .call(.exactly(16), reply: .exactly(UserRegion.size))
    case .attachSpace: .call(.exactly(16, capabilities: 1), reply: .empty)
    case .detachSpace: .call(.exactly(8), reply: .empty)
    }
  }
}

/// Badges of those who may ask vspaced, as the boot configuration declares them.
public enum VspacedFaces {
  /// Processes, for their own address space.
  public static var client: BadgeRange { .publicFace }
  /// procd: every request, for every address space.
  public static var control: BadgeRange { .controlFace }
}

/// A request to vspaced.
///
/// `owner` says whose address space is meant. `Badge.none` is the caller's own; only the control
/// face may name another. A region whose base is 0 is placed by
/// vspaced.
public enum VspacedRequest: ServiceRequest, Equatable, Sendable {
  /// Fresh zero pages; never the classes shared, device and guard.
  case map(owner: Badge, UserRegion)
  /// Exactly one region, or a part of it.
  case unmap(owner: Badge, UserPages)
  /// Carries the frame, whose size is the region's.
  case mapFrame(owner: Badge, UserRegion)
  /// Carries a copy of the frame; class shared, and never executable.
  case mapShared(owner: Badge, UserRegion)
  /// No access, class guard.
  case reserve(owner: Badge, UserRegion)
  /// The region at `address`, or the next above it.
  case query(owner: Badge, address: UInt64)
  /// Carries the address space; later requests with badge `owner` mean it.
  case attachSpace(owner: Badge, placementSeed: UInt64)
  /// The owner's regions are gone.
  case detachSpace(owner: Badge)

  /// What is asked for.
  public var operation: VspacedOperation {
    switch self {
    case .map: .map
    case .unmap: .unmap
    case .mapFrame: .mapFrame
    case .mapShared: .mapShared
    case .reserve: .reserve
    case .query: .query
    case .attachSpace: .attachSpace
    case .detachSpace: .detachSpace
    }
  }

  /// Reads the fields.
  public init(
    _ operation: VspacedOperation, from reader: inout BodyReader
  ) throws(ProtocolError) {
    switch operation {
    case .map, .mapFrame, .mapShared, .reserve:
      let region = try reader.region(for: operation)
      let owner: Badge = try reader.value()
      self =
        switch operation {
        case .mapFrame: .mapFrame(owner: owner, region)
        case .mapShared: .mapShared(owner: owner, region)
        case .reserve: .reserve(owner: owner, region)
        default: .map(owner: owner, region)
        }
    case .unmap:
      let pages = try reader.pages()
      try reader.reserved(4)
      self = .unmap(owner: try reader.value(), pages)
    case .query:
      let address: UInt64 = try reader.integer()
      self = .query(owner: try reader.value(), address: address)
    case .attachSpace:
      self = .attachSpace(owner: try reader.owner(), placementSeed: try reader.integer())
    case .detachSpace: self = .detachSpace(owner: try reader.owner())
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .map(let owner, let region), .mapFrame(let owner, let region),
      .mapShared(let owner, let region), .reserve(let owner, let region):
      try operation.check(region)
      try writer.region(region, anywhere: true)
      try writer.value(owner)
    case .unmap(let owner, let pages):
      try writer.pages(pages)
      try writer.reserved(4)
      try writer.value(owner)
    case .query(let owner, let address):
      try writer.integer(address)
      try writer.value(owner)
    case .attachSpace(let owner, let placementSeed):
      try writer.owner(owner)
      try writer.integer(placementSeed)
    case .detachSpace(let owner): try writer.owner(owner)
    }
  }
}

/// A successful reply of vspaced.
public enum VspacedReply: ServiceReply, Equatable, Sendable {
  /// Address of the first page.
  case map(base: UInt64)
  /// Done.
  case unmap
  /// Address of the first page.
  case mapFrame(base: UInt64)
  /// Address of the first page.
  case mapShared(base: UInt64)
  /// Address of the first page.
  case reserve(base: UInt64)
  /// The region found; the next query asks for the address behind it.
  case query(UserRegion)
  /// Done.
  case attachSpace
  /// Done.
  case detachSpace

  /// What is answered.
  public var operation: VspacedOperation {
    switch self {
    case .map: .map
    case .unmap: .unmap
    case .mapFrame: .mapFrame
    case .mapShared: .mapShared
    case .reserve: .reserve
    case .query: .query
    case .attachSpace: .attachSpace
    case .detachSpace: .detachSpace
    }
  }

  /// Reads the fields.
  public init(
    _ operation: VspacedOperation, from reader: inout BodyReader
  ) throws(ProtocolError) {
    switch operation {
    case .map: self = .map(base: try reader.pageAddress())
    case .unmap: self = .unmap
    case .mapFrame: self = .mapFrame(base: try reader.pageAddress())
    case .mapShared: self = .mapShared(base: try reader.pageAddress())
    case .reserve: self = .reserve(base: try reader.pageAddress())
    case .query: self = .query(try reader.region())
    case .attachSpace: self = .attachSpace
    case .detachSpace: self = .detachSpace
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .map(let base), .mapFrame(let base), .mapShared(let base), .reserve(let base):
      try writer.pageAddress(base)
    case .query(let region): try writer.region(region)
    case .unmap, .attachSpace, .detachSpace: break
    }
  }
}

extension VspacedOperation {
  /// Checks that access and class of a region fit this operation.
  ///
  /// Who brings the memory decides the class: MAP makes it private, MAP_FRAME private or a
  /// device's, MAP_SHARED shared and never executable, RESERVE brings none.
  fileprivate func check(_ region: UserRegion) throws(ProtocolError) {
    let isPrivate =
      switch region.regionClass {
      case .image, .stack, .heap, .mapping: true
      case .shared, .device, .guardPages: false
      }
    let (accessFits, classFits) =
      switch self {
      case .map: (region.access != .none, isPrivate)
      case .mapFrame: (region.access != .none, isPrivate || region.regionClass == .device)
      case .mapShared:
        (region.access == .read || region.access == .readWrite, region.regionClass == .shared)
      case .reserve: (region.access == .none, region.regionClass == .guardPages)
      case .unmap, .query, .attachSpace, .detachSpace: (true, true)
      }
    guard accessFits else { throw .invalidField(offset: UserRegion.accessOffset) }
    guard classFits else { throw .invalidField(offset: UserRegion.classOffset) }
  }
}

extension BodyReader {
  /// Reads a region and checks it against its operation.
  @_lifetime(self: copy self)
  fileprivate mutating func region(
    for operation: VspacedOperation
  ) throws(ProtocolError) -> UserRegion {
    let region = try region(anywhere: true)
    try operation.check(region)
    return region
  }
}
