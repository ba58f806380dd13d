// The build's input on the command line.

import BootImg

extension BuildInput {
  /// The options that say what an image is made from.
  static let options = [
    OptionSpecification("--profile", "NAME", .optional, "dev, release or smoke"),
    OptionSpecification("--image-version", "NUMBER", .optional, "grows with every release"),
    OptionSpecification("--kernel", "FILE", .optional, "the kernel's ELF file"),
    OptionSpecification("--root-task", "FILE", .optional, "the root task's ELF file"),
    OptionSpecification("--service", "NAME=FILE", .repeated, "an early service's ELF file"),
    OptionSpecification("--driver", "NAME=FILE", .repeated, "a driver's ELF file"),
    OptionSpecification(
      "--boot-config", "FILE", .optional, "the boot configuration; compiled if named .json"),
    OptionSpecification("--blob", "NAME=FILE", .repeated, "data of any kind"),
    OptionSpecification("--key", "FILE", .optional, "private key to sign with"),
  ]

  private static let singles: [(String, SectionFamily, String)] = [
    ("--kernel", .kernel, "kernel"), ("--root-task", .rootTask, "root-task"),
    ("--boot-config", .bootConfig, "boot-config"),
  ]
  private static let lists: [(String, SectionFamily)] = [
    ("--service", .earlyService), ("--driver", .driver), ("--blob", .blob),
  ]

  /// Adds what the command line says; its single values win over those already there.
  mutating func merge(_ arguments: Arguments) throws(ToolError) {
    if let text = arguments.value("--profile") { profile = try BootProfile(option: text) }
    imageVersion = try arguments.number("--image-version") ?? imageVersion
    keyPath = arguments.value("--key") ?? keyPath
    for (option, family, name) in Self.singles {
      guard let path = arguments.value(option) else { continue }
      sections.removeAll { $0.family == family }
      try addOption(option, family, name: name, path: path)
    }
    for (option, family) in Self.lists {
      for text in arguments.all(option) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else {
          throw .usage("option \(option): '\(text)' is not NAME=FILE")
        }
        try addOption(option, family, name: String(parts[0]), path: String(parts[1]))
      }
    }
  }

  private mutating func addOption(
    _ option: String, _ family: SectionFamily, name: String, path: String
  ) throws(ToolError) {
    do throws(Problem) { try add(family, name: name, path: path) } catch {
      throw .usage("option \(option): \(error.reason)")
    }
  }
}
