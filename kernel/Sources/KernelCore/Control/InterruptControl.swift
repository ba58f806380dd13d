// CONFIGURE_INTERRUPT_LINE, WAIT_INTERRUPT and ACKNOWLEDGE_INTERRUPT, and how an interrupt reaches
// them. docs/reference/control/irq.md.

import CapABI
import KernelMachine

/// A checked configuration of an interrupt line.
struct ConfigureLine {
  private static let levelTriggered: UInt64 = 1
  private static let activeLow: UInt64 = 2
  private static let enabled: UInt64 = 4

  let line: UInt32
  let flags: UInt64
  /// The notification to signal; nil when events are only taken.
  let source: Ref<Slot>?

  /// Checks a request.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `wrongType`, `missingRight` without SEND for the
  ///   notification; `invalidArgument` for a line that does not exist, unknown flags, and a
  ///   notification for a closed line or one without a badge, whose bits would say nothing.
  init(
    _ request: ControlRequest, by caller: ControlCaller, lines: UInt32, in space: inout ObjectSpace
  ) throws(SyscallError) {
    try request.requireZero(from: 2)
    let slot = try request.onlySlot(request.word1)
    let source = slot == .null ? nil : try space.occupied(slot, in: caller.cspace, .window)
    _ = try source?.holding(Notification.self, with: .send)
    line = ControlRequest.low(request.word0).rawValue
    flags = request.word0 >> 32
    self.source = source
    guard line < lines, flags <= Self.levelTriggered | Self.activeLow | Self.enabled else {
      throw .invalidArgument
    }
    guard let source else { return }
    guard isEnabled, source.object.badge != 0 else { throw .invalidArgument }
  }

  var isLevelTriggered: Bool { flags & Self.levelTriggered != 0 }
  var isActiveLow: Bool { flags & Self.activeLow != 0 }
  var isEnabled: Bool { flags & Self.enabled != 0 }
}

extension KernelState {
  mutating func interruptControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .waitInterrupt:
      try request.requireZero(from: 0)
      guard let line = interrupts.take(in: objects.frames) else { throw .retry }
      return .words(UInt64(line))
    case .acknowledgeInterrupt: try acknowledge(request)
    default:
      configure(try ConfigureLine(request, by: caller, lines: interrupts.count, in: &objects))
    }
    return .done
  }

  /// Masks a line that interrupted and queues its event.
  ///
  /// - Returns: The capability to the notification to signal; nil for none.
  @inline(__always) mutating func noteInterrupt(_ number: UInt32) -> Ref<Slot>? {
    guard number < interrupts.count else { return nil }
    M.maskLine(number, true)
    // Anything else than an open line was masked: the interrupt was on its way before.
    guard interrupts.line(number, in: objects.frames).object.state == .open else { return nil }
    interrupts.append(number, in: objects.frames)
    let slot = interrupts.slot(number, in: objects.frames)
    return slot.object.isEmpty ? nil : slot
  }

  private mutating func configure(_ request: ConfigureLine) {
    let frames = objects.frames
    let slot = interrupts.slot(request.line, in: frames)
    M.configureLine(
      request.line, levelTriggered: request.isLevelTriggered, activeLow: request.isActiveLow)
    interrupts.remove(request.line, in: frames)
    if !slot.object.isEmpty { objects.delete(slot) }
    if let source = request.source, let object = source.object.object {
      let copy = Slot(
        object, type: .notification, rights: .send, badge: source.object.badge)
      objects.place(copy, in: slot, under: source)
    }
    interrupts.line(request.line, in: frames).object.state = request.isEnabled ? .open : .closed
    M.maskLine(request.line, !request.isEnabled)
  }

  private mutating func acknowledge(_ request: ControlRequest) throws(SyscallError) {
    try request.requireZero(from: 1)
    guard let number = UInt32(exactly: request.word0), number < interrupts.count else {
      throw .invalidArgument
    }
    let line = interrupts.line(number, in: objects.frames)
    switch line.object.state {
    case .closed, .open: throw .wrongState
    case .pending, .taken: interrupts.remove(number, in: objects.frames)
    }
    line.object.state = .open
    M.maskLine(number, false)
  }
}
