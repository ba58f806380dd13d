// The bytes of a section: a file as it is, or a boot configuration compiled from JSON.

import BootImg
import ImageDescription

/// Reading of payloads.
enum PayloadFile {
  /// The payload of a section.
  static func read(_ section: BuildInput.Section) throws(ToolError) -> [UInt8] {
    let contents = try ToolFiles.read(section.path)
    guard section.family == .bootConfig, section.path.hasSuffix(".json") else { return contents }
    do throws(DescriptionError) { return try compileBootConfig(contents) } catch {
      guard case .syntax(let offset, let problem) = error else {
        throw .file(section.path, offset: nil, reason: error.description)
      }
      throw .file(section.path, offset: offset, reason: problem.rawValue)
    }
  }
}
