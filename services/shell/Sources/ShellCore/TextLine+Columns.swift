// Columns, sizes and times in a line of text.

import Bytes
import CapABI
import IPC
package import Runtime

extension TextLine {
  /// Whether both have the same bytes.
  func isSame(as other: TextLine) -> Bool { count == other.count && hasPrefix(other) }

  /// Whether the line begins with another.
  func hasPrefix(_ other: TextLine) -> Bool {
    guard count >= other.count else { return false }
    for index in 0..<other.count where self[index] != other[index] { return false }
    return true
  }

  /// Appends another line.
  mutating func append(_ other: TextLine) {
    for index in 0..<other.count { append(byte: other[index]) }
  }

  /// Appends blanks up to a column, and at least one.
  package mutating func pad(to column: Int) {
    repeat { append(byte: UInt8(ascii: " ")) } while count < column && count < Self.capacity
  }

  /// Appends text so that it ends before a column, one blank before it at least.
  mutating func right(_ text: TextLine, endingAt column: Int) {
    pad(to: column - text.count)
    append(text)
  }

  /// Appends a number so that it ends before a column.
  package mutating func right(_ value: UInt64, endingAt column: Int) {
    var text = TextLine()
    text.append(decimal: value)
    right(text, endingAt: column)
  }

  /// Appends text so that it ends before a column.
  package mutating func right(_ text: StaticString, endingAt column: Int) {
    right(TextLine(text), endingAt: column)
  }

  /// Appends the name of a service.
  mutating func append(_ name: ServiceName) {
    for index in 0..<name.length {
      append(byte: (try? name.paddedBytes.integer(at: index, as: UInt8.self)) ?? 0)
    }
  }

  /// Appends the name of a result code.
  mutating func append(_ code: ResultCode) {
    if let name = code.name {
      append(name)
    } else {
      append("code ")
      append(decimal: UInt64(code.rawValue))
    }
  }

  /// Appends a number with at least so many digits.
  mutating func append(decimal value: UInt64, digits: Int) {
    var limit: UInt64 = 10
    for _ in 1..<max(digits, 1) {
      limit *= 10
    }
    while limit > 10, value < limit / 10 {
      append("0")
      limit /= 10
    }
    append(decimal: value)
  }

  /// A number of bytes as a person reads it: whole below a KiB, else with one decimal.
  package static func size(_ bytes: UInt64) -> TextLine {
    var line = TextLine()
    guard bytes >= 1024 else {
      line.append(decimal: bytes)
      line.append(" B")
      return line
    }
    var unit: UInt64 = 10
    while unit < 40, bytes >> unit >= 1024 { unit += 10 }
    // Below 2^54 tenths of any unit, so nothing overflows.
    let tenths = (bytes >> (unit - 10)) * 10 / 1024
    line.append(decimal: tenths / 10)
    line.append(".")
    line.append(decimal: tenths % 10)
    line.append(unit == 10 ? " KiB" : unit == 20 ? " MiB" : unit == 30 ? " GiB" : " TiB")
    return line
  }

  /// Seconds with milliseconds, as the log has them.
  package static func seconds(_ nanoseconds: UInt64) -> TextLine {
    var line = TextLine()
    line.append(decimal: nanoseconds / 1_000_000_000)
    line.append(".")
    line.append(decimal: nanoseconds / 1_000_000 % 1000, digits: 3)
    return line
  }

  /// Hours, minutes and seconds, with days before them when there are any.
  package static func duration(_ nanoseconds: UInt64) -> TextLine {
    var line = TextLine()
    let seconds = nanoseconds / 1_000_000_000
    if seconds >= 86_400 {
      line.append(decimal: seconds / 86_400)
      line.append(seconds < 172_800 ? " day " : " days ")
    }
    line.append(decimal: seconds / 3600 % 24, digits: 2)
    line.append(":")
    line.append(decimal: seconds / 60 % 60, digits: 2)
    line.append(":")
    line.append(decimal: seconds % 60, digits: 2)
    return line
  }

  /// A part of a whole in percent, with one decimal.
  package static func share(_ part: UInt64, of whole: UInt64) -> TextLine {
    var line = TextLine()
    let (product, isLarge) = part.multipliedReportingOverflow(by: 1000)
    let tenths = whole == 0 || isLarge ? 0 : product / whole
    line.append(decimal: tenths / 10)
    line.append(".")
    line.append(decimal: tenths % 10)
    return line
  }

  /// The names of rights, with a blank before each.
  mutating func append(_ rights: Rights) {
    if rights.contains(.read) { append(" read") }
    if rights.contains(.write) { append(" write") }
    if rights.contains(.execute) { append(" execute") }
    if rights.contains(.send) { append(" send") }
    if rights.contains(.receive) { append(" receive") }
    if rights.contains(.grant) { append(" grant") }
    if rights.contains(.manage) { append(" manage") }
  }
}
