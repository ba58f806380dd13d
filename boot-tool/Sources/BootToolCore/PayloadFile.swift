// The bytes of a section: a file as it is, or a boot configuration compiled from JSON. What the
// file of a program contains is for its loader to judge; a boot configuration is judged here, since
// authority must not be found wrong only when the machine starts.

import BootImg
import Handoff
import ImageDescription

/// Reading of payloads.
enum PayloadFile {
  /// The payload of a section of an image of `profile`.
  ///
  /// A boot configuration, compiled or not, keeps every rule and is for the image's profile.
  static func read(
    _ section: BuildInput.Section, for profile: BootProfile
  ) throws(ToolError) -> [UInt8] {
    let contents = try ToolFiles.read(section.path)
    guard !contents.isEmpty else {
      throw .file(section.path, offset: nil, reason: "the file is empty")
    }
    guard section.family == .bootConfig else { return contents }
    do throws(DescriptionError) {
      let isSource = section.path.hasSuffix(".json")
      let config = isSource ? try compileBootConfig(contents) : contents
      try BootConfigSummary(config).check(for: BuildProfile(profile))
      return config
    } catch {
      throw ToolError(section.path, error)
    }
  }
}

extension BuildProfile {
  /// The profile of a boot configuration that belongs to an image's profile.
  init(_ profile: BootProfile) {
    self =
      switch profile {
      case .dev: .dev
      case .release: .release
      case .smoke: .smoke
      }
  }
}
