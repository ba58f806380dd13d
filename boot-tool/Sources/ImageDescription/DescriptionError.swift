// Why a description is refused. Every error names the place: a byte of the text, a path in the
// JSON, or the roles of a broken rule. The text for people is `description`.

public import Bootstrap
public import Handoff

/// A refusal of a JSON description or of the bytes to be described.
public enum DescriptionError: Error, Equatable, Sendable {
  /// The text is not the JSON that is accepted: docs/reference/boot-config.md, "Source text".
  case syntax(offset: Int, SyntaxProblem)
  /// A value is missing, unknown or out of its range.
  case field(path: String, FieldProblem)
  /// The values of one entry do not go together, or entries are out of order.
  case form(path: String, FormatError)
  /// The entries do not go together.
  case rule(LaunchRuleError)
  /// The configuration is for images of another profile.
  case wrongProfile(found: BuildProfile, expected: BuildProfile)
}

/// What is wrong with the text.
public enum SyntaxProblem: String, Error, Sendable {
  /// Not UTF-8.
  case notUTF8 = "not UTF-8"
  /// Something else than a value.
  case expectedValue = "expected a value"
  /// A value inside an object without a name before it.
  case expectedKey = "expected a key in quotes"
  /// No colon after a key.
  case expectedColon = "expected a colon"
  /// Neither a comma nor the end of the list.
  case expectedComma = "expected a comma or the end"
  /// A string without end, or with a control character or an escape that is not accepted.
  case badString = "bad string"
  /// Not a whole number from 0 to 2^64 - 1.
  case badNumber = "not a whole number from 0 to 2^64 - 1"
  /// A key that the object has already.
  case duplicateKey = "duplicate key"
  /// More than 16 lists inside one another.
  case tooDeep = "nested too deeply"
  /// Text after the value.
  case trailing = "text after the end"
}

/// What is wrong with a value.
public enum FieldProblem: Error, Equatable, Sendable {
  /// A required key is not there.
  case missing
  /// The object has no such key.
  case unknownKey
  /// A key that has to be a name of some kind, and is none.
  case badKey(expected: String)
  /// Another type of value.
  case wrongType(expected: String)
  /// No such name.
  case unknownName(String)
  /// A number above the largest.
  case tooLarge(found: UInt64, limit: UInt64)
  /// A name listed twice.
  case duplicate(String)
  /// Not the number of lower-case hexadecimal digits that is needed.
  case badHexadecimal(digits: Int)
}

extension DescriptionError: CustomStringConvertible {
  /// Place and reason in one line.
  public var description: String {
    switch self {
    case .syntax(let offset, let problem): "at byte \(offset): \(problem.rawValue)"
    case .field(let path, let problem): "\(path): \(problem)"
    case .form(let path, let error): "\(path): \(error.reason)"
    case .rule(let error): "rule broken: \(error.reason)"
    case .wrongProfile(let found, let expected):
      "profile: the boot configuration is for \(found) and the image for \(expected)"
    }
  }
}

extension FieldProblem: CustomStringConvertible {
  /// The reason in words.
  public var description: String {
    switch self {
    case .missing: "missing"
    case .unknownKey: "unknown key"
    case .badKey(let expected): "the key is not \(expected)"
    case .wrongType(let expected): "expected \(expected)"
    case .unknownName(let name): "unknown name \"\(name)\""
    case .tooLarge(let found, let limit): "\(found) is above the largest value, \(limit)"
    case .duplicate(let name): "\"\(name)\" listed twice"
    case .badHexadecimal(let digits): "expected \(digits) lower-case hexadecimal digits"
    }
  }
}
