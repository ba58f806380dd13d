// The kernel and the foundation around procd.

import Bytes
import CapABI
import IPC
import Service
import ServiceTesting
import Store
import Sys

extension World {
  /// Connects everything; what procd asks for is counted from here on.
  func connect() {
    kernel.slots[StartupSlot.notification.rawValue] = TestCapability(
      .notification, .send | .receive, name: "own notification")
    kernel.answer(ServiceSlot.control(0)) { [unowned self] in self.count($0, processControl) }
    kernel.answer(ServiceSlot.control(3)) { [unowned self] in self.count($0, threadControl) }
    kernel.answer(ServiceSlot.control(4)) { [unowned self] in
      self.count($0) { message in
        let (process, memory) = message.pair
        if message.tag.label == ControlOperation.readBudget.rawValue,
          let found = self.process(process)
        {
          return found.state == .dead ? .refusing(.wrongState) : .words()
        }
        guard self.process(process) != nil, self.kernel.slots[memory]?.type == .untyped else {
          return .refusing(.emptySlot)
        }
        return .words()
      }
    }
    kernel.answer(ServiceSlot.control(5)) { [unowned self] _ in .words([0, clock, 0, 0]) }
    kernel.serve(ServiceSlot.peer(0), MemdRequest.self) { [unowned self] request, _ in
      try count()
      return try memd(request)
    }
    kernel.serve(ServiceSlot.peer(1), VspacedRequest.self) { [unowned self] request, given in
      try count()
      return (try vspaced(request, given.first), [])
    }
    kernel.serve(ServiceSlot.peer(2), PagerdRequest.self) { [unowned self] request, _ in
      guard case .releaseOwner(let owner) = request else { throw ResultCode.unsupported }
      if retries > 0 {
        retries -= 1
        throw ResultCode.retry
      }
      forgotten.append("pagerd \(owner.rawValue)")
      return (PagerdReply.releaseOwner(regionCount: 0), [])
    }
  }

  /// Counts a call, and refuses the one that shall fail.
  func count() throws {
    callCount += 1
    guard callCount != failAt else { throw failure }
  }

  private func count(
    _ message: TestMessage, _ answer: (TestMessage) -> TestMessage
  ) -> TestMessage {
    do { try count() } catch { return .refusing(failure) }
    return answer(message)
  }

  /// The process that a slot of procd names.
  func process(_ slot: UInt32) -> FakeProcess? {
    guard let capability = kernel.slots[slot], capability.type == .process else { return nil }
    return processes[capability.name]
  }

  // MARK: The kernel

  private func processControl(_ message: TestMessage) -> TestMessage {
    let (low, high) = message.pair
    guard let operation = ControlOperation(rawValue: message.tag.label) else {
      return .refusing(.unsupported)
    }
    switch operation {
    case .createStagedProcess: return create(from: low, into: high)
    case .installWithGrant: return install(message)
    case .queryCap:
      guard let found = kernel.slots[low] else { return .refusing(.emptySlot) }
      return .words([UInt64(found.type.rawValue), 0, framePages, 0])
    default: break
    }
    guard let process = process(low) else { return .refusing(.emptySlot) }
    switch operation {
    case .deriveInstallGrant:
      grants["grant \(number)"] = process
      kernel.slots[high] = TestCapability(.installGrant, .manage, name: "grant \(number)")
      number += 1
    case .setThreadEndpoint, .setThreadPager:
      let right: Rights = message.word(1) == 1 ? .receive : .send
      guard let found = process.slots[high] else { return .refusing(.emptySlot) }
      guard found.rights.contains(right) else { return .refusing(.missingRight) }
      process.settings[operation, default: []] += [UInt64(high), message.word(1)]
    case .writeProcessMemory: return write(message, process)
    case .startProcess:
      guard process.state == .staged else { return .refusing(.wrongState) }
      guard !kernel.slots.values.contains(where: { grants[$0.name] === process }) else {
        return .refusing(.busy)
      }
      process.state = .running
      process.entry = message.word(1)
      process.stack = message.word(2)
      process.argument = message.word(3)
    case .abortStagedProcess:
      guard process.state == .staged else { return .refusing(.wrongState) }
      process.state = .dead
      kernel.slots[low] = nil
    case .killProcess:
      process.state = .dead
    default: return .refusing(.unsupported)
    }
    return .words()
  }

  private func create(from memory: UInt32, into slot: UInt32) -> TestMessage {
    guard let untyped = kernel.slots[memory], untyped.type == .untyped else {
      return .refusing(.emptySlot)
    }
    guard kernel.slots[slot] == nil else { return .refusing(.occupiedSlot) }
    let name = "process \(number)"
    number += 1
    processes[name] = FakeProcess(name, from: untyped.name)
    kernel.slots[slot] = TestCapability(.process, .read | .write | .manage, name: name)
    return .words()
  }

  private func install(_ message: TestMessage) -> TestMessage {
    let (low, high) = message.pair
    guard let grant = kernel.slots[low], let process = grants[grant.name],
      var capability = kernel.slots[high]
    else { return .refusing(.emptySlot) }
    let slot = UInt32(truncatingIfNeeded: message.word(1))
    guard process.slots[slot] == nil else { return .refusing(.occupiedSlot) }
    let mask = Rights(rawValue: UInt32(truncatingIfNeeded: message.word(1) >> 32))
    capability.rights = capability.rights & mask
    if message.word(2) != 0 {
      guard capability.badge == .none else { return .refusing(.alreadyBadged) }
      capability.badge = Badge(rawValue: message.word(2))
    }
    process.slots[slot] = capability
    return .words()
  }

