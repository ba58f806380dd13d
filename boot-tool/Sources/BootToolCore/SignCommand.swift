// boot-tool sign: sets key id and signature of an image.

/// Signing images.
enum SignCommand {
  static let command = Command(
    name: "sign",
    summary: "Signs an image, replacing an earlier signature.",
    operands: ["IMAGE"],
    options: [
      OptionSpecification("--key", "FILE", .required, "private key to sign with"),
      OptionSpecification("-o", "FILE", .optional, "the image to write (default: IMAGE itself)"),
    ],
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolError) -> String {
    let path = arguments.operand(0)
    var image = try ToolFiles.read(path)
    let key = try arguments.required("--key")
    try ToolFiles.sign(&image, imagePath: path, keyPath: key)
    try ToolFiles.write(arguments.value("-o") ?? path, image)
    return ""
  }
}
