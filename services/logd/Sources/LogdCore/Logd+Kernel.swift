// The kernel's log, in both directions: its lines become records, and records become lines of it
// while no console is up. Lines that logd wrote itself are told by how they begin.

import Bytes
import CapABI
import IPC
import Runtime
import Service
import Sys

extension Logd {
  /// What a line that logd writes begins with.
  static var mark: StaticString { "ERIX_LOG:" }
  /// Messages of the kernel's log that one request reads at most.
  static var readsPerRequest: Int { 4 }
  /// Bytes of one message.
  private static var bytesPerRead: UInt64 { 1016 }

  // MARK: Out

  /// Writes a record to the kernel's log: mark, source, severity, text.
  mutating func show<S: System>(_ number: UInt64, _ system: inout S) {
    guard let entry = journal.entry(number) else { return }
    var line = TextLine(Self.mark)
    line.append(hexadecimal: entry.source.rawValue)
    line.append(":")
    line.append(decimal: UInt64(entry.severity.rawValue))
    line.append(": ")
    var buffer = system.buffer
    for index in 0..<line.count { buffer[payload: index] = line[index] }
    // A line is not longer than a text, so that it is read back as one.
    let length = min(Int(entry.length), LogText.maximumLength - line.count)
    do throws(BytesError) {
      try buffer.copy(journal.text(of: entry).extracting(first: length), at: line.count)
    } catch {
      return
    }
    let tag = MessageTag(
      label: ControlOperation.logString.rawValue,
      length: UInt16(truncatingIfNeeded: line.count + length))
    // A line that is not shown is in the log all the same.
    _ = system.call(Self.log, tag, buffer.words)
  }

  // MARK: In

  /// Makes records of the lines that the kernel's log got, some messages of them.
  mutating func readKernelLog<S: System>(_ system: inout S) {
    for _ in 0..<Self.readsPerRequest {
      guard readKernelLines(&system) else { return }
    }
  }

  /// Reads one message of the kernel's log.
  ///
  /// - Returns: Whether there may be more.
  private mutating func readKernelLines<S: System>(_ system: inout S) -> Bool {
    let call = ControlCall.readLog(from: kernelCursor, count: Self.bytesPerRead)
    let answer = system.call(
      Self.kernelLog, MessageTag(label: call.operation, length: call.length), call.words)
    guard answer.code == .ok else { return false }
    let message = system.take(answer)
    let first = answer.words.word0
    guard message.tag.length > 8, first >= kernelCursor else { return false }
    let number = journal.next
    if first > kernelCursor {
      var line = TextLine("kernel log: bytes lost: ")
      line.append(decimal: first - kernelCursor)
      journal.append(line, .warning)
    }
    let buffer = system.buffer
    let body = buffer.body(message.tag.length)
    let taken = takeLines(body.extracting(8..<body.byteCount))
    kernelCursor = first + UInt64(taken)
    if journal.next > number { journal.stamp(from: number, now(&system)) }
    return taken > 0 && UInt64(message.tag.length) == Self.bytesPerRead + 8
  }

  /// Makes records of the whole lines of a text; long ones are cut.
  ///
  /// - Returns: Bytes taken: the rest is the begin of a line.
  private mutating func takeLines(_ text: RawSpan) -> Int {
    var start = 0
    for index in 0..<text.byteCount {
      let isEnd = (try? text.integer(at: index, as: UInt8.self)) == UInt8(ascii: "\n")
      guard isEnd || index + 1 - start == LogText.maximumLength else { continue }
      let line = text.extracting(start..<(isEnd ? index : index + 1))
      if line.byteCount > 0, !Self.isOwn(line) { journal.append(plain: line) }
      start = index + 1
    }
    return start
  }

  /// Whether logd wrote a line.
  private static func isOwn(_ line: RawSpan) -> Bool {
    let mark = TextLine(mark)
    for index in 0..<mark.count {
      guard (try? line.integer(at: index, as: UInt8.self)) == mark[index] else { return false }
    }
    return true
  }
}
