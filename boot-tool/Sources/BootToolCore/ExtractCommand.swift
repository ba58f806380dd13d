// boot-tool extract: one section's payload as a file.

import BootImg

/// Taking payloads out.
enum ExtractCommand {
  static let command = Command(
    name: "extract",
    summary: "Writes the payload of one section to a file, after verification.",
    operands: ["IMAGE"],
    options: [
      OptionSpecification(
        "--section", "FAMILY/NAME", .required, "the section, as inspect names it"),
      OptionSpecification("-o", "FILE", .required, "the file to write"),
      OptionSpecification(
        "--unverified", nil, .optional, "instead of --key: check the section's hash only"),
    ] + ImageVerification.options,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolError) -> String {
    let path = arguments.operand(0)
    let image: [UInt8]
    if arguments.has("--unverified") {
      guard !arguments.has("--key") else {
        throw .usage("options --unverified and --key exclude each other")
      }
      image = try ToolFiles.read(path)
    } else {
      let verification = try ImageVerification(arguments)
      image = try ToolFiles.read(path)
      // Verified and extracted are the same bytes in memory: the file is not read again.
      do throws(BootImageError) { try verification.run(image) { _ in } } catch {
        throw ToolError(path, error, layout: BootImageLayout(of: image))
      }
    }
    let payload = try payload(of: try arguments.required("--section"), in: image, path: path)
    try ToolFiles.write(try arguments.required("-o"), payload)
    return ""
  }

  /// The payload of the named section, whose hash is checked.
  private static func payload(
    of section: String, in image: [UInt8], path: String
  ) throws(ToolError) -> [UInt8] {
    let report = try ImageReport(image, path: path)
    guard
      let index = report.sections.firstIndex(where: {
        "\($0.family.text)/\($0.name.text)" == section
      })
    else {
      throw .file(path, offset: nil, reason: "there is no section '\(section)'")
    }
    return Array(try report.checkedPayload(index, of: image, path: path))
  }
}
