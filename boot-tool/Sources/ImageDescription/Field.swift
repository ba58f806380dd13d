// A JSON value with its path, read with types. Every refusal names the path, and an object is only
// accepted when all its keys were asked for.

/// A value and where it stands.
struct Field {
  let value: JSONValue
  let path: String

  /// A refusal of this value.
  func refused(_ problem: FieldProblem) -> DescriptionError {
    .field(path: path.isEmpty ? "(top)" : path, problem)
  }

  /// The elements of an array, each with its index in its path.
  func elements() throws(DescriptionError) -> [Field] {
    guard case .array(let values) = value else {
      throw refused(.wrongType(expected: "an array"))
    }
    return values.enumerated().map { Field(value: $0.element, path: "\(path)[\($0.offset)]") }
  }

  /// Text.
  func string() throws(DescriptionError) -> String {
    guard case .string(let string) = value else {
      throw refused(.wrongType(expected: "a string"))
    }
    return string
  }

  /// True or false; numbers do not count as either.
  func bool() throws(DescriptionError) -> Bool {
    guard case .bool(let bool) = value else {
      throw refused(.wrongType(expected: "true or false"))
    }
    return bool
  }

  /// A number, or a string of `0x` and hexadecimal digits, that fits the type.
  func number<Number: FixedWidthInteger & UnsignedInteger>(
    as type: Number.Type = Number.self
  ) throws(DescriptionError) -> Number {
    let number: UInt64
    switch value {
    case .number(let found): number = found
    case .string(let text) where text.hasPrefix("0x"):
      let digits = text.dropFirst(2)
      guard digits.allSatisfy(\.isHexDigit), let found = UInt64(digits, radix: 16) else {
        throw refused(.wrongType(expected: "a number"))
      }
      number = found
    default: throw refused(.wrongType(expected: "a number"))
    }
    guard let result = Number(exactly: number) else {
      throw refused(.tooLarge(found: number, limit: UInt64(Number.max)))
    }
    return result
  }

  /// A number of bytes: plain, or a string with the unit KiB, MiB or GiB.
  func size() throws(DescriptionError) -> UInt64 {
    guard case .string(let text) = value, !text.hasPrefix("0x") else { return try number() }
    for unit in ByteUnit.allCases where text.hasSuffix(unit.rawValue) {
      let digits = text.dropLast(unit.rawValue.count)
      guard digits.allSatisfy(\.isNumber), let count = UInt64(digits) else { break }
      let limit = UInt64.max >> unit.shift
      guard count <= limit else { throw refused(.tooLarge(found: count, limit: limit)) }
      return count << unit.shift
    }
    throw refused(.wrongType(expected: "a number of bytes, KiB, MiB or GiB"))
  }

  /// A case by the name that it has in the sources: a renamed case changes the text that is
  /// accepted, which the shipped files and their test make visible.
  func named<Value: CaseIterable>(
    as type: Value.Type = Value.self
  ) throws(DescriptionError) -> Value {
    let name = try string()
    guard let value = Value.allCases.first(where: { "\($0)" == name }) else {
      throw refused(.unknownName(name))
    }
    return value
  }

  /// A list of different strings.
  func names() throws(DescriptionError) -> [Field] {
    let elements = try elements()
    var seen: Set<String> = []
    for element in elements {
      let name = try element.string()
      guard seen.insert(name).inserted else { throw element.refused(.duplicate(name)) }
    }
    return elements
  }

  /// Bytes in hexadecimal digits.
  func bytes(count: Int) throws(DescriptionError) -> [UInt8] {
    let digits = Array(try string().utf8)
    let problem = refused(.badHexadecimal(digits: count * 2))
    guard digits.count == count * 2 else { throw problem }
    var bytes: [UInt8] = []
    for index in 0..<count {
      let high = Character(UnicodeScalar(digits[index * 2])).hexDigitValue
      let low = Character(UnicodeScalar(digits[index * 2 + 1])).hexDigitValue
      guard let high, let low else { throw problem }
      bytes.append(UInt8(high * 16 + low))
    }
    return bytes
  }
}

/// Units of sizes, largest first.
enum ByteUnit: String, CaseIterable {
  case gibibyte = "GiB"
  case mebibyte = "MiB"
  case kibibyte = "KiB"

  /// The unit as a power of two.
  var shift: UInt64 {
    switch self {
    case .gibibyte: 30
    case .mebibyte: 20
    case .kibibyte: 10
    }
  }
}

/// The members of an object, each to be asked for by its key.
///
/// INVARIANT: `members` holds exactly what nobody asked for yet, which is what `finish` refuses.
struct Fields {
  private let object: Field
  private var members: [String: JSONValue] = [:]
  private var order: [String] = []

  /// The members of `field`.
  init(_ field: Field) throws(DescriptionError) {
    guard case .object(let list) = field.value else {
      throw field.refused(.wrongType(expected: "an object"))
    }
    object = field
    for member in list {
      members[member.key] = member.value
      order.append(member.key)
    }
  }

  /// The path of a member.
  private func path(_ key: String) -> String {
    object.path.isEmpty ? key : "\(object.path).\(key)"
  }

  /// Takes an optional member.
  mutating func optional(_ key: String) -> Field? {
    guard let value = members.removeValue(forKey: key) else { return nil }
    return Field(value: value, path: path(key))
  }

  /// Takes a required member.
  mutating func take(_ key: String) throws(DescriptionError) -> Field {
    guard let field = optional(key) else { throw .field(path: path(key), .missing) }
    return field
  }

  /// Refuses the first member that nobody asked for.
  func finish() throws(DescriptionError) {
    guard let key = order.first(where: { members[$0] != nil }) else { return }
    throw .field(path: path(key), .unknownKey)
  }
}
