// The log and the records of crashes.

import Bytes
import CapABI
import IPC
import Runtime
import Sys

extension Shell {
  private static var usualLines: UInt64 { 20 }

  /// `log`.
  mutating func showLog(_ words: Words) throws(ShellError) {
    var count = Self.usualLines
    let isFollowing = words.is(1, "-f")
    if words.count > 1, !isFollowing {
      guard let number = words.number(1), number > 0 else { throw .usage }
      count = number
    }
    let status: LogStatus
    do throws(ResultCode) {
      status = try logStatus()
    } catch {
      throw .refused("logd", error)
    }
    var cursor = status.nextNumber - min(count, status.nextNumber - status.oldestNumber)
    while !isInterrupted {
      do throws(ResultCode) {
        cursor = try showRecord(cursor) &+ 1
        continue
      } catch {
        guard error == .notFound else { throw .refused("logd", error) }
      }
      guard isFollowing else { return }
      flush()
      if isKeyPressed(within: 500_000_000) { return }
    }
  }

  /// Writes into the log what is about to be done; the badge says that the shell does it.
  ///
  /// Without logd it is done all the same.
  mutating func record(_ words: Words) {
    var line = TextLine()
    for word in 0..<words.count {
      if word > 0 { line.append(" ") }
      line.append(words.line(word))
    }
    var bytes = FixedBytes<224>()
    for index in 0..<line.count { bytes[index] = line[index] }
    let limit = now &+ Self.patience
    guard let text = LogText(bytes.rawBytes.extracting(first: line.count)),
      let tag = try? system.encode(LogdRequest.append(.info, text))
    else { return }
    system.buffer.setDeadline(limit)
    _ = system.call(StartupSlot.log, tag.adding(.deadline), system.buffer.words)
  }

  /// Calls logd with a request whose reply is read in place.
  ///
  /// - Returns: The reply, its body in the buffer.
  private mutating func callLog(
    _ request: borrowing LogdRequest
  ) throws(ResultCode) -> MessageTag {
    let limit = now &+ Self.patience
    let tag = try system.encode(request)
    system.buffer.setDeadline(limit)
    let answer = system.call(Peer.logd, tag.adding(.deadline), system.buffer.words)
    guard answer.status == .ok else { throw answer.status }
    let message = system.take(answer)
    guard message.tag.result == .ok else { throw message.tag.result }
    return message.tag
  }

  private mutating func logStatus() throws(ResultCode) -> LogStatus {
    let tag = try callLog(.status)
    let buffer = system.buffer
    guard
      case .status(let status)? = try? LogdReply(
        decoding: tag, body: buffer.body(tag.length), to: .status)
    else { throw .internal }
    return status
  }

  /// Prints the next record.
  ///
  /// - Returns: Its number.
  private mutating func showRecord(_ cursor: UInt64) throws(ResultCode) -> UInt64 {
    let tag = try callLog(.read(cursor: cursor))
    // Printing may call seriald, whose message would overwrite the record.
    var record = RecordLine()
    let number = record.read(system.buffer, tag)
    guard number > 0 else { throw .internal }
    if record.lostCount > 0 {
      var line = TextLine("(")
      line.append(decimal: UInt64(record.lostCount))
      line.append(" lines are gone)")
      say(line)
    }
    put(record.head)
    for index in 0..<record.count { put(record[index]) }
    put(UInt8(ascii: "\n"))
    return number
  }

  // MARK: crash

  /// `crash`.
  mutating func showCrashes(_ words: Words) throws(ShellError) {
    guard words.count > 1 else {
      try listCrashes(from: 0)
      return
    }
    guard let wanted = words.number(1) else { throw .usage }
    guard let record = try crash(from: wanted), record.number == wanted else {
      throw .said("no such crash; 'crash' lists all")
    }
    show(record)
  }

  /// Lists crashes from a number on.
  mutating func listCrashes(from first: UInt64) throws(ShellError) {
    var cursor = first
    var isFirst = true
    while let record = try crash(from: cursor) {
      if isFirst { say("NUMBER       TIME  SERVICE           CAUSE") }
      isFirst = false
      say(Self.summary(of: record))
      cursor = record.number &+ 1
    }
    if isFirst { say("no crashes") }
  }

  /// The first crash from a number on; nil when there is none.
  private mutating func crash(from cursor: UInt64) throws(ShellError) -> CrashRecord? {
    do throws(ResultCode) {
      guard
        case .read(let found) = try ask(
          CrashdRequest.read(cursor: cursor), of: Peer.crashd, CrashdReply.self)
      else { throw .internal }
      return found
    } catch {
      guard error == .notFound else { throw .refused("crashd", error) }
      return nil
    }
  }