  private func write(_ message: TestMessage, _ process: FakeProcess) -> TestMessage {
    guard process.state == .staged, message.word(2) >= heap.address,
      message.word(2) - heap.address + message.word(3) <= UInt64(heap.byteCount)
    else { return .refusing(.invalidArgument) }
    let bytes = heap.bytes
    for index in 0..<message.word(3) {
      let place = message.word(1) + index
      let offset = Int(message.word(2) - heap.address + index)
      guard let byte = try? bytes.integer(at: offset, as: UInt8.self),
        process.memory[place & ~4095] != nil
      else { return .refusing(.notFound) }
      process.memory[place & ~4095]?[Int(place & 4095)] = byte
    }
    return .words()
  }

  private func threadControl(_ message: TestMessage) -> TestMessage {
    let (low, high) = message.pair
    guard let process = process(low),
      let operation = ControlOperation(rawValue: message.tag.label)
    else { return .refusing(.emptySlot) }
    if operation == .setThreadBuffer {
      guard let frame = kernel.slots[high], frame.type == .frame else {
        return .refusing(.emptySlot)
      }
      process.buffer = frame.name
    }
    if operation == .bindNotification, message.word(1) == 0 {
      guard let found = kernel.slots[high], found.rights == .send else {
        return .refusing(.missingRight)
      }
      process.endSignal = found.badge.rawValue
    }
    process.settings[operation, default: []] += [UInt64(high), message.word(1)]
    return .words()
  }

  // MARK: memd

  private func memd(_ request: MemdRequest) throws -> (MemdReply, [TestCapability]) {
    switch request {
    case .setQuota(let owner, let bytes):
      accounts[owner.rawValue, default: FakeAccount(quota: 0)].quota = bytes
      return (.setQuota, [])
    case .allocateBudget(let owner, let order):
      let name = try take(1 << UInt64(order), from: owner, "budget")
      return (
        .allocateBudget(MemoryHandle(rawValue: UInt64(number))),
        [TestCapability(.untyped, .read | .manage, name: name)]
      )
    case .allocateFrame(let owner, let order):
      let name = try take(4096 << UInt64(order), from: owner, "frame")
      return (
        .allocateFrame(MemoryHandle(rawValue: UInt64(number))),
        [TestCapability(.frame, .read | .write | .execute, name: name)]
      )
    case .reclaimOwner(let owner):
      guard let account = accounts.removeValue(forKey: owner.rawValue) else {
        throw ResultCode.notFound
      }
      forgotten.append("memd \(owner.rawValue)")
      for process in processes.values where account.things.contains(process.budget) {
        process.state = .dead
      }
      return (.reclaimOwner(bytes: account.used), [])
    default: throw ResultCode.unsupported
    }
  }

  private func take(_ bytes: UInt64, from owner: Badge, _ kind: String) throws -> String {
    guard var account = accounts[owner.rawValue], account.used + bytes <= account.quota else {
      throw ResultCode.limitReached
    }
    number += 1
    account.used += bytes
    account.things.insert("\(kind) \(number)")
    accounts[owner.rawValue] = account
    return "\(kind) \(number)"
  }

  // MARK: vspaced

  private func vspaced(
    _ request: VspacedRequest, _ given: TestCapability?
  ) throws -> VspacedReply {
    switch request {
    case .attachSpace(let owner, _):
      guard let given, given.type == .process, given.rights == .manage,
        let process = processes[given.name]
      else { throw ResultCode.wrongType }
      guard spaces[owner.rawValue] == nil else { throw ResultCode.exists }
      spaces[owner.rawValue] = FakeSpace(process: process)
      return .attachSpace
    case .map(let owner, let region):
      try enter(region, owner)
      return .map(base: region.pages.base)
    case .mapFrame(let owner, let region):
      // What is made for the process, or what it shares.
      guard let given, given.type == .frame,
        given.rights == .read | .write | .execute || given.rights == region.access.rights
      else { throw ResultCode.wrongType }
      try enter(region, owner)
      for page in 0..<UInt64(region.pages.pageCount) {
        spaces[owner.rawValue]?.process.memory[region.pages.base + page * 4096] = [UInt8](
          repeating: 0, count: 4096)
      }
      return .mapFrame(base: region.pages.base)
    case .detachSpace(let owner):
      if retries > 0 {
        retries -= 1
        throw ResultCode.retry
      }
      guard spaces.removeValue(forKey: owner.rawValue) != nil else { throw ResultCode.notFound }
      forgotten.append("vspaced \(owner.rawValue)")
      return .detachSpace
    default: throw ResultCode.unsupported
    }
  }

  private func enter(_ region: UserRegion, _ owner: Badge) throws {
    guard let space = spaces[owner.rawValue] else { throw ResultCode.notFound }
    let isTaken = space.regions.contains {
      $0.pages.base < region.pages.upperBound && region.pages.base < $0.pages.upperBound
    }
    guard !isTaken else { throw ResultCode.exists }
    spaces[owner.rawValue]?.regions.append(region)
  }
}

extension TestMessage {
  /// The two slots of the first word.
  fileprivate var pair: (UInt32, UInt32) {
    (UInt32(truncatingIfNeeded: word(0)), UInt32(truncatingIfNeeded: word(0) >> 32))
  }
}
