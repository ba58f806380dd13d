// vspaced with a pagerd and a kernel that remember what they were asked.

import Bootstrap
import CapABI
import IPC
import Service
import ServiceTesting
import Store
import StoreTesting
import Sys
import VspacedCore

/// A mapping that the kernel was asked for.
struct Mapping: Equatable {
  var space: UInt32
  var address: UInt64
  var rights: Rights
}

/// vspaced and what is around it.
final class Scene {
  let kernel = TestKernel()
  var vspaced: Vspaced
  /// Regions that pagerd has.
  var backed: [BackedRegion] = []
  var mapped: [Mapping] = []
  /// What pagerd and the kernel's MAP_FRAME and UNMAP_FRAME answer instead, once.
  var pagerRefusal: ResultCode?
  var kernelRefusal: ResultCode?
  /// What QUERY_CAP says of a frame.
  var framePages: UInt64 = 1

  static let procd = Badge(rawValue: 0x2_0005)
  static let owner = Badge(rawValue: 0x1_0011)
  static let other = Badge(rawValue: 0x1_0012)
  static let ownRights: Rights = .read | .write | .manage

  init(heap: Int = 1 << 16, slots: UInt32 = 4096) throws {
    var start = Start.sample(.vspaced, heapBytes: heap, cspaceSlots: slots)
    var system = kernel.system
    vspaced = try Vspaced(&start, &system)
    kernel.serve(ServiceSlot.peer(1), PagerdRequest.self) { [unowned self] request, _ in
      if let code = pagerRefusal {
        pagerRefusal = nil
        throw code
      }
      switch request {
      case .registerRegion(let region):
        backed.append(region)
        return (PagerdReply.registerRegion, [])
      case .unregisterRegion(let owner, let range):
        unregistered.append((owner, range))
        return (.unregisterRegion, [])
      default: throw ResultCode.unsupported
      }
    }
    kernel.answer(ServiceSlot.control(0)) { [unowned self] in control($0) }
  }

  /// What pagerd was asked to forget.
  var unregistered: [(Badge, UserPages)] = []

  private func control(_ message: TestMessage) -> TestMessage {
    let low = UInt32(truncatingIfNeeded: message.word(0))
    let high = UInt32(truncatingIfNeeded: message.word(0) >> 32)
    switch ControlOperation(rawValue: message.tag.label) {
    case .queryCap:
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: framePages >> ($0 * 8)) }
      return TestMessage(
        MessageTag(label: 0, length: 32),
        [UInt8](repeating: 0, count: 16) + bytes + [UInt8](repeating: 0, count: 8))
    case .mapFrame:
      if let code = refusal() { return .refusing(code) }
      guard kernel.slots.removeValue(forKey: low) != nil else { return .refusing(.emptySlot) }
      let rights = Rights(rawValue: UInt32(truncatingIfNeeded: message.word(2)))
      mapped.append(Mapping(space: high, address: message.word(1), rights: rights))
      return TestMessage(MessageTag(label: 0))
    case .unmapFrame:
      if let code = refusal() { return .refusing(code) }
      let place = mapped.firstIndex { $0.space == low && $0.address == message.word(1) }
      guard let place else { return .refusing(.notFound) }
      mapped.remove(at: place)
      kernel.slots[high] = TestCapability(.frame, .read, name: "unmapped")
      return TestMessage(MessageTag(label: 0))
    default: return .refusing(.unsupported)
    }
  }

  private func refusal() -> ResultCode? {
    defer { kernelRefusal = nil }
    return kernelRefusal
  }

  /// Sends a request.
  @discardableResult
  func ask(
    _ request: VspacedRequest, as badge: Badge = Scene.owner, _ capabilities: [TestCapability] = []
  ) throws -> VspacedReply {
    try kernel.ask(&vspaced, request, badge: badge, capabilities).reply
  }

  /// Attaches a space for an owner.
  func attach(
    _ owner: Badge = Scene.owner, seed: UInt64 = 1, _ rights: Rights = Scene.ownRights
  ) throws {
    try ask(
      .attachSpace(owner: owner, placementSeed: seed), as: Scene.procd,
      [TestCapability(.vspace, rights, name: "space")])
  }

  /// MAP for the owner itself.
  func map(
    _ base: UInt64, _ count: UInt32, _ access: PageAccess = .readWrite,
    _ regionClass: RegionClass = .mapping, as badge: Badge = Scene.owner
  ) throws -> UInt64 {
    let region = UserRegion(
      pages: pages(base, count), access: access, regionClass: regionClass)
    guard case .map(let base) = try ask(.map(owner: .none, region), as: badge) else { return 0 }
    return base
  }

  /// MAP_FRAME for the owner itself.
  func mapFrame(
    _ base: UInt64, _ access: PageAccess = .readWrite, _ regionClass: RegionClass = .mapping,
    _ frame: TestCapability = TestCapability(.frame, .read | .write | .execute)
  ) throws -> UInt64 {
    let region = UserRegion(
      pages: pages(base, UInt32(framePages)), access: access, regionClass: regionClass)
    let reply = try ask(.mapFrame(owner: .none, region), [frame])
    guard case .mapFrame(let base) = reply else { return 0 }
    return base
  }

  /// UNMAP for the owner itself.
  func unmap(_ base: UInt64, _ count: UInt32) throws {
    try ask(.unmap(owner: .none, pages(base, count)))
  }

  /// The regions of an owner, by QUERY.
  func regions(of owner: Badge = Scene.owner) throws -> [UserRegion] {
    var found: [UserRegion] = []
    var address: UInt64 = 0
    while true {
      do {
        guard
          case .query(let region) = try ask(
            .query(owner: owner, address: address), as: Scene.procd)
        else { return found }
        found.append(region)
        address = region.pages.upperBound
      } catch {
        guard error as? ResultCode == .notFound else { throw error }
        return found
      }
    }
  }

  /// Base and page count of the owner's regions.
  func ranges() throws -> [[UInt64]] {
    try regions().map { [$0.pages.base, UInt64($0.pages.pageCount)] }
  }
}

/// A range that the test knows to be valid.
func pages(_ base: UInt64, _ count: UInt32) -> UserPages {
  guard let pages = UserPages(base: base, pageCount: count) else {
    preconditionFailure("the test names wrong pages")
  }
  return pages
}
