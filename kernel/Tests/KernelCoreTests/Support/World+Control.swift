// Control operations as tests ask for them.

import CapABI
import KernelCore
import Testing

/// Finalises everything and audits the state.
func expectSound(_ world: World, _ location: SourceLocation = #_sourceLocation) {
  world.settle()
  #expect(Audit(world).problems == [], sourceLocation: location)
}

extension World {
  /// A process for tests: two untyped arguments in one word.
  static func pair(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | UInt64(high) << 32 }

  /// Executes an operation as the root task's thread, or another.
  func outcome(
    _ operation: ControlOperation, through family: EndpointKind = .testRoot, _ words: UInt64...,
    length: UInt16 = 32, by thread: Ref<Thread>? = nil
  ) throws(SyscallError) -> ControlOutcome {
    try perform(operation, family, words, length, thread)
  }

  /// The same, for operations that answer.
  @discardableResult func call(
    _ operation: ControlOperation, through family: EndpointKind = .testRoot, _ words: UInt64...,
    length: UInt16 = 32, by thread: Ref<Thread>? = nil
  ) throws(SyscallError) -> ControlReply {
    guard case .reply(let reply) = try perform(operation, family, words, length, thread) else {
      throw .busy
    }
    return reply
  }

  private func perform(
    _ operation: ControlOperation, _ family: EndpointKind, _ words: [UInt64], _ length: UInt16,
    _ thread: Ref<Thread>?
  ) throws(SyscallError) -> ControlOutcome {
    guard let caller = thread ?? root.object.firstThread else { throw .wrongState }
    let all = words + [0, 0, 0, 0]
    let request = ControlRequest(
      operation: operation, badge: 0, length: length, word0: all[0], word1: all[1], word2: all[2],
      word3: all[3])
    return try state.control(family, request, from: caller)
  }

  /// The whole text of the kernel's log.
  var logText: String {
    let bytes = (state.log.start..<state.log.end).compactMap {
      state.log.byte($0, in: state.objects.frames)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
