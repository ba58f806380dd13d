// A JSON value with its path, read with types. Every refusal names the path. The one JSON reader of
// the package: boot configurations and image descriptions are both read with it.

package import Bytes

/// A value and where it stands.
package struct Field {
  let value: JSONValue
  let path: String

  /// The value of a whole text.
  ///
  /// - Throws: `DescriptionError.syntax`.
  package init(parsing text: [UInt8]) throws(DescriptionError) {
    self.init(value: try JSONParser.parse(text), path: "")
  }

  private init(value: JSONValue, path: String) {
    self.value = value
    self.path = path
  }

  /// A refusal of this value.
  package func refused(_ problem: FieldProblem) -> DescriptionError {
    .field(path: path.isEmpty ? "(top)" : path, problem)
  }

  /// The elements of an array, each with its index in its path.
  func elements() throws(DescriptionError) -> [Field] {
    guard case .array(let values) = value else {
      throw refused(.wrongType(expected: "an array"))
    }
    return values.enumerated().map { Field(value: $0.element, path: "\(path)[\($0.offset)]") }
  }

  /// The members of an object, in the order of the text, each with its key in its path.
  package func members() throws(DescriptionError) -> [(key: String, value: Field)] {
    guard case .object(let members) = value else {
      throw refused(.wrongType(expected: "an object"))
    }
    return members.map { ($0.key, Field(value: $0.value, path: path(of: $0.key))) }
  }

  /// The path that a member has.
  func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Text.
  package func string() throws(DescriptionError) -> String {
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
  package func number<Number: FixedWidthInteger & UnsignedInteger>(
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
  package func named<Value: CaseIterable>(
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

  /// Bytes in lower-case hexadecimal digits.
  package func fixedBytes<let count: Int>(
    as type: FixedBytes<count>.Type = FixedBytes<count>.self
  ) throws(DescriptionError) -> FixedBytes<count> {
    let text = Array(try string().utf8)
    do throws(HexadecimalError) { return try Hexadecimal.parse(text[...]) } catch {
      throw refused(.badHexadecimal(digits: 2 * count))
    }
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
