// Finds and runs the compiler and the linker.

import Foundation
import Testing

enum HostTool {
  /// Whether programs can be built.
  static let canBuild = path(of: "clang") != nil && path(of: "ld.lld") != nil

  /// Runs a tool to its end in `folder`; a failure ends the test.
  static func run(_ tool: String, _ arguments: [String], in folder: URL) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(path(of: tool)))
    process.arguments = arguments
    process.currentDirectoryURL = folder
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(tool) failed")
  }

  /// Finds a tool in the folders of PATH or beside the Swift compiler.
  private static func path(of tool: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let toolchains = folders.map { folder in
      URL(fileURLWithPath: "\(folder)/swift").resolvingSymlinksInPath()
        .deletingLastPathComponent().path
    }
    return (folders.map(String.init) + toolchains).map { "\($0)/\(tool)" }
      .first(where: FileManager.default.isExecutableFile)
  }
}
