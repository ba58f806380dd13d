// From the bytes of a terminal to keys: UTF-8 (Unicode table 3-7), control characters, and the
// sequences of ECMA-48 and xterm for keys. Bytes may come in any pieces; what is malformed gives no
// key, and never swallows the control character that ends it.

public import IPC

/// Takes the bytes of a terminal apart.
public struct KeyDecoder: Equatable, BitwiseCopyable, Sendable {
  private enum State: Equatable, BitwiseCopyable {
    case ground
    /// `left` more bytes of a character follow, the next of them in `lowest...highest`.
    case character(scalar: UInt32, left: UInt8, lowest: UInt8, highest: UInt8)
    case escape
    /// Behind `ESC [`, with so many bytes of it.
    case sequence(length: UInt8)
    /// Behind `ESC O`.
    case single
    /// One more byte belongs to a sequence that has no meaning.
    case ignored
  }

  /// Longest sequence that is waited for: no key has one half as long.
  private static let longestSequence: UInt8 = 32

  private var state = State.ground
  private var firstParameter: UInt16 = 0
  private var parameter: UInt16 = 0
  /// The last key was a carriage return: a line feed behind it is the same Enter.
  private var isAfterReturn = false

  /// A decoder between two keys.
  public init() {}

  /// Takes the next byte.
  ///
  /// - Returns: The key that ends with it, if one does.
  public mutating func take(_ byte: UInt8) -> SerialKey? {
    let wasAfterReturn = isAfterReturn
    isAfterReturn = false
    switch state {
    case .ground: return ground(byte, wasAfterReturn)
    case .character(let scalar, let left, let lowest, let highest):
      guard byte >= lowest, byte <= highest else { return ground(byte, false) }
      let more = scalar << 6 | UInt32(byte & 0x3F)
      guard left == 1 else {
        state = .character(scalar: more, left: left - 1, lowest: 0x80, highest: 0xBF)
        return nil
      }
      state = .ground
      return SerialKey(.character, scalar: more)
    case .escape: return afterEscape(byte)
    case .sequence(let length): return sequence(byte, length)
    case .single:
      state = .ground
      guard byte >= 0x40, byte < 0x7F else { return ground(byte, false) }
      return byte == UInt8(ascii: "M") ? SerialKey(.enter) : Self.letter(byte, modifier: 0)
    case .ignored:
      state = .ground
      return byte >= 0x20 && byte < 0x7F ? nil : ground(byte, false)
    }
  }

  // MARK: Bytes outside sequences

  private mutating func ground(_ byte: UInt8, _ wasAfterReturn: Bool) -> SerialKey? {
    state = .ground
    switch byte {
    case 0x0A: return wasAfterReturn ? nil : SerialKey(.enter)
    case 0x0D:
      isAfterReturn = true
      return SerialKey(.enter)
    case 0x09: return SerialKey(.tab)
    case 0x08, 0x7F: return SerialKey(.backspace)
    case 0x1B:
      state = .escape
      return nil
    case 0x01...0x1A: return SerialKey(.control, scalar: UInt32(byte) + 0x60)
    case 0x20...0x7E: return SerialKey(.character, scalar: UInt32(byte))
    default:
      begin(byte)
      return nil
    }
  }

  /// Begins a character of several bytes, if the byte can; which second bytes are well-formed
  /// depends on the first.
  private mutating func begin(_ byte: UInt8) {
    let bits = UInt32(byte)
    switch byte {
    case 0xC2...0xDF: expect(bits & 0x1F, 1, 0x80, 0xBF)
    case 0xE0: expect(bits & 0x0F, 2, 0xA0, 0xBF)
    case 0xED: expect(bits & 0x0F, 2, 0x80, 0x9F)
    case 0xE1...0xEF: expect(bits & 0x0F, 2, 0x80, 0xBF)
    case 0xF0: expect(bits & 0x07, 3, 0x90, 0xBF)
    case 0xF1...0xF3: expect(bits & 0x07, 3, 0x80, 0xBF)
    case 0xF4: expect(bits & 0x07, 3, 0x80, 0x8F)
    default: break
    }
  }

  private mutating func expect(_ scalar: UInt32, _ left: UInt8, _ lowest: UInt8, _ highest: UInt8) {
    state = .character(scalar: scalar, left: left, lowest: lowest, highest: highest)
  }

  // MARK: Sequences

  private mutating func afterEscape(_ byte: UInt8) -> SerialKey? {
    switch byte {
    case UInt8(ascii: "["):
      firstParameter = 0
      parameter = 0
      state = .sequence(length: 0)
      return nil
    case UInt8(ascii: "O"):
      state = .single
      return nil
    // Escape twice: the first was the key.
    case 0x1B: return SerialKey(.escape)
    case 0x20...0x7E:
      state = .ground
      return SerialKey(.alt, scalar: UInt32(byte))
    // Alt with backspace erases a word.
    case 0x7F:
      state = .ground
      return SerialKey(.control, scalar: 0x77)
    default: return ground(byte, false)
    }
  }

  private mutating func sequence(_ byte: UInt8, _ length: UInt8) -> SerialKey? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      let digit = UInt16(byte - UInt8(ascii: "0"))
      // Saturates well above every number that means something.
      parameter = min(parameter, 999) * 10 + digit
    case UInt8(ascii: ";"):
      if firstParameter == 0 { firstParameter = parameter }
      parameter = 0
    case 0x20...0x3F: break
    // The Linux console's function keys: one more byte follows.
    case UInt8(ascii: "[") where length == 0:
      state = .ignored
      return nil
    case 0x40...0x7E:
      state = .ground
      guard byte != UInt8(ascii: "~") else {
        return Self.numbered(firstParameter == 0 ? parameter : firstParameter)
      }
      return Self.letter(byte, modifier: firstParameter == 0 ? 0 : parameter)
    default: return ground(byte, false)
    }
    state = length < Self.longestSequence ? .sequence(length: length + 1) : .ground
    return nil
  }

  /// The key whose sequence ends with a letter; modifiers as xterm has them: 3 Alt, 5 Ctrl, 7 both.
  private static func letter(_ byte: UInt8, modifier: UInt16) -> SerialKey? {
    let isWord = modifier == 3 || modifier == 5 || modifier == 7
    switch byte {
    case UInt8(ascii: "A"): return SerialKey(.up)
    case UInt8(ascii: "B"): return SerialKey(.down)
    case UInt8(ascii: "C"): return SerialKey(isWord ? .wordRight : .right)
    case UInt8(ascii: "D"): return SerialKey(isWord ? .wordLeft : .left)
    case UInt8(ascii: "H"): return SerialKey(.home)
    case UInt8(ascii: "F"): return SerialKey(.end)
    default: return nil
    }
  }

  private static func numbered(_ number: UInt16) -> SerialKey? {
    switch number {
    case 1, 7: SerialKey(.home)
    case 2: SerialKey(.insert)
    case 3: SerialKey(.delete)
    case 4, 8: SerialKey(.end)
    case 5: SerialKey(.pageUp)
    case 6: SerialKey(.pageDown)
    default: nil
    }
  }
}
