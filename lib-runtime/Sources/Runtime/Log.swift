// Lines to the kernel's log: LOG_STRING on an endpoint of the log family.

public import CapABI
import IPC
public import Sys

/// Where a program's lines go.
public struct Log {
  private let endpoint: CapSlot
  private let buffer: MessageBuffer?

  /// Lines through an endpoint of the log or console family.
  ///
  /// Without the thread's IPC buffer, lines go out in pieces of 32 bytes.
  public init(_ endpoint: CapSlot, buffer: MessageBuffer? = nil) {
    self.endpoint = endpoint
    self.buffer = buffer
  }

  /// Writes a line.
  ///
  /// - Returns: What the kernel answered; the first refusal ends it.
  @discardableResult
  public func write(_ line: TextLine) -> ResultCode {
    let limit = buffer == nil ? Int(MessageTag.registerBytes) : Int(MessageTag.maximumLength)
    var start = 0
    repeat {
      let count = min(line.count - start, limit)
      let code = send(line, start, count)
      guard code == .ok else { return code }
      start += count
    } while start < line.count
    return .ok
  }

  /// Writes a line of constant text.
  @discardableResult
  public func write(_ text: StaticString) -> ResultCode { write(TextLine(text)) }

  private func send(_ line: TextLine, _ start: Int, _ count: Int) -> ResultCode {
    func word(_ index: Int) -> UInt64 {
      var word: UInt64 = 0
      for byte in 0..<8 where index * 8 + byte < count {
        word |= UInt64(line[start + index * 8 + byte]) << UInt64(byte * 8)
      }
      return word
    }
    for index in Int(MessageTag.registerBytes)..<max(count, Int(MessageTag.registerBytes)) {
      buffer?[payload: index] = line[start + index]
    }
    // At most 1024, by the caller's limit.
    let length = UInt16(truncatingIfNeeded: count)
    let tag = MessageTag(label: ControlOperation.logString.rawValue, length: length)
    let answer = SystemCall.call(endpoint, tag, MessageWords(word(0), word(1), word(2), word(3)))
    return answer.status == .ok ? answer.tag.result : answer.status
  }
}