  /// The number that the next crash gets.
  mutating func nextCrash() throws(ShellError) -> UInt64 {
    do throws(ResultCode) {
      guard
        case .status(let status) = try ask(CrashdRequest.status, of: Peer.crashd, CrashdReply.self)
      else { throw .internal }
      return status.nextNumber
    } catch {
      throw .refused("crashd", error)
    }
  }

  /// A crash in a line.
  static func summary(of record: CrashRecord) -> TextLine {
    var line = TextLine()
    line.right(record.number, endingAt: 6)
    line.right(.seconds(record.nanoseconds), endingAt: 17)
    line.pad(to: 19)
    line.append(record.details.name)
    line.pad(to: 37)
    line.append(record.details.cause.word)
    if let fault = record.details.fault?.fault {
      line.append(": ")
      line.append(fault.kind.word)
      line.append(" at ")
      line.append(hexadecimal: fault.instructionPointer)
    }
    return line
  }

  /// A crash with its registers.
  private mutating func show(_ record: CrashRecord) {
    say(Self.summary(of: record))
    var line = TextLine("process ")
    line.append(decimal: UInt64(record.details.process.rawValue))
    guard let report = record.details.fault else {
      say(line)
      return
    }
    line.append(", thread ")
    line.append(decimal: UInt64(report.fault.threadID))
    line.append(", address ")
    line.append(hexadecimal: report.fault.address)
    line.append(", error code ")
    line.append(hexadecimal: UInt64(report.fault.errorCode))
    line.append(", stack ")
    line.append(hexadecimal: report.fault.stackPointer)
    say(line)
    var row = TextLine()
    for index in 0..<16 {
      guard let register = FaultRegister(rawValue: index) else { continue }
      row.pad(to: index % 3 * 26)
      row.append(register.word)
      row.append(" ")
      row.append(hexadecimal: report.registers[register])
      if index % 3 == 2 || index == 15 {
        say(row)
        row = TextLine()
      }
    }
  }
}

/// A record of the log, copied out of the message.
struct RecordLine {
  private var bytes = [992 of UInt8](repeating: 0)
  private(set) var count = 0
  private(set) var lostCount: UInt32 = 0
  /// What stands before the text.
  private(set) var head = TextLine()

  subscript(index: Int) -> UInt8 { index >= 0 && index < count ? bytes[index] : 0 }

  /// Copies the record of a reply to READ.
  ///
  /// - Returns: Its number; 0 for a reply that is none.
  mutating func read(_ buffer: MessageBuffer, _ tag: MessageTag) -> UInt64 {
    guard
      case .read(let record)? = try? LogdReply(
        decoding: tag, body: buffer.body(tag.length), to: .read)
    else { return 0 }
    let text = record.text.bytes
    count = min(text.byteCount, 992)
    for index in 0..<count {
      bytes[index] = (try? text.integer(at: index, as: UInt8.self)) ?? 0
    }
    lostCount = record.lostCount
    head = TextLine("[")
    head.append(.seconds(record.nanoseconds))
    head.append("] ")
    // The lower half of a badge of the public face names the role; 0 is the kernel.
    let role = RoleID(rawValue: UInt16(truncatingIfNeeded: record.source.rawValue))
    if record.source == .none { head.append("kernel") } else { head.append(role) }
    if record.severity.rawValue > LogSeverity.info.rawValue {
      head.append(" ")
      head.append(record.severity.word)
    }
    head.append(": ")
    return record.number
  }
}

extension LogSeverity {
  /// The severity in a word.
  var word: StaticString {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    case .critical: "critical"
    }
  }
}

extension EndCause {
  /// The cause in words.
  var word: StaticString {
    switch self {
    case .exit: "exit with a failure code"
    case .fault: "fault"
    case .killed: "killed"
    case .watchdog: "no sign of life"
    case .notReady: "not ready"
    }
  }
}

extension FaultKind {
  /// The fault in words.
  var word: StaticString {
    switch self {
    case .divide: "division"
    case .debug: "debug exception"
    case .breakpoint: "breakpoint"
    case .invalidInstruction: "invalid instruction"
    case .page: "page not accessible"
    case .forbiddenSyscall: "forbidden system call"
    case .protection: "protection"
    default: "exception"
    }
  }
}

extension FaultRegister {
  /// Its name, three letters wide.
  var word: StaticString {
    switch self {
    case .rax: "rax"
    case .rbx: "rbx"
    case .rcx: "rcx"
    case .rdx: "rdx"
    case .rsi: "rsi"
    case .rdi: "rdi"
    case .rbp: "rbp"
    case .r8: "r8 "
    case .r9: "r9 "
    case .r10: "r10"
    case .r11: "r11"
    case .r12: "r12"
    case .r13: "r13"
    case .r14: "r14"
    case .r15: "r15"
    default: "flg"
    }
  }
}
