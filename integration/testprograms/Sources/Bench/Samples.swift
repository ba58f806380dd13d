// 64 measurements of one operation: least, middle, most.

import CTestKit
import CapABI
import Runtime
import TestKit

/// How often an operation is measured, and how often it is done before.
let runs = 64

/// The measurements of one operation.
struct Samples {
  private var values = [64 of UInt64](repeating: 0)
  private var count = 0

  /// What two readings of the counter with nothing between them take.
  private let pair: UInt64

  /// No measurements.
  init(pair: UInt64) { self.pair = pair }

  /// Takes a measurement; those of the warm-up, the first 64, are forgotten.
  mutating func take(from start: UInt64, to end: UInt64) {
    defer { count += 1 }
    guard count >= runs, count < 2 * runs else { return }
    let taken = end &- start
    insert(taken > pair ? taken - pair : 0, at: count - runs)
  }

  /// Keeps the values sorted.
  private mutating func insert(_ value: UInt64, at end: Int) {
    var place = end
    while place > 0, values[place - 1] > value {
      values[place] = values[place - 1]
      place -= 1
    }
    values[place] = value
  }

  /// Writes the line of the operation, or why there is none.
  func write(_ name: StaticString, _ log: Log) {
    guard count >= 2 * runs else { return }
    writeRow(name, [values[0], values[runs / 2], values[runs - 1]], log)
  }
}

/// Writes a row: the least, the middle, the most.
func writeRow(_ name: StaticString, _ shown: InlineArray<3, UInt64>, _ log: Log) {
  var line = TextLine("BENCH:")
  line.append(name)
  for index in 0..<3 {
    line.append(":")
    line.append(decimal: shown[index])
  }
  log.write(line)
}

/// The cost of a pair of readings.
func measuringPair() -> UInt64 {
  var least = UInt64.max
  for _ in 0..<runs {
    let start = erix_time_stamp()
    let end = erix_time_stamp()
    least = min(least, end - start)
  }
  return least
}
