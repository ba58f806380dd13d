// Command-line parsing. Every argument is an option that the command declares or an operand;
// whatever else stands there is an error.

/// The parsed arguments of one command.
struct Arguments: Equatable {
  private var values: [String: [String]] = [:]
  private var operands: [String] = []

  /// Parses `--name VALUE`, `--name=VALUE`, `--switch` and operands in any order.
  ///
  /// - Throws: `ToolError.usage` for an unknown or repeated option, a value missing or too many,
  ///   a required option or operand missing, and an operand too many.
  init(
    parsing arguments: [String], options: [OptionSpecification], operands names: [String]
  ) throws(ToolError) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-") else {
        operands.append(argument)
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let option = options.first(where: { $0.name == name }) else {
        throw .usage("unknown option '\(name)'")
      }
      if values[name] != nil, option.count != .repeated {
        throw .usage("option \(name) is given twice")
      }
      let inline = parts.count == 2 ? String(parts[1]) : nil
      values[name, default: []].append(try Self.value(of: option, inline: inline, &rest))
    }
    for option in options where option.count == .required && values[option.name] == nil {
      throw .usage("option \(option.name) is missing")
    }
    let required = names.prefix { !$0.hasPrefix("[") }
    guard operands.count >= required.count else {
      throw .usage("argument \(names[operands.count]) is missing")
    }
    guard operands.count <= names.count else {
      throw .usage("unexpected argument '\(operands[names.count])'")
    }
  }

  private static func value(
    of option: OptionSpecification, inline: String?, _ rest: inout ArraySlice<String>
  ) throws(ToolError) -> String {
    guard option.value != nil else {
      guard inline == nil else { throw .usage("option \(option.name) takes no value") }
      return ""
    }
    guard let value = inline ?? rest.popFirst() else {
      throw .usage("option \(option.name) needs a value")
    }
    return value
  }

  /// An operand that may be absent.
  func optionalOperand(_ index: Int) -> String? {
    operands.indices.contains(index) ? operands[index] : nil
  }

  /// An operand by its place; all that the command requires are there.
  func operand(_ index: Int) -> String { operands[index] }

  /// Whether an option without value is there.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// All values of an option, in order.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of an option that stands there at most once.
  func value(_ name: String) -> String? { values[name]?.first }

  /// The value of a required option.
  func required(_ name: String) throws(ToolError) -> String {
    guard let value = value(name) else { throw .usage("option \(name) is missing") }
    return value
  }

  /// An option's value as a number.
  ///
  /// - Throws: `ToolError.usage` when it is not a decimal number of 64 bits.
  func number(_ name: String) throws(ToolError) -> UInt64? {
    guard let text = value(name) else { return nil }
    // UInt64's own parsing would take a sign.
    guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = UInt64(text) else {
      throw .usage("option \(name): '\(text)' is not a number")
    }
    return number
  }
}
