// Where the loader's lines go: the firmware's console while there is one, then the first serial
// port; dev and smoke loaders also write QEMU's debug console, where the harness reads.

import UEFI

/// Collects a line and shows it.
struct Console {
  /// Longer lines are shown in pieces.
  private static let capacity = 120

  private var line = InlineArray<122, UInt8>(repeating: 0)
  private var count = 0
  private let debugConsole: Bool
  private let serialPort: Bool

  /// Looks for the devices once.
  init() {
    #if ERIX_PROFILE_RELEASE
    debugConsole = false
    #else
    debugConsole = DebugConsole.isPresent
    #endif
    serialPort = SerialPort.isPresent
  }

  /// Adds a character; a line feed shows the line.
  ///
  /// - Parameters:
  ///   - byte: An ASCII character.
  ///   - output: The firmware's console, as long as it may be called.
  mutating func write(_ byte: UInt8, to output: TextOutput?) {
    if byte != UInt8(ascii: "\n") {
      line[count] = byte
      count += 1
      if count == Self.capacity { show(to: output, ending: false) }
      return
    }
    show(to: output, ending: true)
  }

  private mutating func show(to output: TextOutput?, ending: Bool) {
    if debugConsole {
      for index in 0..<count { DebugConsole.write(line[index]) }
      if ending { DebugConsole.write(UInt8(ascii: "\n")) }
    }
    if ending {
      line[count] = UInt8(ascii: "\r")
      line[count + 1] = UInt8(ascii: "\n")
      count += 2
    }
    if let output {
      output.write(line.span.extracting(first: count))
    } else if serialPort {
      for index in 0..<count { SerialPort.write(line[index]) }
    }
    count = 0
  }
}
