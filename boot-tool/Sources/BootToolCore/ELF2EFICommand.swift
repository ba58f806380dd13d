// boot-tool elf2efi: turns the loader's ELF file into a UEFI application.

import Bytes
import PEImage

/// Converting the loader.
enum ELF2EFICommand {
  static let command = Command(
    name: "elf2efi",
    summary: "Converts a static position-independent ELF file into a UEFI application.",
    operands: ["ELF"],
    options: [OptionSpecification("-o", "FILE", .required, "the application to write")],
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolError) -> String {
    let path = arguments.operand(0)
    let file = try ToolFiles.read(path)
    let application: [UInt8]
    do throws(PEImageError) { application = try PEWriter.convert(file.span.rawBytes) } catch {
      throw ToolError(path, error)
    }
    try ToolFiles.write(try arguments.required("-o"), application)
    return ""
  }
}
