// Boot configurations for images of tests: the shipped one of two services, for each profile.

import Foundation
import ImageDescription

enum SmallConfig {
  /// The source text for a profile.
  static func source(_ profile: String) throws -> String {
    let path = DevelopmentKeys.folder + "/../boot-config/smoke.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    guard profile != "smoke" else { return text }
    // Only smoke images may have switches.
    return
      text
      .replacing("  \"switches\": {\"debugExit\": true},\n", with: "")
      .replacing("\"profile\": \"smoke\"", with: "\"profile\": \"\(profile)\"")
  }

  /// The source text of the whole system, for dev images.
  static func system() throws -> String {
    let path = DevelopmentKeys.folder + "/../boot-config/system.json"
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  /// The compiled form for a profile.
  static func section(_ profile: String) throws -> [UInt8] {
    try sections[profile, default: .failure(CocoaError(.fileNoSuchFile))].get()
  }

  /// Compiled once: nearly every test builds an image.
  private static let sections = Dictionary(
    uniqueKeysWithValues: ["dev", "release", "smoke"].map { profile in
      (profile, Result { try compileBootConfig(Array(source(profile).utf8)) })
    })
}
