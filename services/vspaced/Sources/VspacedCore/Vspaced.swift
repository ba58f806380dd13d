// vspaced: what lies where in an address space (docs/reference/protocols/vspaced.md). Two ordered
// tables: spaces by owner, regions by owner and address. Placing, finding and cutting a region
// costs the same however many there are.

public import Bootstrap
public import CapABI
import IPC
public import Service
import Store
public import Sys

/// The layout of every address space.
///
/// ## Invariants
/// - Regions of one owner do not overlap, and lie in user space; the page below a stack is in none.
/// - `Space.regionCount` is the number of regions of its owner.
public struct Vspaced: Server {
  /// The frame or address space of a request.
  public static var landingCount: UInt32 { 1 }

  /// Regions that one DETACH_SPACE forgets at most; the next call goes on.
  public static var regionsPerRequest: Int { 512 }
  /// One address space has at most this part of the records, so that it cannot starve the others.
  static var spaceShare: Int { 8 }

  static let pagerd = ServiceSlot.peer(1)
  static let control = ServiceSlot.control(0)

  var spaces: OrderedTable<Space>
  var regions: OrderedTable<Region>
  var slots: NumberPool

  /// A service without address spaces.
  ///
  /// - Throws: NO_MEMORY when its heap has no room for a space with a region.
  public init<S: System>(_ start: inout Start, _ system: inout S) throws(ReadinessCode) {
    slots = try start.freeSlots()
    spaces = OrderedTable(in: try start.take(start.heap.byteCount / 8))
    regions = OrderedTable(in: try start.take(start.heap.byteCount & ~15))
    guard spaces.capacity > 0, regions.capacity >= Self.spaceShare else { throw .noMemory }
  }

  /// Answers processes for themselves, and procd for all of them.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let mayNameOwner = VspacedFaces.control.contains(message.badge)
    guard mayNameOwner || VspacedFaces.client.contains(message.badge) else { throw .denied }
    let request = try system.decode(message, as: VspacedRequest.self)
    if let owner = request.owner {
      guard mayNameOwner || owner == .none || owner == message.badge else { throw .denied }
      let reply = try answer(request, of: owner == .none ? message.badge : owner, &system)
      return .now(try system.encode(reply: reply))
    }
    guard mayNameOwner else { throw .denied }
    return .now(try system.encode(reply: try answer(request, of: .none, &system)))
  }

  private mutating func answer<S: System>(
    _ request: VspacedRequest, of owner: Badge, _ system: inout S
  ) throws(ResultCode) -> VspacedReply {
    switch request {
    case .map(_, let region):
      return .map(base: try map(region, of: owner, &system))
    case .unmap(_, let range):
      try unmap(range, of: owner, &system)
      return .unmap
    case .mapFrame(_, let region):
      return .mapFrame(base: try mapFrame(region, of: owner, &system))
    case .mapShared(_, let region):
      return .mapShared(base: try mapFrame(region, of: owner, &system))
    case .reserve(_, let region):
      return .reserve(base: try enter(region, .nothing, of: owner))
    case .query(_, let address):
      return .query(try query(address, of: owner))
    case .attachSpace(let owner, let seed):
      try attach(owner, seed: seed, &system)
      return .attachSpace
    case .detachSpace(let owner):
      try detach(owner, &system)
      return .detachSpace
    }
  }
}

extension VspacedRequest {
  /// The owner that a request of the client face names; nil for requests of the control face alone.
  fileprivate var owner: Badge? {
    switch self {
    case .map(let owner, _), .unmap(let owner, _), .mapFrame(let owner, _),
      .mapShared(let owner, _), .reserve(let owner, _), .query(let owner, _):
      owner
    case .attachSpace, .detachSpace: nil
    }
  }
}
