// Which result codes the kernel gave to which call, noted while the cases run and written at the
// end: the harness compares the notes with the tables of errors in docs/reference. They stand in a
// page of the root task's own, a word per call with a bit per code.

public import CapABI
public import IPC
public import Runtime
public import Sys

/// The notes.
public enum Notes {
  static let address = Workshop.keptAddress + 4 * Workshop.pageSize
  /// Control operations come first, by their numbers, system calls behind them.
  private static let firstSystemCall: UInt64 = 256
  private static let rows: UInt64 = 512

  /// Notes how a system call ended.
  @inline(never)
  public static func note(call number: UInt64, _ code: ResultCode) {
    guard number < rows - firstSystemCall else { return }
    note(row: firstSystemCall + number, code)
  }

  /// Notes how a control operation ended.
  @inline(never)
  public static func note(operation: UInt16, _ code: ResultCode) {
    guard UInt64(operation) < firstSystemCall else { return }
    note(row: UInt64(operation), code)
  }

  private static func note(row: UInt64, _ code: ResultCode) {
    guard code.rawValue < 64 else { return }
    let place = address + row * 8
    Memory.store(Memory.load(place) | 1 << UInt64(code.rawValue), at: place)
  }

  /// Writes a line for every call that was made.
  public static func write(to log: inout Log) {
    for row in 0..<rows {
      let codes = Memory.load(address + row * 8)
      guard codes != 0 else { continue }
      let isOperation = row < firstSystemCall
      var line = TextLine(isOperation ? "CODES operation " : "CODES call ")
      line.append(decimal: isOperation ? row : row - firstSystemCall)
      line.append(" ")
      line.append(hexadecimal: codes)
      log.write(line)
    }
  }
}

/// The system calls of `Sys`, with a note of how each ended.
public enum NotedCall {
  /// Any system call with any arguments.
  public static func raw(
    _ number: UInt64, _ slot: UInt64 = 0, _ tag: UInt64 = 0, _ words: MessageWords = MessageWords()
  ) -> Answer {
    let answer = SystemCall.raw(number, slot, tag, words)
    Notes.note(call: number, answer.status)
    return answer
  }

  /// `SystemCall.call`.
  public static func call(
    _ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords = MessageWords()
  ) -> Answer {
    noted(.call, SystemCall.call(slot, tag, words))
  }

  /// `SystemCall.receive`.
  public static func receive(
    _ slot: CapSlot, _ tag: MessageTag = MessageTag(label: 0)
  ) -> Answer {
    noted(.receive, SystemCall.receive(slot, tag))
  }

  /// `SystemCall.reply`.
  public static func reply(
    _ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords = MessageWords()
  ) -> Answer {
    noted(.reply, SystemCall.reply(slot, tag, words))
  }

  /// `SystemCall.notify`.
  public static func notify(
    _ slot: CapSlot, _ tag: MessageTag = MessageTag(label: 0),
    _ words: MessageWords = MessageWords()
  ) -> Answer {
    noted(.notify, SystemCall.notify(slot, tag, words))
  }

  /// `SystemCall.replyReceive`.
  public static func replyReceive(
    _ slot: CapSlot, _ tag: MessageTag, _ words: MessageWords = MessageWords()
  ) -> Answer {
    noted(.replyReceive, SystemCall.replyReceive(slot, tag, words))
  }

  /// `SystemCall.yield`.
  public static func yield() -> Answer { noted(.yield, SystemCall.yield()) }

  /// `SystemCall.query`.
  public static func query(_ slot: CapSlot) -> Answer {
    noted(.queryLocalCap, SystemCall.query(slot))
  }

  /// `SystemCall.saveReply`.
  public static func saveReply(into slot: CapSlot) -> ResultCode {
    noted(.saveReply, SystemCall.saveReply(into: slot))
  }

  /// `SystemCall.drop`.
  public static func drop(_ slot: CapSlot) -> ResultCode {
    noted(.dropLocalCap, SystemCall.drop(slot))
  }

  /// `SystemCall.copy`.
  public static func copy(
    _ source: CapSlot, to destination: CapSlot, rights: Rights = .all, badge: Badge = .none
  ) -> ResultCode {
    noted(
      .copyLocalCap, SystemCall.copy(source, to: destination, rights: rights, badge: badge))
  }

  /// `SystemCall.move`.
  public static func move(_ source: CapSlot, to destination: CapSlot) -> ResultCode {
    noted(.moveLocalCap, SystemCall.move(source, to: destination))
  }

  /// `SystemCall.revoke`.
  public static func revoke(_ slot: CapSlot) -> ResultCode {
    noted(.revokeLocalCap, SystemCall.revoke(slot))
  }

  /// `SystemCall.report`.
  public static func report(_ stage: RootdStage) -> ResultCode {
    noted(.rootdReport, SystemCall.report(stage))
  }

  /// `SystemCall.report`.
  public static func report(_ status: RootdStatus) -> ResultCode {
    noted(.rootdReport, SystemCall.report(status))
  }

  private static func noted(_ call: Syscall, _ answer: Answer) -> Answer {
    Notes.note(call: call.rawValue, answer.status)
    return answer
  }

  private static func noted(_ call: Syscall, _ code: ResultCode) -> ResultCode {
    Notes.note(call: call.rawValue, code)
    return code
  }
}
