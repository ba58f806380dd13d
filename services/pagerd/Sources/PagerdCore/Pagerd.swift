// pagerd: what stands behind pages that are not mapped yet (docs/reference/protocols/pagerd.md).
// Three ordered tables: regions and pages by owner and address, sources by number. Nothing here
// takes longer because there are more of them, and a request gives back a bounded number of pages.

public import Bootstrap
public import CapABI
import IPC
public import Service
import Store
public import Sys

/// The pager of every process.
///
/// ## Invariants
/// - Regions of one owner do not overlap.
/// - Every page with a record lies in a region of its owner, but for the time between two calls
///   of a release that goes on.
/// - `Source.userCount` is the number of regions whose extent names the source.
public struct Pagerd: Server {
  /// The frame of REGISTER_SOURCE.
  public static var landingCount: UInt32 { 1 }

  /// Frames that one request gives back at most; the next call goes on.
  ///
  /// Each is a call to memd. 64 of them keep a faulting thread waiting for well under a
  /// millisecond.
  public static var framesPerRequest: Int { 64 }
  /// Records that one RELEASE_OWNER forgets at most.
  public static var recordsPerRequest: Int { 512 }

  static let memd = ServiceSlot.peer(0)
  static let control = ServiceSlot.control(0)

  var regions: OrderedTable<BackedRegion>
  /// The frames behind pages that were touched, as memd numbers them.
  var pages: OrderedTable<MemoryHandle>
  var sources: OrderedTable<Source>
  var slots: NumberPool
  var lastSource: UInt32 = 0

  /// A pager without regions.
  ///
  /// - Throws: NO_MEMORY when its heap has no room for a record of each kind.
  public init<S: System>(_ start: inout Start, _ system: inout S) throws(ReadinessCode) {
    slots = try start.freeSlots()
    let byteCount = start.heap.byteCount
    sources = OrderedTable(in: try start.take(byteCount / 16))
    regions = OrderedTable(in: try start.take(byteCount / 16 * 5))
    pages = OrderedTable(in: try start.take(start.heap.byteCount & ~15))
    guard sources.capacity > 0, regions.capacity > 0, pages.capacity > 0 else { throw .noMemory }
  }

  /// Answers vspaced and procd.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    guard PagerdFaces.control.contains(message.badge) else { throw .denied }
    let request = try system.decode(message, as: PagerdRequest.self)
    let reply: PagerdReply
    switch request {
    case .registerSource(let pageCount):
      reply = .registerSource(try addSource(pageCount, by: message.badge, &system))
    case .registerRegion(let region):
      try add(region)
      reply = .registerRegion
    case .unregisterRegion(let owner, let range):
      try remove(range, of: owner, &system)
      reply = .unregisterRegion
    case .query(let owner, let address):
      reply = try query(owner, address)
    case .releaseOwner(let owner):
      reply = .releaseOwner(regionCount: try release(owner))
    case .releaseSource(let source):
      try removeSource(source, by: message.badge, &system)
      reply = .releaseSource
    }
    return .now(try system.encode(reply: reply))
  }

  /// The region of an owner that holds an address.
  func region(of owner: Badge, holding address: UInt64) -> BackedRegion? {
    guard let found = regions.last(upTo: TableKey(owner.rawValue, address)),
      found.key.major == owner.rawValue, address < found.value.pages.upperBound
    else { return nil }
    return found.value
  }
}
