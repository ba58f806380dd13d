// Runs the compiler, the linker and readelf. Everything is looked up in the folders of PATH and
// beside the Swift compiler; what is made lies in a temporary folder that is removed at the end.

import Foundation

/// A program that was found on this machine.
struct Tool {
  let path: String

  static let clang = Tool("clang")
  static let lld = Tool("ld.lld")
  static let swiftc = Tool("swiftc")
  static let gcc = Tool("gcc")
  static let readelf = Tool("readelf") ?? Tool("llvm-readelf")

  /// Whether programs can be built and described.
  static var canBuild: Bool { clang != nil && lld != nil && readelf != nil }

  init?(_ name: String) {
    let files = FileManager.default
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    // The linker may be only in the toolchain's own folder, where a `swift` of PATH points to.
    let toolchains = folders.map { folder in
      URL(fileURLWithPath: "\(folder)/swift").resolvingSymlinksInPath()
        .deletingLastPathComponent().path
    }
    let candidates = (folders.map(String.init) + toolchains).map { "\($0)/\(name)" }
    guard let found = candidates.first(where: files.isExecutableFile) else { return nil }
    path = found
  }

  /// What a run printed, and whether it succeeded.
  struct Outcome {
    let output: String
    let errors: String
    let succeeded: Bool
  }

  /// Runs the program to its end in `folder`.
  func run(_ arguments: [String], in folder: URL) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment
      .merging(["LC_ALL": "C"]) { _, new in new }
    // Files, not pipes: a program that prints much cannot block, and both streams stay apart.
    let name = UUID().uuidString
    let output = folder.appendingPathComponent("\(name).out")
    let errors = folder.appendingPathComponent("\(name).err")
    for file in [output, errors] { try Data().write(to: file) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self),
      succeeded: process.terminationStatus == 0)
  }
}

/// Runs `body` with a fresh folder and removes it afterwards.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("elf-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// A program that should have been built could not be.
struct BuildFailure: Error, CustomStringConvertible {
  let description: String
}
