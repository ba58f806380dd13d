// Two processes that talk: a server that is more urgent than its client, and an endpoint that both
// know. Each thread acts when it is the one that runs.

import CapABI
import KernelCore
import KernelMachine
import Testing

/// A world with a server and a client.
final class Conversation {
  /// The endpoint in both CSpaces; the server may receive, the client send with this badge.
  static let endpoint: UInt64 = 10
  /// A notification in both CSpaces; the client signals with bit 3.
  static let notification: UInt64 = 11
  /// The badge of the client.
  static let badge: UInt64 = 77
  /// The bit of the client.
  static let bit: UInt64 = 1 << 3

  let world: World
  let server: Ref<Thread>
  let client: Ref<Thread>
  let endpoint: Ref<Endpoint>
  let notification: Ref<Notification>

  /// Makes both processes; both threads are ready, and the more urgent one runs.
  init(serverPriority: UInt8 = 60, clientPriority: UInt8 = 50, ring: UInt32? = nil) throws {
    let world = try World(frames: 2048)
    try world.create(ring.map { .ringEndpoint(capacity: $0) } ?? .endpoint(.generic), in: 10)
    try world.create(.notification, in: 11)
    for slot in 5...6 as ClosedRange<UInt32> {
      try world.createProcess(order: 4, slotCount: 256, into: slot)
    }
    try world.install(10, to: 10, of: 5)
    try world.install(11, to: 11, of: 5)
    let send = Rights.send.rawValue
    try world.install(10, to: 10, of: 6, rights: send, badge: Self.badge)
    try world.install(11, to: 11, of: 6, rights: send, badge: Self.bit)
    self.world = world
    endpoint = try #require(world.slot(10)?.object.object).cast(to: Endpoint.self)
    notification = try #require(world.slot(11)?.object.object).cast(to: Notification.self)
    server = try world.startThread(priority: serverPriority, of: world.process(5))
    client = try world.startThread(priority: clientPriority, of: world.process(6))
    world.reschedule()
  }

  /// The thread that runs.
  var current: Ref<Thread>? { world.cpu.object.current }

  /// Another thread of the client's process.
  func secondClient(priority: UInt8 = 50) throws -> Ref<Thread> {
    let thread = try world.startThread(priority: priority, of: world.process(6))
    world.reschedule()
    return thread
  }

  /// Lets the server wait at the endpoint, so that the client runs.
  func listen() {
    if current == server { world.call(.receive, Self.endpoint) }
    #expect(server.object.state == .receiving)
  }

  /// A CALL of the thread that runs, with one word.
  func call(word: UInt64 = 1, flags: MessageFlags = .none) {
    let tag = MessageTag(label: 5, length: 8, flags: flags)
    world.call(.call, Self.endpoint, tag.rawValue, word)
  }

  /// Gives a thread an IPC buffer, a frame of the first process.
  @discardableResult func giveBuffer(to thread: Ref<Thread>) throws -> IPCBufferView {
    try world.giveBuffer(to: thread)
  }

  /// An answer of the thread that runs.
  @discardableResult
  func reply(through slot: UInt64 = endpoint, word: UInt64 = 2) -> ResultCode? {
    world.call(.reply, slot, MessageTag(label: 0, length: 8).rawValue, word)
  }
}

extension Ref where Object == Thread {
  var tag: MessageTag { MessageTag(rawValue: object.context.rsi) }
  var badge: UInt64 { object.context.rdi }
  var words: [UInt64] {
    [object.context.rdx, object.context.r10, object.context.r8, object.context.r9]
  }
}

/// The buffer of a thread, as the thread would write it.
struct IPCBufferView {
  let words: Table<UInt64>

  /// Word `index` of the payload; the first four never are in the buffer.
  func payload(_ index: Int) -> Ref<UInt64> { words[IPCBuffer.payloadOffset / 8 + index] }

  func setDeadline(_ time: UInt64) { words[0].object = time }

  func setReceiveSlots(_ slots: [UInt32], count: Int? = nil) {
    words[1].object = UInt64(count ?? slots.count)
    for pair in 0..<2 {
      let low = slots.count > 2 * pair ? UInt64(slots[2 * pair]) : 0
      let high = slots.count > 2 * pair + 1 ? UInt64(slots[2 * pair + 1]) : 0
      words[2 + pair].object = low | high << 32
    }
  }

  func setEntry(
    _ index: Int, slot: UInt32, _ mode: TransferMode, rights: Rights = .all, badge: UInt64 = 0
  ) {
    let first = IPCBuffer.transferTableOffset / 8 + 3 * index
    words[first].object = UInt64(slot) | UInt64(mode.rawValue) << 32
    words[first + 1].object = UInt64(rights.rawValue)
    words[first + 2].object = badge
  }
}

extension World {
  /// Makes a frame of the first process the IPC buffer of a thread.
  func giveBuffer(to thread: Ref<Thread>) throws -> IPCBufferView {
    let frame = freeSlot(in: cspace)
    try retype(into: frame)
    try state.grant(thread, to: cspace, slot: CapSlot(rawValue: frame + 1))
    let set = try SetThreadBuffer(
      of: CapSlot(rawValue: frame + 1), frame: CapSlot(rawValue: frame), of: cspace, scope: .whole,
      in: &state.objects)
    set.invoke(in: &state.objects)
    return IPCBufferView(words: try #require(state.objects.bufferWords(of: thread)))
  }
}
