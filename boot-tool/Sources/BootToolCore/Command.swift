// What each command is: a name, the arguments it takes, and a function from arguments to text.

/// A command of boot-tool.
struct Command: Sendable {
  /// The word on the command line.
  let name: String
  /// One line for the list of commands.
  let summary: String
  /// The names of the arguments without a dash, in order; those in brackets, the last ones, may be
  /// absent.
  let operands: [String]
  /// The options it takes.
  let options: [OptionSpecification]
  /// Does the work and returns the text for standard output.
  let run: @Sendable (Arguments) throws(ToolError) -> String
}

extension Command {
  /// The help text of the command.
  var help: String {
    let forms = options.map(\.form)
    let width = forms.map(\.count).max() ?? 0
    let lines = zip(forms, options).map { form, option in
      "  \(form.padded(to: width))  \(option.help)\n"
    }
    return """
      usage: boot-tool \(([name] + operands).joined(separator: " ")) [OPTION...]

      \(summary)

      \(lines.joined())
      """
  }
}

/// An option that a command takes.
struct OptionSpecification: Sendable {
  /// How often an option may stand on the command line.
  enum Count: Sendable {
    /// Exactly once.
    case required
    /// At most once.
    case optional
    /// Any number of times.
    case repeated
  }

  /// The option with its dashes.
  let name: String
  /// What its value is called in the help text; `nil` for an option without value.
  let value: String?
  /// How often it may stand there.
  let count: Count
  /// One line of help.
  let help: String

  init(_ name: String, _ value: String?, _ count: Count, _ help: String) {
    self.name = name
    self.value = value
    self.count = count
    self.help = help
  }

  /// The option as the help text shows it.
  var form: String {
    guard let value else { return name }
    return "\(name) \(value)"
  }
}
