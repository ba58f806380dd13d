// What READ_LINE carries: a line to begin with, and the line as the person left it.

/// A line that a person shall edit.
public struct LinePrompt: ~Escapable {
  /// What stands before the line, at most 64 bytes.
  public var prompt: LogText
  /// What the line begins with, at most 900 bytes.
  public var text: LogText
  /// Where the cursor stands: bytes of the text before it, whole characters.
  public var cursor: UInt16

  /// Lengths of a prompt.
  public static let promptLengths: ClosedRange<UInt16> = 0...64
  /// Lengths of a line.
  public static let lengths: ClosedRange<UInt16> = 0...900

  /// A line of these parts.
  @_lifetime(copy prompt, copy text)
  public init(prompt: LogText, text: LogText, cursor: UInt16) {
    self.prompt = prompt
    self.text = text
    self.cursor = cursor
  }

  @_lifetime(copy reader)
  init(from reader: inout BodyReader) throws(ProtocolError) {
    let promptLength = try reader.integer(in: Self.promptLengths)
    let length = try reader.integer(in: Self.lengths)
    cursor = try reader.integer()
    try reader.reserved(2)
    try reader.require(Int(promptLength) + Int(length) == reader.remaining, at: 2)
    prompt = try reader.text(promptLength)
    text = try reader.text(length)
    try reader.require(text.isBoundary(cursor), at: 4)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.integer(prompt.length, in: Self.promptLengths)
    try writer.integer(text.length, in: Self.lengths)
    try writer.require(text.isBoundary(cursor), at: 4)
    try writer.integer(cursor)
    try writer.reserved(2)
    try writer.bytes(prompt.bytes)
    try writer.bytes(text.bytes)
  }
}

/// Why READ_LINE came back.
public enum LineEnd: UInt8, BitwiseCopyable, Sendable {
  /// Enter: the line is done.
  case line = 1
  /// Tab: the reader may complete the word before the cursor.
  case complete = 2
  /// Arrow up or Ctrl-P: the reader may show an earlier line.
  case previous = 3
  /// Arrow down or Ctrl-N: the reader may show a later line.
  case next = 4
  /// Ctrl-C: the line is given up.
  case interrupt = 5
  /// Ctrl-D on an empty line.
  case end = 6
}

/// A line as the person left it.
public struct LineInput: ~Escapable {
  /// Why it comes now.
  public var end: LineEnd
  /// The line, at most 900 bytes.
  public var text: LogText
  /// Where the cursor stood: bytes of the text before it, whole characters.
  public var cursor: UInt16

  /// A line of these parts.
  @_lifetime(copy text)
  public init(end: LineEnd, text: LogText, cursor: UInt16) {
    self.end = end
    self.text = text
    self.cursor = cursor
  }

  @_lifetime(copy reader)
  init(from reader: inout BodyReader) throws(ProtocolError) {
    end = try reader.value()
    try reader.reserved(1)
    let length = try reader.integer(in: LinePrompt.lengths)
    cursor = try reader.integer()
    try reader.reserved(2)
    text = try reader.text(length, lengthAt: 2)
    try reader.require(text.isBoundary(cursor), at: 4)
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.value(end)
    try writer.reserved(1)
    try writer.integer(text.length, in: LinePrompt.lengths)
    try writer.require(text.isBoundary(cursor), at: 4)
    try writer.integer(cursor)
    try writer.reserved(2)
    try writer.bytes(text.bytes)
  }
}
