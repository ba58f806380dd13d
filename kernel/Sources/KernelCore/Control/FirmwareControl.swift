// GET_ACPI_RSDP, READ_ACPI_QWORDS, POWER_OFF and POWER_RESET.
// docs/reference/control/acpi.md, power.md.

import CapABI
import KernelMachine

extension KernelState {
  mutating func acpiControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    guard request.operation == .readACPIQWords else {
      try request.requireZero(from: 0)
      guard let root = platform.acpiRoot, !firmware.isEmpty else { throw .notFound }
      return .words(root.rawValue)
    }
    try request.requireZero(from: 2)
    let count = request.word1
    guard count > 0, count <= ReplyPayload.capacity / 8 else { throw .invalidArgument }
    guard !firmware.isEmpty else { throw .notFound }
    var payload = try ReplyPayload(bytes: count * 8, for: caller.thread, in: &objects)
    guard firmware.covers(request.word0, count: count * 8, in: objects.frames) else {
      throw .denied
    }
    let memory = firmware.window(of: M.self, in: objects.frames)
    for index in 0..<count {
      payload.append(memory.integer(at: request.word0 + index * 8, bytes: 8) ?? 0)
    }
    return .reply(payload.finish())
  }

  /// Writes the registers that the fixed table declares, and no other.
  mutating func powerControl(_ request: ControlRequest) throws(SyscallError) -> ControlOutcome {
    guard request.operation == .powerOff else {
      try request.requireZero(from: 0)
      guard let table = firmware.fixedTable, table.resetPort != 0 else { throw .notFound }
      M.writePort8(table.resetPort, table.resetValue)
      return .done
    }
    try request.requireZero(from: 0)
    let memory = firmware.window(of: M.self, in: objects.frames)
    guard let table = firmware.fixedTable, table.controlA != 0,
      let block = firmware.table(TableWalk.signature("DSDT"), in: objects.frames),
      let types = SleepTypes(in: block, of: memory)
    else { throw .notFound }
    Self.sleep(table.controlA, type: types.controlA)
    if table.controlB != 0 { Self.sleep(table.controlB, type: types.controlB) }
    return .done
  }

  /// Sets sleep type and sleep enable of a PM1 control register (ACPI 6.5, section 4.8.3.2.1).
  private static func sleep(_ port: UInt16, type: UInt8) {
    let sleepMask: UInt16 = 0x3C00
    let kept = M.readPort16(port) & ~sleepMask
    M.writePort16(port, kept | UInt16(type) << 10 | 1 << 13)
  }
}
