// The program as a function: finds the command, runs it, and turns its errors into text and an
// exit code. Prints nothing here, so tests run whole commands in process.

/// The boot-tool command line.
public enum BootTool {
  /// All commands, in the order of the help text.
  static let commands: [Command] = [
    BuildCommand.command, SignCommand.command, ValidateCommand.command, InspectCommand.command,
    VerifyCommand.command, ExtractCommand.command, KeygenCommand.command, ELF2EFICommand.command,
  ]

  /// Runs one command.
  ///
  /// - Parameters:
  ///   - arguments: The command line without the program's name.
  ///   - output: Gets the text for standard output.
  ///   - errorOutput: Gets the text for standard error.
  /// - Returns: 0 when it worked, 1 when the input is bad, 2 when the command line is.
  public static func run(
    arguments: [String], output: (String) -> Void, errorOutput: (String) -> Void
  ) -> Int32 {
    guard let name = arguments.first else {
      errorOutput(help)
      return 2
    }
    if name == "--help" || name == "-h" || name == "help" {
      output(help)
      return 0
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      errorOutput("boot-tool: unknown command '\(name)'; see boot-tool --help\n")
      return 2
    }
    let rest = Array(arguments.dropFirst())
    if rest.contains("--help") || rest.contains("-h") {
      output(command.help)
      return 0
    }
    return run(command, rest, output: output, errorOutput: errorOutput)
  }

  private static func run(
    _ command: Command, _ rest: [String], output: (String) -> Void,
    errorOutput: (String) -> Void
  ) -> Int32 {
    do throws(ToolError) {
      let arguments = try Arguments(
        parsing: rest, options: command.options, operands: command.operands)
      output(try command.run(arguments))
      return 0
    } catch {
      errorOutput(error.message(command: command.name))
      return error.exitCode
    }
  }

  /// The help text of the program.
  static var help: String {
    let width = commands.map(\.name.count).max() ?? 0
    let lines = commands.map { command in
      "  \(command.name.padded(to: width))  \(command.summary)\n"
    }
    return """
      usage: boot-tool COMMAND [ARGUMENT...]

      Makes and examines signed boot images.

      \(lines.joined())
      boot-tool COMMAND --help tells more about a command.
      Exit codes: 0 done, 1 the input is bad, 2 the command line is bad.

      """
  }
}
