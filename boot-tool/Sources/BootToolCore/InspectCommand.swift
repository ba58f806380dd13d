// boot-tool inspect: what an image says about itself.

/// Describing images.
enum InspectCommand {
  static let command = Command(
    name: "inspect",
    summary: "Prints an image's header, manifest and section table; verifies nothing.",
    operands: ["IMAGE", "[NEWER]"],
    options: [
      OptionSpecification("--json", nil, .optional, "print JSON"),
      OptionSpecification(
        "--authority", nil, .optional,
        "draw who may do what, as SVG; with NEWER print what differs there"),
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolError) -> String {
    let path = arguments.operand(0)
    if arguments.has("--authority") {
      guard !arguments.has("--json") else {
        throw .usage("--json says all that --authority draws; give one of them")
      }
      guard let newer = arguments.optionalOperand(1) else {
        return try AuthorityReport.picture(of: path)
      }
      return try AuthorityReport.differences(path, newer)
    }
    if let newer = arguments.optionalOperand(1) {
      throw .usage("unexpected argument '\(newer)'")
    }
    let report = try ImageReport(try ToolFiles.read(path), path: path)
    return arguments.has("--json") ? report.json : report.table
  }
}
