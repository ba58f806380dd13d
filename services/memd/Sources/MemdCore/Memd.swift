// memd: frames and budgets out of the untyped memory that rootd had left, counted per owner
// (docs/reference/protocols/memd.md). It keeps the original capability of everything that it gives
// out; clients get copies, so revoking the original takes the memory back wherever the copies are.

public import Bootstrap
public import CapABI
import IPC
public import Service
import Store
public import Sys

/// The service.
public struct Memd: Server {
  var sources: MemorySources
  var ledger: Ledger
  /// Accounts that are being closed, in order.
  var firstClosing = Place.none
  var lastClosing = Place.none
  /// What the last reply gave, until the next message says that it arrived.
  private var unheard = Place.none

  /// memd with the untyped memory of its run of resources.
  ///
  /// - Throws: NO_MEMORY when heap or CSpace have no room for one account and one thing; INTERNAL
  ///   when the kernel does not say how large a resource is.
  public init<S: System>(_ start: inout Start, _ system: inout S) throws(ReadinessCode) {
    let count = Int(start.resourceCount)
    sources = MemorySources(in: try start.take(count * MemorySources.bytesPerSource))
    let slotCount = Int(start.info.cspaceSlots) - Int(ServiceSlot.firstFree)
    guard slotCount > 0, let ledger = Ledger(in: &start.heap, slotCount: slotCount) else {
      throw .noMemory
    }
    self.ledger = ledger
    for index in 0..<start.resourceCount {
      let slot = CapSlot(rawValue: StartupSlot.firstResource + index)
      guard let found = try? system.control(.queryCap(slot), on: Self.memory),
        sources.add(pageCount: found.word2)
      else { throw .internal }
    }
  }

  static var memory: CapSlot { ServiceSlot.control(0) }
  static var objects: CapSlot { ServiceSlot.control(1) }

  /// At once, while accounts are being closed: that goes on when nobody asks for anything.
  public var deadline: UInt64? { firstClosing == .none ? nil : 0 }

