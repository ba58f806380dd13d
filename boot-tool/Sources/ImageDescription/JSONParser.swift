// Reads text as a JSON value. One pass over the bytes, depth bounded, every refusal with its
// offset.

/// A cursor over JSON text.
struct JSONParser {
  private static let maximumDepth = 16

  private let text: [UInt8]
  private var offset = 0

  /// Parses a whole text.
  ///
  /// - Throws: `DescriptionError.syntax`.
  static func parse(_ text: [UInt8]) throws(DescriptionError) -> JSONValue {
    var parser = JSONParser(text: text)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.offset == text.count else { throw parser.error(.trailing) }
    return value
  }

  private init(text: [UInt8]) {
    self.text = text
  }

  /// The byte at the cursor; nil at the end.
  private var next: UInt8? { offset < text.count ? text[offset] : nil }

  /// A refusal of what stands at the cursor.
  private func error(_ problem: SyntaxProblem) -> DescriptionError {
    .syntax(offset: offset, problem)
  }

  /// Passes over white space; there are no comments.
  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  /// Takes a byte if it is next, after white space.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    offset += 1
    return true
  }

  /// Any value.
  ///
  /// The depth bounds the recursion, so no text can exhaust the stack.
  private mutating func value(depth: Int) throws(DescriptionError) -> JSONValue {
    skipSpace()
    guard depth < Self.maximumDepth else { throw error(.tooDeep) }
    if take(UInt8(ascii: "{")) { return .object(try members(depth: depth + 1)) }
    if take(UInt8(ascii: "[")) { return .array(try elements(depth: depth + 1)) }
    if next == UInt8(ascii: "\"") { return .string(try string()) }
    if takeWord("true") { return .bool(true) }
    if takeWord("false") { return .bool(false) }
    guard let byte = next, byte == 0x2D || (0x30...0x39).contains(byte) else {
      throw error(.expectedValue)
    }
    return .number(try number())
  }

  /// Takes a word if it is next.
  ///
  /// What follows it is for the caller: a letter there is refused where a comma or an end is
  /// expected.
  private mutating func takeWord(_ word: String) -> Bool {
    guard text[offset...].starts(with: word.utf8) else { return false }
    offset += word.utf8.count
    return true
  }

  /// The elements behind an opening bracket.
  ///
  /// A comma before the closing one is refused, since a value is expected after it.
  private mutating func elements(depth: Int) throws(DescriptionError) -> [JSONValue] {
    var elements: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value(depth: depth))
      if take(UInt8(ascii: "]")) { return elements }
      guard take(UInt8(ascii: ",")) else { throw error(.expectedComma) }
    }
  }

  /// The members behind an opening brace, in their order.
  ///
  /// A key that comes twice is refused: which of the two counts would be a guess.
  private mutating func members(depth: Int) throws(DescriptionError) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    if take(UInt8(ascii: "}")) { return members }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error(.expectedKey) }
      let start = offset
      let key = try string()
      guard keys.insert(key).inserted else { throw .syntax(offset: start, .duplicateKey) }
      guard take(UInt8(ascii: ":")) else { throw error(.expectedColon) }
      members.append(JSONValue.Member(key, try value(depth: depth)))
      if take(UInt8(ascii: "}")) { return members }
      guard take(UInt8(ascii: ",")) else { throw error(.expectedComma) }
    }
  }

  /// A string; of the escapes only quote and backslash are accepted, since names need no others.
  private mutating func string() throws(DescriptionError) -> String {
    let start = offset
    offset += 1
    var bytes: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw error(.badString) }
      if byte == UInt8(ascii: "\\") {
        offset += 1
        guard next == 0x22 || next == 0x5C else { throw error(.badString) }
      }
      bytes.append(text[offset])
      offset += 1
    }
    guard next != nil else { throw error(.badString) }
    offset += 1
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw .syntax(offset: start, .notUTF8)
    }
    return string
  }

  /// A whole number without sign, fraction, exponent or leading zero.
  private mutating func number() throws(DescriptionError) -> UInt64 {
    let start = offset
    while let byte = next,
      (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
    {
      offset += 1
    }
    let digits = String(decoding: text[start..<offset], as: UTF8.self)
    guard digits == "0" || digits.first?.isNumber == true && digits.first != "0",
      let value = UInt64(digits)
    else { throw .syntax(offset: start, .badNumber) }
    return value
  }
}
