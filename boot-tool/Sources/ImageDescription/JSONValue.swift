// The part of JSON (RFC 8259) that descriptions use: no null, no fractions, no negative numbers,
// keys unique and in their order. Foundation's reader keeps neither order nor duplicates.

/// A JSON value.
indirect enum JSONValue: Equatable {
  /// Members in the order of the text.
  case object([Member])
  /// Elements.
  case array([JSONValue])
  /// Text.
  case string(String)
  /// A whole number.
  case number(UInt64)
  /// True or false.
  case bool(Bool)

  /// A key with its value.
  struct Member: Equatable {
    let key: String
    let value: JSONValue

    init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }
}
