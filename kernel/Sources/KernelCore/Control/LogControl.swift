// LOG_STRING, WRITE_LEGACY_SERIAL and READ_KERNEL_LOG.
// docs/reference/control/log.md, kernel-log.md.

import CapABI
import KernelMachine

extension KernelState {
  mutating func logControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    if request.operation == .readKernelLog { return try readLog(request, by: caller) }
    guard request.length > 0 else { throw .invalidArgument }
    let payload = try RequestPayload(request, from: caller.thread, in: &objects)
    if request.operation == .writeLegacySerial { return try writeSerial(payload) }
    for index in 0..<payload.count { log(Self.printable(payload[index])) }
    if payload[payload.count - 1] != UInt8(ascii: "\n") { log(UInt8(ascii: "\n")) }
    return .done
  }

  /// Text of user programs must not steer a terminal.
  private static func printable(_ byte: UInt8) -> UInt8 {
    let isText = byte >= 0x20 && byte != 0x7F || byte == 0x0A || byte == 0x09
    return isText ? byte : UInt8(ascii: "?")
  }

  /// Writes as much as the port takes without waiting; word 0 of the reply says how much.
  private mutating func writeSerial(_ payload: RequestPayload) throws(SyscallError)
    -> ControlOutcome
  {
    guard platform.ownsSerial else { throw .denied }
    let data: UInt16 = 0x3F8
    let status: UInt16 = 0x3FD
    let isEmpty: UInt8 = 1 << 5
    // The transmitter's queue of a 16550 has 16 places, all free when it is empty.
    let room = M.readPort8(status) & isEmpty == 0 ? 0 : min(16, payload.count)
    guard room > 0 else { throw .retry }
    for index in 0..<room { M.writePort8(data, payload[index]) }
    return .words(UInt64(room))
  }

  /// The bytes from a cursor on, as many as were asked for and one message holds.
  private mutating func readLog(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 2)
    guard request.word1 > 0, request.word1 <= ReplyPayload.capacity - 8 else {
      throw .invalidArgument
    }
    // A cursor from the future is a reader's mistake, and an old one begins with what is left.
    guard request.word0 <= log.end else { throw .invalidArgument }
    let first = max(request.word0, log.start)
    let count = min(request.word1, log.end - first)
    var payload = try ReplyPayload(bytes: 8 + count, for: caller.thread, in: &objects)
    payload.append(first)
    for index in 0..<count {
      payload.append(byte: log.byte(first + index, in: objects.frames) ?? 0)
    }
    return .reply(payload.finish())
  }
}
