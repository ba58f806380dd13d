// boot-tool verify: what the loader checks before it trusts an image.

import BootImg
import ImageDescription

/// Verifying images.
enum VerifyCommand {
  static let command = Command(
    name: "verify",
    summary: "Checks structure, signature and hashes, as the loader does.",
    operands: ["IMAGE"],
    options: ImageVerification.options,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolError) -> String {
    let path = arguments.operand(0)
    let verification = try ImageVerification(arguments)
    let image = try ToolFiles.read(path)
    do throws(BootImageError) {
      return try verification.run(image) { verified in
        let manifest = verified.manifest
        return """
          \(path): verified, profile \(manifest.profile.text), image version \
          \(manifest.imageVersion), key \(Hexadecimal.text(verified.keyID))

          """
      }
    } catch {
      throw ToolError(path, error, layout: BootImageLayout(of: image))
    }
  }
}
