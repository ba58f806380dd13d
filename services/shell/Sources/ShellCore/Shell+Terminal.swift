// The conversation with the person, through seriald: lines and keys in, pages out. seriald edits
// the line; it comes back here when it is done, and for completion and history in between.

import Bytes
import CapABI
import IPC
import Runtime
import Sys

/// A line as it came back from the person.
private struct EditedLine {
  var end = LineEnd.interrupt
  var text = LineText()
  var cursor = 0
}

extension Shell {
  private static var prompt: StaticString { "erix> " }
  /// How long a person may edit one line: 2^32 − 1 milliseconds, 49 days, as declared.
  private static var linePatience: UInt64 { 0xFFFF_FFFF * 1_000_000 }
  /// How long seriald may take to take a page: it waits for the line, 4 KiB at 115200 baud.
  private static var writePatience: UInt64 { 10_000_000_000 }

  /// Talks for ever.
  public mutating func converse() -> Never {
    say("EriX. 'help' lists the commands.")
    flush()
    while true { converseOnce() }
  }

  /// Lets the person edit a line until it is done, and does what it says.
  public mutating func converseOnce() {
    var line = LineText()
    var cursor = 0
    while true {
      let edited: EditedLine
      do throws(ResultCode) {
        edited = try readLine(line, cursor)
      } catch {
        // seriald starts again, or waits for its driver.
        pause(200_000_000)
        continue
      }
      line = edited.text
      cursor = edited.cursor
      switch edited.end {
      case .line:
        history.add(line)
        run(line)
        return
      case .interrupt: return
      case .end:
        say("The shell does not end; 'shutdown' switches the machine off.")
        flush()
        return
      case .previous:
        line = history.previous(line)
        cursor = line.count
      case .next:
        line = history.next(line)
        cursor = line.count
      case .complete:
        complete(&line, &cursor)
        flush()
      }
    }
  }

  // MARK: seriald

  /// READ_LINE; the person may take their time.
  private mutating func readLine(
    _ line: borrowing LineText, _ cursor: Int
  ) throws(ResultCode) -> EditedLine {
    let limit = now &+ Self.linePatience
    var body = FixedBytes<972>()
    let prompt = TextLine(Self.prompt)
    for index in 0..<prompt.count { body[index] = prompt[index] }
    for index in 0..<line.count { body[prompt.count + index] = line[index] }
    let bytes = body.rawBytes
    guard let before = LogText(bytes.extracting(first: prompt.count)),
      let text = LogText(
        bytes.extracting(prompt.count..<prompt.count + line.count))
    else { throw .invalidArgument }
    let tag = try system.encode(
      SerialdRequest.readLine(
        LinePrompt(prompt: before, text: text, cursor: UInt16(clamping: cursor))))
    let words = system.buffer.words
    system.buffer.setDeadline(limit)
    let answer = system.call(Peer.seriald, tag.adding(.deadline), words)
    guard answer.status == .ok else { throw answer.status }
    let message = system.take(answer)
    guard message.tag.result == .ok else { throw message.tag.result }
    let buffer = system.buffer
    guard
      case .readLine(let input)? = try? SerialdReply(
        decoding: message.tag, body: buffer.body(message.tag.length), to: .readLine)
    else { throw .internal }
    var edited = EditedLine()
    edited.end = input.end
    for index in 0..<input.text.bytes.byteCount {
      edited.text.append((try? input.text.bytes.integer(at: index, as: UInt8.self)) ?? 0)
    }
    edited.cursor = min(Int(input.cursor), edited.text.count)
    return edited
  }

  /// Sends what was printed; what a console that is gone does not take is lost.
  mutating func flush() {
    guard page.count > 0 else { return }
    var body = FixedBytes<960>()
    for index in 0..<page.count { body[index] = page[index] }
    let count = page.count
    page.removeAll()
    let limit = now &+ Self.writePatience
    guard
      let tag = try? system.encode(
        SerialdRequest.write(body.rawBytes.extracting(first: count)))
    else { return }
    system.buffer.setDeadline(limit)
    _ = system.call(Peer.seriald, tag.adding(.deadline), system.buffer.words)
  }

  /// Waits for a key that ends what runs: q, Ctrl-C, or no console any more.
  mutating func isKeyPressed(within nanoseconds: UInt64) -> Bool {
    let limit = now &+ nanoseconds
    while true {
      system.buffer.setDeadline(limit)
      let answer = system.call(
        Peer.seriald,
        MessageTag(label: SerialdOperation.readKey.rawValue).adding(.deadline))
      guard answer.code == .ok else { return answer.code != .timedOut }
      let message = system.take(answer)
      let buffer = system.buffer
      guard
        case .readKey(let key)? = try? SerialdReply(
          decoding: message.tag, body: buffer.body(message.tag.length), to: .readKey)
      else { return true }
      let letter: Unicode.Scalar = key.code == .control ? "c" : "q"
      if key.code == .control || key.code == .character, key.scalar == letter.value {
        isInterrupted = true
        return true
      }
    }
  }
}
