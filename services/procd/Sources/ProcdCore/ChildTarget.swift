// Memory of a process in the making: frames that memd counts to its owner, mapped by vspaced, which
// so knows from the start what lies where.

import CapABI
import IPC
import Load
import Service
import Sys

/// A process that does not run yet.
struct Child {
  /// Its role.
  let role: RoleID
  /// Its number.
  let number: ProcessID
  /// Where procd holds its capability.
  let slot: CapSlot
  /// What memd, vspaced and pagerd know it by.
  let owner: Badge

  /// The install grant of the one child that is in the making; empty between two of them.
  static let grant = CapSlot(rawValue: ServiceSlot.replyLanding.rawValue + 1)
  /// The memory that its kernel objects are made from, later the way in which its end is told;
  /// empty between two children.
  static let memory = CapSlot(rawValue: ServiceSlot.replyLanding.rawValue + 2)
}

/// A child that procd fills.
struct ChildTarget<S: System>: LoadTarget {
  var system: S
  let child: Child

  /// Maps pages in one piece or, where memory has none so large, in two halves.
  mutating func map(at address: UInt64, order: UInt8, rights: Rights) throws(ResultCode) {
    do throws(ResultCode) {
      try mapFrame(at: address, order: order, rights, .image)
    } catch {
      guard error == .noMemory, order > 0 else { throw error }
      let half = ProcessLayout.pageSize << UInt64(order - 1)
      try map(at: address, order: order - 1, rights: rights)
      try map(at: address + half, order: order - 1, rights: rights)
    }
  }

  mutating func write(
    from source: UInt64, count: UInt64, to address: UInt64
  ) throws(ResultCode) {
    try system.control(
      .write(to: child.slot, at: address, from: source, count: count), on: Procd.process)
  }

  /// Maps a page and makes it the first thread's IPC buffer.
  mutating func mapBuffer(at address: UInt64) throws(ResultCode) {
    try allocate(order: 0)
    try system.control(
      .setBuffer(of: child.slot, ServiceSlot.replyLanding), on: Procd.thread)
    try place(at: address, order: 0, .read | .write, .mapping)
  }

  /// Pages that appear when they are touched.
  mutating func mapOnDemand(
    at address: UInt64, size: UInt64, _ regionClass: RegionClass
  ) throws(ResultCode) {
    let region = try region(at: address, size: size, .readWrite, regionClass)
    _ = try system.ask(
      VspacedRequest.map(owner: child.owner, region), of: Procd.vspaced, VspacedReply.self)
  }

  private mutating func mapFrame(
    at address: UInt64, order: UInt8, _ rights: Rights, _ regionClass: RegionClass
  ) throws(ResultCode) {
    try allocate(order: order)
    do throws(ResultCode) {
      try place(at: address, order: order, rights, regionClass)
    } catch {
      // It was not taken over only if the request never arrived.
      try? system.drop(ServiceSlot.replyLanding)
      throw error
    }
  }

  /// Takes a frame from memd into the landing slot.
  private mutating func allocate(order: UInt8) throws(ResultCode) {
    _ = try system.ask(
      MemdRequest.allocateFrame(owner: child.owner, order: order), of: Procd.memd,
      MemdReply.self, landing: ServiceSlot.replyLanding)
  }

  /// Has vspaced map the frame in the landing slot.
  private mutating func place(
    at address: UInt64, order: UInt8, _ rights: Rights, _ regionClass: RegionClass
  ) throws(ResultCode) {
    let access: PageAccess =
      rights.contains(.execute) ? .readExecute : rights.contains(.write) ? .readWrite : .read
    let size = ProcessLayout.pageSize << UInt64(order)
    try placeFrame(at: address, size: size, access, regionClass)
  }

  private mutating func placeFrame(
    at address: UInt64, size: UInt64, _ access: PageAccess, _ regionClass: RegionClass
  ) throws(ResultCode) {
    let region = try region(at: address, size: size, access, regionClass)
    system.send(
      TransferEntry(
        slot: ServiceSlot.replyLanding, mode: .move, rights: .read | .write | .execute))
    _ = try system.ask(
      VspacedRequest.mapFrame(owner: child.owner, region), of: Procd.vspaced,
      VspacedReply.self)
  }

  /// Maps a frame that the child also starts with, read-only; the mapping gets a copy.
  mutating func mapShared(
    _ frame: CapSlot, at address: UInt64, size: UInt64
  ) throws(ResultCode) {
    try system.copy(frame, to: ServiceSlot.replyLanding, rights: .read)
    do throws(ResultCode) {
      try placeFrame(at: address, size: size, .read, .mapping)
    } catch {
      try? system.drop(ServiceSlot.replyLanding)
      throw error
    }
  }

  private func region(
    at address: UInt64, size: UInt64, _ access: PageAccess, _ regionClass: RegionClass
  ) throws(ResultCode) -> UserRegion {
    guard let count = UInt32(exactly: size / UserPages.pageSize),
      let pages = UserPages(base: address, pageCount: count)
    else { throw .invalidArgument }
    return UserRegion(pages: pages, access: access, regionClass: regionClass)
  }
}
