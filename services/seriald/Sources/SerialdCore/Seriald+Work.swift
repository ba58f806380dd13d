// The work of seriald between requests: input to the reader, waiting text and records of the log
// into the queue, the queue to the driver, until nothing moves any more.

import Bytes
import CapABI
import IPC
import Service
import Store
import Sys
import Terminal

extension Seriald {
  /// Rounds that one message gets; what is left goes on after the messages that wait.
  private static let roundsAtOnce = 32

  /// Moves what can be moved.
  mutating func work<S: System>(_ system: inout S) {
    isBusy = false
    for _ in 0..<Self.roundsAtOnce {
      let before = progress
      fetchInput(&system)
      serveReader(&system)
      admitWrites(&system)
      showRecords(&system)
      if reader == .line, console.output.room >= editorOutputRoom { console.showLine() }
      sendOutput(&system)
      guard progress != before else { return }
    }
    isBusy = true
  }

  /// Grows with everything that is moved.
  private var progress: UInt64 {
    input.next &+ input.first &+ console.output.next &+ console.output.first &+ record
  }

  // MARK: Input

  /// Takes input from the driver while there is room for all that one reply can have.
  mutating func fetchInput<S: System>(_ system: inout S) {
    while isInputPending, nextTry == nil, input.room >= Int(SerialInput.counts.upperBound) {
      guard let tag = call(.read(cursor: driverCursor), &system) else { return }
      guard keepInput(tag, system.buffer) else { return }
    }
  }

  /// Keeps the input of a reply.
  ///
  /// Not generic, as `take`.
  ///
  /// - Returns: Whether there was any.
  @inline(never)
  private mutating func keepInput(_ tag: MessageTag, _ buffer: MessageBuffer) -> Bool {
    do throws(ProtocolError) {
      let reply = try DrvSerialReply(
        decoding: tag, body: buffer.body(tag.length), to: .read)
      guard case .read(let found) = reply else { return false }
      // There was room for the longest reply.
      _ = input.append(found.bytes)
      driverCursor = found.number &+ UInt64(found.bytes.byteCount)
      return true
    } catch {
      isInputPending = false
      return false
    }
  }

  /// Gives the reader what it waits for, if it was typed.
  private mutating func serveReader<S: System>(_ system: inout S) {
    switch reader {
    case .none: break
    case .line: editLine(&system)
    case .key: findKey(&system)
    }
  }

  private mutating func editLine<S: System>(_ system: inout S) {
    while console.output.room >= 2 * editorOutputRoom, let byte = input[input.first] {
      console.showLine()
      input.forget(before: input.first + 1)
      guard let key = decoder.take(byte), let end = console.take(key) else { continue }
      reader = .none
      giveLine(end, &system)
      return
    }
  }

  private mutating func giveLine<S: System>(_ end: LineEnd, _ system: inout S) {
    guard let text = LogText(console.editor.bytes()) else { return }
    let line = LineInput(end: end, text: text, cursor: console.editor.cursor)
    guard let tag = try? system.encode(reply: SerialdReply.readLine(line)) else { return }
    // A reader that is gone gets nothing; its successor begins with a line of its own.
    if system.reply(Self.readerReply, tag, system.buffer.words).status != .ok {
      try? system.drop(Self.readerReply)
    }
  }

  /// A key whose reader waits no more stays in the input.
  private mutating func findKey<S: System>(_ system: inout S) {
    var cursor = input.first
    var trial = decoder
    while let byte = input[cursor] {
      cursor += 1
      guard let key = trial.take(byte) else { continue }
      reader = .none
      guard let tag = try? system.encode(reply: SerialdReply.readKey(key)) else { return }
      guard system.reply(Self.readerReply, tag, system.buffer.words).status == .ok else {
        try? system.drop(Self.readerReply)
        return
      }
      break
    }
    decoder = trial
    input.forget(before: cursor)
  }

  // MARK: Output

  /// Puts text that waits into the queue, and answers those who wait for it.
  private mutating func admitWrites<S: System>(_ system: inout S) {
    while let first = waiting.first, console.output.room >= Console.roomForText {
      let slot = CapSlot(rawValue: Self.firstWriteReply + waiting.firstPlace)
      var tag = MessageTag(label: ResultCode.ok.rawValue)
      do throws(ResultCode) {
        try writeFirst(of: first.writer)
      } catch {
        tag = MessageTag(refusing: error)
      }
      waiting.removeFirst()
      if system.reply(slot, tag).status != .ok { try? system.drop(slot) }
    }
  }

  private mutating func writeFirst(of writer: Badge) throws(ResultCode) {
    let waiting = waiting
    try write(waiting.text(), of: writer)
  }

  /// Shows the records of the log that matter to a person.
  private mutating func showRecords<S: System>(_ system: inout S) {
    while isLogPending, waiting.count == 0, console.output.room >= Console.roomForText {
      let tag: MessageTag
      do throws(ResultCode) {
        tag = try system.encode(LogdRequest.read(cursor: record))
      } catch {
        return
      }
      guard let reply = call(Self.log, tag, &system), showRecord(reply, system.buffer) else {
        isLogPending = false
        return
      }
    }
  }

  /// Shows the record of a reply.
  ///
  /// Not generic, as `take`.
  ///
  /// - Returns: Whether there was one.
  @inline(never)
  private mutating func showRecord(_ tag: MessageTag, _ buffer: MessageBuffer) -> Bool {
    do throws(ProtocolError) {
      let reply = try LogdReply(decoding: tag, body: buffer.body(tag.length), to: .read)
      guard case .read(let found) = reply, found.number >= record, found.number < .max else {
        return false
      }
      record = found.number + 1
      if found.lostCount > 0 {
        status.lostRecordCount += UInt64(found.lostCount)
        console.writeLost(found.lostCount)
      }
      guard found.severity.rawValue >= leastSeverity.rawValue else { return true }
      status.recordCount += 1
      console.write(found)
      return true
    } catch {
      return false
    }
  }

  /// Gives the driver what it has room for.
  private mutating func sendOutput<S: System>(_ system: inout S) {
    while !isDriverFull, nextTry == nil, !console.output.isEmpty {
      let bytes = console.output.run(atMost: Int(DrvSerialRequest.writeCounts.upperBound))
      let count = bytes.byteCount
      guard let tag = try? system.encode(DrvSerialRequest.write(bytes)),
        let answer = call(Self.driver, tag, &system)
      else { return driverIsGone(&system) }
      guard let taken = taken(answer, system.buffer) else { return driverIsGone(&system) }
      console.output.forget(before: console.output.first + UInt64(min(count, taken)))
      status.outputCount += UInt64(min(count, taken))
      if taken < count { isDriverFull = true }
    }
  }

  /// How many bytes the driver took.
  @inline(never)
  private func taken(_ tag: MessageTag, _ buffer: MessageBuffer) -> Int? {
    guard
      case .write(let count, _)? = try? DrvSerialReply(
        decoding: tag, body: buffer.body(tag.length), to: .write)
    else { return nil }
    return Int(count)
  }
}
