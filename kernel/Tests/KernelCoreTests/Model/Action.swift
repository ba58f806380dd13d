// Random operations, legal and illegal, that both the kernel and the model can carry out.

import CapABI
import KernelCore

/// A reproducible source of random numbers (SplitMix64).
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// A number below `count`.
  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}

/// One operation.
///
/// Callers are meant by number, modulo the processes there are, so that every part of
/// a sequence is a sequence too and failing ones can be shortened. What the thread that runs does
/// depends on the state: its details come from `extra` when it is carried out.
struct Action: CustomStringConvertible {
  enum Kind: UInt8, CaseIterable {
    // On the caller's own slots, all of them.
    case copy, move, drop, revoke, query, cspace
    // Through a control endpoint, in the caller's window.
    case endpoint, notification, ring, split, process, grant, install, window, start, abort, kill
    case topUp, budget, retype, map, unmap
    case thread, startThread, stopThread, priority, pager, handler, server, bind, buffer
    // By the thread that runs.
    case call, receive, reply, replyReceive, saveReply, notify, yield, fault, resolve
    // By nobody.
    case pass
  }

  var kind: Kind
  var caller: Int
  var first: UInt32
  var second: UInt32
  var third: UInt32
  var order: UInt8
  var rights: UInt32
  var badge: UInt64
  var steps: Int
  var extra: UInt64
  /// Whether the slots are chosen to fit when the action is carried out.
  var isGuided: Bool

  /// Slots that lie in few leaves, so that they meet, and at every edge.
  static let slots: [UInt32] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 0, 62, 63, 64,
    65, 127, 128, 4095, 4096,
    65_535, 65_536, 1_048_575, 1_048_576, .max,
  ]
  static let slotCounts: [UInt32] = [
    0, 1, 63, 64, 65, 128, 128, 4096, 4096, 32_768, 32_769, 1 << 20, 1 << 20 + 1,
  ]

  /// Twice as many operations that make or copy as ones that destroy, so that states grow.
  private static let memory: [Kind] =
    Kind.allCases.filter { !$0.isOfThread && !$0.endsMuch } + [
      .copy, .copy, .copy, .copy, .copy, .endpoint, .process, .grant, .install, .install, .install,
      .split, .move, .retype, .retype, .map, .map, .map, .kill, .revoke,
    ]
  /// Mostly messages, by threads that others start, stop and end.
  private static let messages: [Kind] =
    [
      .call, .call, .call, .call, .receive, .receive, .receive, .reply, .reply, .replyReceive,
      .replyReceive, .replyReceive, .saveReply, .notify, .yield, .fault, .resolve,
    ].flatMap { [$0, $0, $0] } + [
      .pass, .pass, .startThread, .startThread, .stopThread, .priority, .priority, .thread, .pager,
      .handler, .server, .server, .bind, .buffer, .drop, .copy, .install, .grant, .start, .process,
      .retype, .map, .unmap, .move,
    ]

  /// A random action, mostly about messages or about memory.
  init(using random: inout Generator, talking: Bool) {
    kind = random.pick(talking ? Self.messages : Self.memory)
    if talking, random.below(150) == 0 { kind = random.pick([.kill, .revoke, .abort]) }
    caller = random.below(16)
    if random.below(4) == 0 { caller = 0 }
    first = random.pick(Self.slots)
    second = random.pick(Self.slots)
    third = random.pick(kind == .cspace || kind == .process ? Self.slotCounts : Self.slots)
    order = random.pick([0, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8, 20, 21, 255])
    rights = random.below(6) == 0 ? UInt32(random.below(130)) : Rights.all.rawValue
    badge = random.below(3) == 0 ? UInt64(random.below(4)) : 0
    steps = random.below(5) + 1
    extra = random.next()
    isGuided = random.below(4) != 0
  }

  /// An action of the first process.
  init(
    _ kind: Kind, _ first: UInt32, _ second: UInt32 = 0, _ third: UInt32 = 0, order: UInt8 = 0,
    rights: UInt32 = Rights.all.rawValue, badge: UInt64 = 0
  ) {
    self.kind = kind
    caller = 0
    self.first = first
    self.second = second
    self.third = third
    self.order = order
    self.rights = rights
    self.badge = badge
    steps = 2
    extra = 0
    isGuided = false
  }

  var description: String {
    "\(kind) caller \(caller), \(first) \(second) \(third), order \(order), rights \(rights), "
      + "badge \(badge), steps \(steps), extra \(extra)\(isGuided ? ", guided" : "")"
  }

  /// The visible window that a new process gets, or is given.
  var childWindow: (base: UInt32, count: UInt32) {
    steps == 1 ? (second % 70, third % 140) : (0, kind == .window ? 128 : third)
  }

  /// The slots that a grant is for.
  var grantedSlots: (first: UInt32, count: UInt32) {
    steps == 1 ? (third, UInt32(order) * 8) : (1, 127)
  }

  /// Where a thread begins; one in eight has an impossible stack.
  var stack: UInt64 { extra % 8 == 0 ? 1 << 44 : 0x8000 }
}

extension Action.Kind {
  /// Whether the thread that runs does it.
  var isOfThread: Bool { rawValue >= Self.call.rawValue && self != .pass }

  /// What ends many things at once is rare, or states would not grow.
  fileprivate var endsMuch: Bool { self == .kill || self == .revoke || self == .abort }

  /// Which slots the caller may name.
  var scope: SlotScope { rawValue < Self.endpoint.rawValue ? .whole : .window }
}
