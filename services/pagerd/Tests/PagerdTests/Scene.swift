// pagerd with a memd and a kernel that remember what they were asked.

import Bootstrap
import Bytes
import CapABI
import IPC
import PagerdCore
import Service
import ServiceTesting
import Store
import StoreTesting
import Sys

/// What the kernel was asked to map.
struct Resolution: Equatable {
  var address: UInt64
  var rights: Rights
  var source: UInt32 = 0
  var sourcePage: UInt64 = 0
  var byteCount: UInt64 = 0
}

/// A pager under test and what is around it.
final class Scene {
  let kernel = TestKernel()
  var pagerd: Pagerd
  /// Frames that memd gave out, with their owners.
  var frames: [UInt64: Badge] = [:]
  var resolved: [Resolution] = []
  /// What memd and RESOLVE_FAULT answer instead, once.
  var memdRefusal: ResultCode?
  var resolveRefusal: ResultCode?
  /// What QUERY_CAP says of a frame.
  var framePages: UInt64 = 8
  private var lastHandle: UInt64 = 0

  static let vspaced = Badge(rawValue: 0x2_0003)
  static let procd = Badge(rawValue: 0x2_0005)
  static let owner = Badge(rawValue: 0x1_0011)
  static let landing = ServiceSlot.replyLanding.rawValue

  init(heap: Int = 1 << 16, slots: UInt32 = 4096) throws {
    var start = Start.sample(.pagerd, heapBytes: heap, cspaceSlots: slots)
    var system = kernel.system
    pagerd = try Pagerd(&start, &system)
    kernel.serve(ServiceSlot.peer(0), MemdRequest.self) { [unowned self] request, _ in
      if let code = memdRefusal {
        memdRefusal = nil
        throw code
      }
      switch request {
      case .allocateFrame(let owner, 0):
        lastHandle += 1
        frames[lastHandle] = owner
        let frame = TestCapability(.frame, .read | .write | .execute, name: "\(lastHandle)")
        return (MemdReply.allocateFrame(MemoryHandle(rawValue: lastHandle)), [frame])
      case .freeFrame(let handle):
        guard frames.removeValue(forKey: handle.rawValue) != nil else { throw ResultCode.notFound }
        return (.freeFrame, [])
      default: throw ResultCode.unsupported
      }
    }
    kernel.answer(ServiceSlot.control(0)) { [unowned self] in control($0) }
  }

  private func control(_ message: TestMessage) -> TestMessage {
    if message.tag.label == ControlOperation.queryCap.rawValue {
      return TestMessage(
        MessageTag(label: 0, length: 32),
        (0..<32).map { $0 == 16 ? UInt8(framePages) : 0 })
    }
    if let code = resolveRefusal {
      resolveRefusal = nil
      return .refusing(code)
    }
    guard message.word(0) == UInt64(Self.landing) << 32,
      kernel.slots.removeValue(forKey: Self.landing) != nil
    else { return .refusing(.emptySlot) }
    resolved.append(
      Resolution(
        address: message.word(1),
        rights: Rights(rawValue: UInt32(truncatingIfNeeded: message.word(2))),
        source: UInt32(truncatingIfNeeded: message.word(3)), sourcePage: message.word(3) >> 32,
        byteCount: message.word(2) >> 32))
    return TestMessage(MessageTag(label: 0))
  }

  /// Sends a request of vspaced or procd.
  @discardableResult
  func ask(
    _ request: PagerdRequest, as badge: Badge = Scene.vspaced, _ capabilities: [TestCapability] = []
  ) throws -> PagerdReply {
    try kernel.ask(&pagerd, request, badge: badge, capabilities).reply
  }

  /// Lets a thread fault.
  ///
  /// - Returns: The code that the kernel got; nil when the fault was resolved.
  func fault(
    _ address: UInt64, _ access: PageFaultBits = .none, of owner: Badge = Scene.owner
  ) throws -> ResultCode? {
    let before = kernel.replies.count
    kernel.arrive(try .fault(address, access), badge: owner)
    kernel.run(&pagerd)
    return kernel.replies.count > before ? kernel.replies.last?.message.tag.result : nil
  }

  /// Registers a region of the owner.
  func register(
    _ base: UInt64, _ count: UInt32, _ access: PageAccess = .readWrite,
    _ backing: PageBacking = .zeroFill, owner: Badge = Scene.owner
  ) throws {
    try ask(
      .registerRegion(
        .init(
          owner: owner, pages: pages(base, count), access: access, backing: backing)))
  }

  /// Registers a source with a frame of these rights.
  func source(_ rights: Rights = .read | .execute) throws -> PageSourceID? {
    let frame = TestCapability(.frame, rights, name: "source")
    let request = PagerdRequest.registerSource(pageCount: UInt32(framePages))
    guard case .registerSource(let source) = try ask(request, as: Self.procd, [frame]) else {
      return nil
    }
    return source
  }

  /// QUERY.
  func query(_ address: UInt64, of owner: Badge = Scene.owner) throws -> (BackedRegion, UInt32)? {
    guard case .query(let region, let count) = try ask(.query(owner: owner, address: address))
    else { return nil }
    return (region, count)
  }
}

/// A range that the test knows to be valid.
func pages(_ base: UInt64, _ count: UInt32) -> UserPages {
  guard let pages = UserPages(base: base, pageCount: count) else {
    preconditionFailure("the test names wrong pages")
  }
  return pages
}

extension TestMessage {
  /// The kernel's message of a page fault.
  static func fault(_ address: UInt64, _ access: PageFaultBits) throws -> TestMessage {
    let fault = FaultMessage(
      kind: .page, address: address, instructionPointer: 0x1000, stackPointer: 0x2000,
      errorCode: (access | .user).rawValue, threadID: 1)
    var body = [UInt8](repeating: 0, count: Int(FaultMessage.length))
    var span = body.mutableSpan
    var bytes = span.mutableRawBytes
    let tag = try fault.encode(into: &bytes)
    return TestMessage(tag, body)
  }
}