  /// Answers a request.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    unheard = .none
    let request: MemdRequest
    do throws(ResultCode) {
      request = try system.decode(message)
    } catch {
      closeSome(&system)
      throw error
    }
    // A flood of requests cannot keep an account from being closed. The request is decoded by now,
    // so its bytes may be overwritten.
    closeSome(&system)
    let asker = try Asker(message.badge, request)
    switch request {
    case .allocateFrame(let owner, let order):
      return try allocate(order, isBudget: false, for: try asker.owner(owner), &system)
    case .allocateBudget(let owner, let order):
      let pages = order - MemdLimits.budgetOrders.lowerBound
      return try allocate(pages, isBudget: true, for: try asker.owner(owner), &system)
    case .freeFrame(let handle):
      try free(handle, isBudget: false, asker, &system)
      return .now(try system.encode(reply: MemdReply.freeFrame))
    case .freeBudget(let handle):
      try free(handle, isBudget: true, asker, &system)
      return .now(try system.encode(reply: MemdReply.freeBudget))
    case .reclaimOwner(let owner): return try reclaim(try asker.owner(owner), &system)
    case .queryOwner(let owner):
      let account = try account(of: asker.mayLook ? asker.named(owner) : asker.owner(owner))
      return .now(try system.encode(reply: MemdReply.queryOwner(account)))
    case .setQuota(let owner, let bytes):
      try setQuota(of: owner, bytes, asker)
      return .now(try system.encode(reply: MemdReply.setQuota))
    case .status:
      guard asker.mayLook else { throw .denied }
      return .now(try system.encode(reply: MemdReply.status(status)))
    }
  }

  /// Takes back what the caller could not receive.
  public mutating func undelivered<S: System>(_ system: inout S) {
    guard unheard != .none else { return }
    takeBack(unheard, &system)
    ledger.forget(unheard)
    unheard = .none
  }

  /// Goes on with the accounts that are being closed.
  public mutating func expired<S: System>(_ system: inout S) { closeSome(&system) }

  // MARK: Operations

  private mutating func allocate<S: System>(
    _ order: UInt8, isBudget: Bool, for owner: Badge, _ system: inout S
  ) throws(ResultCode) -> Reply {
    guard let account = ledger.account(of: owner) else { throw .limitReached }
    let thing = Thing(account: account, order: order, isBudget: isBudget)
    guard thing.bytes <= ledger[account: account].allowance, let place = ledger.enter(thing)
    else { throw .limitReached }
    do throws(ResultCode) {
      ledger.charge(place, madeFrom: try make(thing, in: Ledger.slot(of: place), &system))
    } catch {
      ledger.forget(place)
      throw error
    }
    unheard = place
    let rights: Rights = isBudget ? .read | .manage : .read | .write | .execute
    system.send(TransferEntry(slot: Ledger.slot(of: place), mode: .copy, rights: rights))
    let handle = ledger.handle(of: place)
    return .now(
      try system.encode(
        reply: isBudget ? MemdReply.allocateBudget(handle) : .allocateFrame(handle)))
  }

  /// Makes a thing from whatever has room for it.
  ///
  /// - Returns: What it was made from.
  private mutating func make<S: System>(
    _ thing: Thing, in slot: CapSlot, _ system: inout S
  ) throws(ResultCode) -> Place {
    while let source = sources.candidate(order: thing.order) {
      let untyped = MemorySources.slot(of: source)
      do throws(ResultCode) {
        if thing.isBudget {
          try system.control(
            .split(untyped, order: UInt64(thing.order), into: slot), on: Self.objects)
        } else {
          try system.control(
            .retype(untyped, order: UInt64(thing.order), into: slot), on: Self.memory)
        }
        sources.made(from: source)
        return source
      } catch {
        guard error == .noMemory else { throw .internal }
        // The kernel says the same when memd's own budget cannot back the slot, which says nothing
        // about the source.
        guard isBacked(slot, &system) else { throw .noMemory }
        sources.refused(source, order: thing.order)
      }
    }
    throw .noMemory
  }

  /// Whether something can be put into an empty slot.
  private func isBacked<S: System>(_ slot: CapSlot, _ system: inout S) -> Bool {
    guard (try? system.copy(Self.memory, to: slot)) != nil else { return false }
    return (try? system.drop(slot)) != nil
  }

  private mutating func free<S: System>(
    _ handle: MemoryHandle, isBudget: Bool, _ asker: Asker, _ system: inout S
  ) throws(ResultCode) {
    guard let place = ledger.thing(handle) else { throw .notFound }
    let thing = ledger[thing: place]
    let owner = Badge(rawValue: ledger[account: thing.account].owner)
    // To a client, the numbers of others are not there.
    guard thing.isBudget == isBudget, asker.isControl || owner == asker.badge else {
      throw .notFound
    }
    takeBack(place, &system)
    ledger.forget(place)
  }

  /// Makes every capability to a thing disappear, so that its memory is free, and takes it out of
  /// its account.
  mutating func takeBack<S: System>(_ place: Place, _ system: inout S) {
    let slot = Ledger.slot(of: place)
    // Neither fails for a capability that memd made itself. If whoever gave the untyped memory took
    // it away, the slot is empty, and there is nothing more to take back.
    try? system.revoke(slot)
    try? system.drop(slot)
    let thing = ledger[thing: place]
    ledger.discharge(place)
    sources.returned(to: thing.source, order: thing.order)
  }

  private var status: MemoryStatus {
    MemoryStatus(
      totalBytes: sources.pageCount * 4096, usedBytes: ledger.usedBytes,
      accountCount: ledger.openCount, frameCount: ledger.frameCount,
      budgetCount: ledger.budgetCount)
  }

  private func account(of owner: Badge) throws(ResultCode) -> MemoryAccount {
    guard let place = ledger.account(of: owner) else { throw .notFound }
    let account = ledger[account: place]
    return MemoryAccount(
      quotaBytes: account.quota, usedBytes: account.used, frameCount: account.frames,
      budgetCount: account.budgets, peakBytes: account.peak)
  }

  private mutating func setQuota(
    of owner: Badge, _ bytes: UInt64, _ asker: Asker
  ) throws(ResultCode) {
    guard asker.isControl, owner != .none, owner != asker.badge else { throw .denied }
    if let place = ledger.account(of: owner) {
      ledger[account: place].quota = bytes
    } else {
      guard ledger.open(owner, quota: bytes) else { throw .limitReached }
    }
  }
}

/// Who sent a request, and what its face allows.
struct Asker {
  let badge: Badge
  let isControl: Bool
  /// Whether it may look at every account.
  let mayLook: Bool

  /// - Throws: DENIED for a badge of no face, and for what a tool may not ask for.
  init(_ badge: Badge, _ request: MemdRequest) throws(ResultCode) {
    self.badge = badge
    isControl = MemdFaces.control.contains(badge)
    let isTool = MemdFaces.tools.contains(badge)
    mayLook = isControl || isTool
    guard mayLook || MemdFaces.client.contains(badge) else { throw .denied }
    guard !isTool || request.isLook else { throw .denied }
  }

  /// The owner that a request means.
  ///
  /// - Throws: DENIED when the caller may not name it.
  func owner(_ named: Badge) throws(ResultCode) -> Badge {
    guard named != .none, named != badge else { return badge }
    guard isControl else { throw .denied }
    return named
  }

  /// The owner that a request of somebody means who may look at all.
  func named(_ owner: Badge) -> Badge { owner == .none ? badge : owner }
}

extension MemdRequest {
  /// Whether it changes nothing.
  fileprivate var isLook: Bool {
    switch self {
    case .queryOwner, .status: true
    default: false
    }
  }
}
