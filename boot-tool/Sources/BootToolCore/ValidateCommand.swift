// boot-tool validate: the structure of an image, signed or not.

import BootImg
import Bytes

/// Checking structure.
enum ValidateCommand {
  static let command = Command(
    name: "validate",
    summary: "Checks an image's structure; neither signature nor hashes.",
    operands: ["IMAGE"],
    options: [],
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolError) -> String {
    let path = arguments.operand(0)
    let image = try ToolFiles.read(path)
    let report = try ImageReport(image, path: path)
    return "\(path): valid structure, \(report.sections.count) sections, not verified\n"
  }
}
