// boot-tool inspect: what an image says about itself.

/// Describing images.
enum InspectCommand {
  static let command = Command(
    name: "inspect",
    summary: "Prints an image's header, manifest and section table; verifies nothing.",
    operands: ["IMAGE"],
    options: [OptionSpecification("--json", nil, .optional, "print JSON")],
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolError) -> String {
    let path = arguments.operand(0)
    let report = try ImageReport(try ToolFiles.read(path), path: path)
    return arguments.has("--json") ? report.json : report.table
  }
}
