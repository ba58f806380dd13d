// Page faults: the region decides, memd gives a frame, the kernel fills and maps it and lets the
// thread go on.

public import CapABI
import IPC
public import Service
import Store
public import Sys

extension Pagerd {
  /// Resolves the page fault of a thread of the owner that the badge names.
  ///
  /// - Throws: NOT_FOUND without a region; DENIED for an access that it forbids; LIMIT_REACHED and
  ///   NO_MEMORY when there is no frame or no record; what RESOLVE_FAULT refuses.
  public mutating func fault<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let fault = try system.pageFault(message)
    let owner = message.badge
    guard let region = region(of: owner, holding: fault.address) else { throw .notFound }
    // A page that is there and forbids the access has the region's own rights.
    guard let access = fault.access, !access.contains(.present), region.access.allows(access)
    else { throw .denied }
    let page = fault.address & ~(UserPages.pageSize - 1)
    let key = TableKey(owner.rawValue, page)
    guard pages.count < pages.capacity || pages[key] != nil else { throw .limitReached }
    let frame = try takeFrame(for: owner, &system)
    do throws(ResultCode) {
      try system.control(resolution(of: page, in: region), on: Self.control)
    } catch {
      try? system.drop(ServiceSlot.replyLanding)
      giveBack(frame, &system)
      // Another thread of the process was faster.
      if error == .exists { return .now(MessageTag(label: ResultCode.ok.rawValue)) }
      throw error
    }
    if !pages.insert(frame, at: key) {
      // The page had a frame once and lost it: memd took it back for somebody.
      if let lost = pages[key] { giveBack(lost, &system) }
      pages[key] = frame
    }
    return .nothing
  }

  /// How a page of a region comes to be, with the frame in its landing slot.
  private func resolution(of page: UInt64, in region: BackedRegion) -> ControlCall {
    let rights = region.access.rights
    guard let extent = region.backing.extent, page - region.pages.base < extent.length,
      let source = sources[extent.source.key]
    else {
      return .resolveFault(frame: ServiceSlot.replyLanding, at: page, rights: rights)
    }
    let distance = page - region.pages.base
    return .resolveFault(
      frame: ServiceSlot.replyLanding, at: page, rights: rights, source: source.slot,
      sourcePage: (extent.offset + distance) / UserPages.pageSize,
      byteCount: min(extent.length - distance, UserPages.pageSize))
  }

  // MARK: memd

  private func takeFrame<S: System>(
    for owner: Badge, _ system: inout S
  ) throws(ResultCode) -> MemoryHandle {
    let reply: MemdReply = try system.ask(
      MemdRequest.allocateFrame(owner: owner, order: 0), of: Self.memd,
      landing: ServiceSlot.replyLanding)
    guard case .allocateFrame(let handle) = reply else { throw .internal }
    return handle
  }

  /// Returns a frame; memd may have taken it back already, which is as good.
  func giveBack<S: System>(_ frame: MemoryHandle, _ system: inout S) {
    _ = try? system.ask(MemdRequest.freeFrame(frame), of: Self.memd, MemdReply.self)
  }
}

extension PageAccess {
  /// Whether an access of this kind is among those that a page allows.
  func allows(_ access: PageFaultBits) -> Bool {
    if access.contains(.write) { return self == .readWrite }
    if access.contains(.fetch) { return self == .readExecute }
    return self != .none
  }
}

extension System {
  /// The page fault that a message of the kernel tells of.
  ///
  /// - Throws: The code for a fault that pagers do not get.
  func pageFault(_ message: Message) throws(ResultCode) -> FaultMessage {
    let buffer = buffer
    do throws(ProtocolError) {
      return try FaultMessage(decoding: message.tag, body: buffer.body(message.tag.length))
    } catch {
      throw error.resultCode
    }
  }
}
