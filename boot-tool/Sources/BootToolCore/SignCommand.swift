// boot-tool sign: sets key id and signature of an image.

/// Signing images.
enum SignCommand {
  static let command = Command(
    name: "sign",
    summary: "Checks structure and hashes and signs an image, replacing an earlier signature.",
    operands: ["IMAGE"],
    options: [
      OptionSpecification("--key", "FILE", .required, "private key to sign with"),
      OptionSpecification("-o", "FILE", .optional, "the image to write (default: IMAGE itself)"),
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolError) -> String {
    let path = arguments.operand(0)
    var image = try ToolFiles.read(path)
    // A signature vouches for the contents, so the table must be true before it is signed.
    let report = try ImageReport(image, path: path)
    for index in report.sections.indices {
      _ = try report.checkedPayload(index, of: image, path: path)
    }
    let key = try arguments.required("--key")
    try ToolFiles.sign(&image, imagePath: path, keyPath: key)
    try ToolFiles.write(arguments.value("-o") ?? path, image)
    return ""
  }
}
