// A client of every service, for the simulation only: it asks memd for frames, vspaced for memory
// that it then touches, named, timed and logd for what they do, in an order that its random seed
// decides. What it is given has to be what it asked for; that a service refuses or dies is no
// fault of it.

import Bootstrap
import Bytes
import CapABI
import Handoff
import IPC
import Runtime
import Sys

/// The program of the roles that stand for clients.
struct Exerciser {
  /// Roles that have no program of their own yet.
  static let roles: [RoleID] = [.blockd, .ramfsd]
  private static let rounds = 60
  private static let memd = CapSlot(rawValue: StartupSlot.firstPeer)
  private static let vspaced = CapSlot(rawValue: StartupSlot.firstPeer + 1)
  private static let landing = CapSlot(rawValue: StartupSlot.firstDynamic)
  private static let word = 8
  private static let signNanoseconds: UInt64 = 4_000_000_000

  private var system: KernelSystem
  private var random: SeededRandom
  private var frames: [MemoryHandle] = []
  /// Memory of its own, with what stands in its first words.
  private var regions: [(pages: UserPages, value: UInt64)] = []

  /// Runs for as long as it is let.
  static func run(_ start: UInt64) {
    // SAFETY: `start` is what the entry was called with.
    guard let memory = unsafe StartMemory(unsafeAddress: start),
      let info = (try? StartEnvelope(decoding: memory.bytes))?.info,
      // SAFETY: the page that the envelope names, mapped for this thread by whoever wrote it.
      let buffer = unsafe MessageBuffer(unsafeAddress: info.buffer)
    else { preconditionFailure("a client without an envelope") }
    var seed: UInt64 = 0
    for index in 0..<Self.word { seed = seed << 8 | UInt64(info.seed[index]) }
    var exerciser = Exerciser(
      system: KernelSystem(buffer: buffer), random: SeededRandom(seed: seed))
    exerciser.tell(.ready, 0)
    for _ in 0..<Self.rounds { exerciser.round() }
    exerciser.giveBack()
    exerciser.rest(from: info.startNanoseconds)
  }

  /// Gives signs of life.
  private mutating func rest(from start: UInt64) -> Never {
    var next = start
    while true {
      next += Self.signNanoseconds
      system.buffer.setDeadline(next)
      _ = system.receive(StartupSlot.endpoint, MessageTag(label: 0, flags: .deadline))
      tell(.kickWatchdog, 0)
    }
  }

  private mutating func tell(_ operation: ProcdOperation, _ word: UInt64) {
    let tag = MessageTag(label: operation.rawValue, length: operation == .ready ? 8 : 0)
    while system.notify(StartupSlot.supervisor, tag, MessageWords(word)) == .retry {
      _ = SystemCall.yield()
    }
  }

  private mutating func round() {
    switch random.next(below: 9) {
    case 0: takeFrame()
    case 1: giveFrame()
    case 2, 3: map()
    case 4: touch()
    case 5: unmap()
    case 6: lookUp()
    case 7: wait()
    default: log()
    }
  }

  /// A deadline for calls to what may be started again.
  private mutating func deadline(_ nanoseconds: UInt64) -> UInt64? {
    let reply: TimedReply? = try? system.ask(
      TimedRequest.nowMonotonic, of: StartupSlot.time, deadline: nil)
    guard case .nowMonotonic(let now) = reply else { return nil }
    return now + nanoseconds
  }

  // MARK: memd

  private mutating func takeFrame() {
    let order = UInt8(random.next(below: 4))
    guard frames.count < 8,
      let reply: MemdReply = try? system.ask(
        MemdRequest.allocateFrame(owner: .none, order: order), of: Self.memd,
        landing: Self.landing),
      case .allocateFrame(let handle) = reply
    else { return }
    let found = try? system.query(Self.landing)
    precondition(found?.type == CapabilityType.frame.rawValue, "memd gave no frame")
    try? system.drop(Self.landing)
    frames.append(handle)
  }

  private mutating func giveFrame() {
    guard let handle = frames.popLast() else { return }
    let _: MemdReply? = try? system.ask(MemdRequest.freeFrame(handle), of: Self.memd)
  }

  private mutating func giveBack() {
    while !frames.isEmpty { giveFrame() }
    while !regions.isEmpty { unmap() }
  }

  // MARK: vspaced and pagerd

  private mutating func map() {
    let pageCount = UInt32(1 + random.next(below: 20))
    guard regions.count < 6, let wanted = UserPages(base: 0, pageCount: pageCount),
      let reply: VspacedReply = try? system.ask(
        VspacedRequest.map(
          owner: .none,
          UserRegion(pages: wanted, access: .readWrite, regionClass: .mapping)),
        of: Self.vspaced),
      case .map(let base) = reply, let pages = UserPages(base: base, pageCount: pageCount)
    else { return }
    for other in regions {
      precondition(
        other.pages.upperBound <= base || pages.upperBound <= other.pages.base,
        "vspaced placed two regions at the same addresses")
    }
    regions.append((pages, 0))
  }

  private mutating func touch() {
    guard !regions.isEmpty else { return }
    let index = Int(random.next(below: UInt64(regions.count)))
    let value = random.next() | 1
    let (pages, before) = regions[index]
    for page in pages.pageCount == 1 ? [0] : [0, UInt64(pages.pageCount) - 1] {
      let address = UInt(pages.base + page * UserPages.pageSize)
      // SAFETY: vspaced mapped these pages for this process, and whoever touches a page that
      // pagerd does not provide faults in the simulated kernel.
      guard let place = unsafe UnsafeMutablePointer<UInt64>(bitPattern: address) else { return }
      // SAFETY: as above: the first word of a mapped page, aligned.
      let found = unsafe place.pointee
      precondition(found == before, "memory does not hold what was written")
      // SAFETY: as for the read; the region is writable.
      unsafe place.pointee = value
    }
    regions[index].value = value
  }

  private mutating func unmap() {
    guard let region = regions.popLast() else { return }
    let _: VspacedReply? = try? system.ask(
      VspacedRequest.unmap(owner: .none, region.pages), of: Self.vspaced)
  }

  // MARK: named, timed, logd

  private mutating func lookUp() {
    guard let limit = deadline(1_000_000_000) else { return }
    let index = UInt32(random.next(below: 6))
    let _: NamedReply? = try? system.ask(
      NamedRequest.list(index: index), of: StartupSlot.names, deadline: limit)
  }

  private mutating func wait() {
    guard let limit = deadline(1_000_000_000) else { return }
    let delay = 1 + random.next(below: 50_000_000)
    let reply: TimedReply? = try? system.ask(
      TimedRequest.waitUntil(nanoseconds: delay, flags: .relative), of: StartupSlot.time,
      deadline: limit)
    guard case .waitUntil = reply, let now = deadline(0) else { return }
    precondition(now >= limit - 1_000_000_000 + delay, "timed woke its caller too early")
  }

  private mutating func log() {
    let line = Array("a line of the exerciser".utf8)
    guard let text = LogText(line.span.rawBytes) else { return }
    try? system.tell(LogdRequest.append(.info, text), to: StartupSlot.log)
  }
}
