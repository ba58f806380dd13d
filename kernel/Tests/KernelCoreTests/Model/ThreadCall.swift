// What the thread that runs does next: the details of a random system call, chosen so that threads
// mostly talk to each other, and its way into the kernel's registers and buffers.

import CapABI
import IPC
import KernelCore

/// A system call of the thread that runs, with all that it reads.
struct ThreadCall: CustomStringConvertible {
  var number: Syscall
  var slot: UInt64 = 0
  var tag: UInt64 = 0
  var words: [UInt64] = [0, 0, 0, 0]
  /// What stands in the thread's buffer, if it has one.
  var buffer = ModelBuffer()

  var description: String {
    "\(number) slot \(slot), tag \(String(tag, radix: 16)), words \(words), \(buffer)"
  }
}

extension Model {
  /// Makes an action of the thread that runs definite.
  func threadCall(_ action: Action, by thread: ModelThread, token: UInt64, time: UInt64)
    -> ThreadCall
  {
    var random = Generator(state: action.extra)
    let kind = action.isGuided ? fitting(action.kind, thread, &random) : action.kind
    var call = ThreadCall(number: kind.syscall)
    call.slot = UInt64(action.first)
    if random.below(100) == 0 { call.slot |= 1 << 32 }
    if action.isGuided { call.slot = UInt64(slot(for: kind, thread, action.first, &random)) }
    call.words = [token, token &* 3, token &* 5, token &* 7]
    call.tag = tag(for: kind, thread, &random)
    call.buffer = randomBuffer(of: thread, time: time, &random)
    return call
  }

  /// A thread that owes a reply mostly gives it, one that does not mostly receives.
  private func fitting(_ kind: Action.Kind, _ thread: ModelThread, _ random: inout Generator)
    -> Action.Kind
  {
    let isOwing = thread.client != nil
    switch kind {
    case .reply, .replyReceive, .saveReply, .resolve:
      let hasReply = Action.slots.contains { capability($0, thread.process)?.type == .reply }
      return isOwing || hasReply || random.below(4) == 0 ? kind : .receive
    case .receive: return isOwing && random.below(4) != 0 ? .replyReceive : .receive
    default: return kind
    }
  }

  private func slot(
    for kind: Action.Kind, _ thread: ModelThread, _ choice: UInt32, _ random: inout Generator
  ) -> UInt32 {
    let process = thread.process
    let isNotification = random.below(5) == 0
    switch kind {
    case .call: return held(process, choice) { $0.type == .endpoint && $0.rights.contains(.send) }
    case .receive:
      return held(process, choice) {
        $0.type == (isNotification ? .notification : .endpoint) && $0.rights.contains(.receive)
      }
    case .reply, .replyReceive:
      let savesRather = random.below(4) == 0 || thread.client == nil
      return held(process, choice) {
        savesRather ? $0.type == .reply : $0.object.id == thread.clientEndpoint
      }
    case .saveReply: return process.cspace.map { empty($0, choice) } ?? choice
    case .resolve:
      return thread.client != nil ? 0 : held(process, choice) { $0.type == .reply }
    default:
      return held(process, choice) {
        $0.type == (random.below(2) == 0 ? .notification : .endpoint)
          && $0.rights.contains(.send)
      }
    }
  }

  private func tag(for kind: Action.Kind, _ thread: ModelThread, _ random: inout Generator)
    -> UInt64
  {
    let hasBuffer = buffer(of: thread) != nil || random.below(8) == 0
    var flags = MessageFlags.none
    if hasBuffer, kind != .reply, kind != .notify {
      if random.below(4) == 0 { flags = flags | .receiveSlots }
      if random.below(6) == 0 { flags = flags | .deadline }
    }
    if kind != .reply, kind != .notify, random.below(8) == 0 { flags = flags | .doNotWait }
    if random.below(60) == 0 { flags = MessageFlags(rawValue: UInt8(random.below(256))) }
    guard kind != .receive || random.below(60) == 0 else {
      return MessageTag(label: 0, flags: flags).rawValue
    }
    var length = UInt16(random.below(33))
    if hasBuffer, random.below(6) == 0 { length = UInt16(random.below(1026)) }
    let count = hasBuffer && random.below(4) == 0 ? UInt8(random.below(4) + random.below(2)) : 0
    // The label of an answer to a fault says whether it is resolved.
    let tag = MessageTag(
      label: UInt16(random.below(3) / 2), length: length,
      capabilityCount: random.below(60) == 0 ? 5 : count, flags: flags)
    return tag.rawValue | (random.below(100) == 0 ? 1 << 50 : 0)
  }

  private func randomBuffer(of thread: ModelThread, time: UInt64, _ random: inout Generator)
    -> ModelBuffer
  {
    var buffer = ModelBuffer()
    // Far enough from the times at which time stands that the clock's accuracy does not matter.
    buffer.deadline =
      random.below(4) == 0 ? 0 : time + 500_000 + UInt64(random.below(4)) * 1_000_000
    buffer.slotCount = UInt64(random.below(4))
    if random.below(40) == 0 { buffer.slotCount = 5 }
    for index in 0..<4 {
      let choice = random.pick(Action.slots)
      let isEmpty = random.below(8) != 0
      let slot = isEmpty ? thread.process.cspace.map { empty($0, choice) } : nil
      buffer.slots[index] = slot ?? choice
    }
    for index in 0..<4 { buffer.entries[index] = entry(of: thread, &random) }
    return buffer
  }

  private func entry(of thread: ModelThread, _ random: inout Generator) -> [UInt64] {
    let choice = random.pick(Action.slots)
    let slot = random.below(10) == 0 ? choice : held(thread.process, choice) { _ in true }
    let mode = random.below(40) == 0 ? random.below(4) : random.below(3) == 0 ? 1 : 2
    let rights = random.below(6) == 0 ? UInt64(random.below(130)) : UInt64(Rights.all.rawValue)
    let badge = random.below(6) == 0 ? UInt64(random.below(3)) : 0
    return [
      UInt64(slot) | UInt64(mode) << 32, rights, mode == 1 && random.below(20) != 0 ? 0 : badge,
    ]
  }
}

extension Action.Kind {
  fileprivate var syscall: Syscall {
    switch self {
    case .call, .resolve: .call
    case .receive: .receive
    case .reply: .reply
    case .replyReceive: .replyReceive
    case .saveReply: .saveReply
    case .notify: .notify
    default: .yield
    }
  }
}

extension World {
  /// Puts what a thread's buffer holds into its frame.
  func write(_ buffer: ModelBuffer, for thread: Ref<Thread>) {
    guard let words = state.objects.bufferWords(of: thread) else { return }
    words[IPCBuffer.deadlineOffset / 8].object = buffer.deadline
    words[IPCBuffer.receiveSlotCountOffset / 8].object = buffer.slotCount
    for pair in 0..<2 {
      words[IPCBuffer.receiveSlotsOffset / 8 + pair].object = World.pair(
        buffer.slots[2 * pair], buffer.slots[2 * pair + 1])
    }
    for (index, word) in buffer.entries.joined().enumerated() {
      words[IPCBuffer.transferTableOffset / 8 + index].object = word
    }
  }

  func carryOut(_ call: ThreadCall) {
    self.call(
      call.number, call.slot, call.tag, call.words[0], call.words[1], call.words[2],
      call.words[3])
  }
}
