// The words of a line: blanks part them, quotes and backslashes keep blanks together.

package import Runtime

/// Why a line cannot be read.
public enum WordError: Error, Equatable, Sendable {
  /// This quote is never closed.
  case openQuote(UInt8)
  /// A backslash at the end, with nothing behind it.
  case nothingEscaped
  /// More words than that.
  case tooMany(limit: Int)
}

/// The words of one line.
public struct Words {
  /// The most words that a line may have.
  public static let limit = 16

  private var text = LineText()
  private var starts = [16 of Int](repeating: 0)
  private var lengths = [16 of Int](repeating: 0)
  /// How many words there are.
  public private(set) var count = 0

  /// No words.
  init() {}

  /// Reads a line.
  ///
  /// - Throws: What cannot be read.
  public init(_ line: borrowing LineText) throws(WordError) {
    var index = 0
    while true {
      while line[index] == Self.blank { index += 1 }
      guard index < line.count else { return }
      guard count < Self.limit else { throw .tooMany(limit: Self.limit) }
      starts[count] = text.count
      index = try readWord(line, from: index)
      lengths[count] = text.count - starts[count]
      count += 1
    }
  }

  private static var blank: UInt8 { UInt8(ascii: " ") }

  /// Reads one word, which begins here.
  ///
  /// - Returns: Where it ends.
  private mutating func readWord(
    _ line: borrowing LineText, from start: Int
  ) throws(WordError) -> Int {
    var index = start
    var quote: UInt8 = 0
    while index < line.count {
      let byte = line[index]
      index += 1
      if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
        guard index < line.count else { throw .nothingEscaped }
        text.append(line[index])
        index += 1
      } else if quote != 0 {
        if byte == quote { quote = 0 } else { text.append(byte) }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == Self.blank {
        return index - 1
      } else {
        text.append(byte)
      }
    }
    guard quote == 0 else { throw .openQuote(quote) }
    return index
  }

  // MARK: One word

  /// A word as a line; empty when there are not that many.
  ///
  /// What is longer than a line is cut off.
  package func line(_ word: Int) -> TextLine {
    var line = TextLine()
    guard word < count else { return line }
    for offset in 0..<lengths[word] { line.append(byte: text[starts[word] + offset]) }
    return line
  }

  /// Whether a word is this one.
  func `is`(_ word: Int, _ expected: StaticString) -> Bool {
    word < count && line(word).isSame(as: TextLine(expected))
  }

  /// A word as a number, in decimal or behind `0x`; nil for anything else.
  public func number(_ word: Int) -> UInt64? {
    guard word < count else { return nil }
    let line = line(word)
    let isHexadecimal =
      line.count > 2 && line[0] == UInt8(ascii: "0")
      && line[1] == UInt8(ascii: "x")
    var value: UInt64 = 0
    guard line.count > 0 else { return nil }
    for index in (isHexadecimal ? 2 : 0)..<line.count {
      guard let digit = Self.digit(line[index]), digit < 10 || isHexadecimal else { return nil }
      let (product, isLarge) = value.multipliedReportingOverflow(by: isHexadecimal ? 16 : 10)
      let (sum, isLarger) = product.addingReportingOverflow(digit)
      guard !isLarge, !isLarger else { return nil }
      value = sum
    }
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }
}
