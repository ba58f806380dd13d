// A folder of its own for each test, and commands run in it.

import BootToolCore
import Foundation

/// A temporary folder that goes away with the value.
struct TestFolder: ~Copyable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/boot-tool-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Where a file of the folder is.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ name: String, _ contents: [UInt8]) throws -> String {
    try Data(contents).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  /// The contents of a file of the folder.
  func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// The names in the folder, sorted.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// Permission bits of a file of the folder.
  func mode(_ name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: file(name))
    return (attributes[.posixPermissions] as? Int) ?? -1
  }
}

/// What a command did.
struct Outcome: Equatable {
  var status: Int32
  var output = ""
  var errors = ""

  /// Runs a command in process.
  init(_ arguments: [String]) {
    var output = ""
    var errors = ""
    status = BootTool.run(
      arguments: arguments, output: { output += $0 }, errorOutput: { errors += $0 })
    self.output = output
    self.errors = errors
  }
}

/// The development keys of the repository.
enum DevelopmentKeys {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../integration/keys").standardized.path
  static let privatePath = folder + "/dev.key"
  static let publicPath = folder + "/dev.pub"
}

extension TestFolder {
  /// The options of a build with every family of section, without `-o`.
  func buildOptions(_ profile: String = "dev") throws -> [String] {
    [
      "build", "--profile", profile, "--image-version", "7",
      "--kernel", try write("kernel.elf", Array(repeating: 1, count: 5000)),
      "--root-task", try write("rootd.elf", "root task"),
      "--service", "vspaced=\(try write("vspaced.elf", "vspaced"))",
      "--service", "memd=\(try write("memd.elf", "memd"))",
      "--driver", "drv-serial=\(try write("serial.elf", "driver"))",
      "--boot-config", try write("boot-config.bin", SmallConfig.section(profile)),
      "--blob", "console-font=\(try write("font.pf2", "font"))",
    ]
  }

  /// Builds `boot.img`, signed with the development key, and returns its path.
  func buildSigned(_ profile: String = "dev") throws -> String {
    let image = file("boot.img")
    let outcome = Outcome(
      try buildOptions(profile) + ["--key", DevelopmentKeys.privatePath, "-o", image])
    guard outcome.status == 0 else { throw CocoaError(.fileReadUnknown) }
    return image
  }
}
