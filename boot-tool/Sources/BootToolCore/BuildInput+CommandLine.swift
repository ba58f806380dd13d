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

  /// Adds what the command line says; its single values win over those already there.
  mutating func merge(_ arguments: Arguments) throws(ToolError) {
    if let text = arguments.value("--profile") { profile = try BootProfile(option: text) }
    imageVersion = try arguments.number("--image-version") ?? imageVersion
    keyPath = arguments.value("--key") ?? keyPath
    for part in Self.singleParts {
      guard let path = arguments.value(part.option) else { continue }
      sections.removeAll { $0.family == part.family }
      try add(part, name: part.name, path: path)
    }
    for part in Self.listedParts {
      for text in arguments.all(part.option) {
        let words = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard words.count == 2, !words[1].isEmpty else {
          throw .usage("option \(part.option): '\(text)' is not NAME=FILE")
        }
        try add(part, name: String(words[0]), path: String(words[1]))
      }
    }
  }

  private mutating func add(_ part: Part, name: String, path: String) throws(ToolError) {
    do throws(Problem) { try add(part.family, name: name, path: path) } catch {
      throw .usage("option \(part.option): \(error.reason)")
    }
  }
}
