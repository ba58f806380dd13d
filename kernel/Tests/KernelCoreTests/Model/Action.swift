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
}

/// One operation.
///
/// Callers are meant by number, modulo the processes there are, so that every part of
/// a sequence is a sequence too and failing ones can be shortened.
struct Action: CustomStringConvertible {
  enum Kind: UInt8, CaseIterable {
    case copy, move, drop, revoke, query, endpoint, notification, cspace, split, process, install
    case kill, topUp, budget, retype, map, unmap
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

  init(using random: inout Generator) {
    func pick<Value>(_ values: [Value]) -> Value {
      values[Int(random.next() % UInt64(values.count))]
    }
    // Twice as many operations that make or copy as ones that destroy, so that states grow.
    let weighted: [Kind] =
      Kind.allCases + [
        .copy, .copy, .copy, .copy, .endpoint, .process, .install, .install, .split, .move,
        .retype, .retype, .map, .map, .map,
      ]
    kind = pick(weighted)
    // States must grow, so the operations that end much are thinned out.
    if [.kill, .revoke].contains(kind), random.next() % 4 != 0 { kind = .copy }
    caller = Int(random.next() % 16)
    if random.next() % 4 == 0 { caller = 0 }
    first = pick(Self.slots)
    second = pick(Self.slots)
    third = kind == .cspace || kind == .process ? pick(Self.slotCounts) : pick(Self.slots)
    order = pick([0, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8, 20, 21, 255])
    rights = random.next() % 6 == 0 ? UInt32(random.next() % 130) : Rights.all.rawValue
    badge = random.next() % 3 == 0 ? random.next() % 4 : 0
    steps = Int(random.next() % 5) + 1
    isGuided = random.next() % 4 != 0
  }

  var description: String {
    "\(kind) caller \(caller), \(first) \(second) \(third), order \(order), rights \(rights), "
      + "badge \(badge), steps \(steps)\(isGuided ? ", guided" : "")"
  }
}

/// Carries out an action on the kernel.
extension World {
  func perform(_ action: Action, by caller: Ref<CSpace>) throws(SyscallError) {
    switch action.kind {
    case .copy:
      try copy(
        action.first, to: action.second, rights: action.rights, badge: action.badge, by: caller)
    case .move: try move(action.first, to: action.second, by: caller)
    case .drop: try drop(action.first, by: caller)
    case .revoke: try revokeFully(action.first, steps: action.steps, by: caller)
    case .query: _ = try query(action.first, by: caller)
    case .endpoint: try create(.endpoint(.generic), in: action.first, by: caller)
    case .notification: try create(.notification, in: action.first, by: caller)
    case .cspace: try create(.cspace(slotCount: action.third), in: action.first, by: caller)
    case .split:
      try split(action.first, order: action.order, into: action.second, by: caller)
    case .process:
      try createProcess(
        action.first, order: action.order, slotCount: action.third, into: action.second,
        by: caller)
    case .install:
      try install(
        action.first, to: action.third, of: action.second, rights: action.rights,
        badge: action.badge, by: caller)
    case .kill: try kill(action.first, by: caller)
    case .topUp: try topUp(action.first, order: action.order, from: action.second, by: caller)
    case .budget: _ = try budget(action.first, by: caller)
    case .retype:
      try retype(action.first, order: UInt64(action.order), into: action.second, by: caller)
    case .map:
      try map(
        action.first, in: action.second, at: action.address, rights: action.access, by: caller)
    case .unmap: try unmap(action.address, of: action.first, into: action.second, by: caller)
    }
  }

  /// Executes a revocation again and again, as a preempted system call is.
  private func revokeFully(_ slot: UInt32, steps: Int, by caller: Ref<CSpace>)
    throws(SyscallError)
  {
    while true {
      guard try revoke(slot, steps: steps, by: caller) == .preempted else { return }
      // The finaliser may do part of its work between two executions.
      for _ in 0..<steps { state.objects.finaliseStep() }
      // The caller may have revoked the memory that its own CSpace lives in.
      guard caller.object.header.kind == .cspace, caller.object.header.references > 0 else {
        return
      }
    }
  }
}
