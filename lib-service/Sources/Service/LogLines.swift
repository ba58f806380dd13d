// Lines that a service writes: to logd without waiting for it, or to the kernel's log.

import Bytes
public import CapABI
public import IPC
public import Runtime
public import Sys

extension System {
  /// Adds a record to the log by NOTIFY: a full ring loses it, and what does not fit into the
  /// registers is cut off.
  ///
  /// - Parameters:
  ///   - line: Plain text; its first 28 bytes count.
  ///   - severity: How much it matters.
  public mutating func log(_ line: TextLine, _ severity: LogSeverity) {
    var bytes = FixedBytes<28>()
    let count = min(line.count, 28)
    for index in 0..<count { bytes[index] = line[index] }
    guard let text = LogText(bytes.rawBytes.extracting(first: count)) else { return }
    try? tell(LogdRequest.append(severity, text), to: StartupSlot.log)
  }

  /// Writes a line to the kernel's log.
  ///
  /// - Parameters:
  ///   - line: Not empty.
  ///   - endpoint: An endpoint of the log or console family.
  public mutating func write(_ line: TextLine, on endpoint: CapSlot) {
    for index in 0..<line.count { buffer[payload: index] = line[index] }
    // A line has 224 bytes at most.
    let tag = MessageTag(
      label: ControlOperation.logString.rawValue,
      length: UInt16(truncatingIfNeeded: line.count))
    _ = call(endpoint, tag, buffer.words)
  }
}
