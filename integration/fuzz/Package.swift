// swift-tools-version: 6.2
import Foundation
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
]

/// Modules that a fuzz target may import, and the package that each comes from.
let packages = [
  "Bytes": "lib-bytes", "CapABI": "lib-capabi", "Crypto": "lib-crypto", "ELF": "lib-elf",
  "BootImg": "lib-bootimg", "Handoff": "lib-handoff", "Bootstrap": "lib-bootstrap",
  "IPC": "lib-ipc", "PEImage": "boot-tool", "ImageDescription": "boot-tool",
  "BootCore": "bootloader", "BootCoreTesting": "bootloader",
]

// One target per folder `Sources/Fuzz…`, found here so that a new parser needs no line in this
// file. A target depends on what it imports, no more: one parser can be fuzzed while another does
// not build. The runner reads this manifest with the cache off, because the cache looks at the
// manifest's text only.
let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("Sources")
let names = try FileManager.default.contentsOfDirectory(atPath: sources.path)
  .filter { $0.hasPrefix("Fuzz") && $0 != "FuzzSupport" }.sorted()

func importedModules(of target: String) throws -> [String] {
  let file = sources.appendingPathComponent("\(target)/\(target).swift")
  return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    .filter { $0.hasPrefix("import ") }
    .map { String($0.dropFirst("import ".count)) }
}

let imports = try names.map { try importedModules(of: $0).filter { packages[$0] != nil } }

let package = Package(
  name: "fuzz",
  // Static libraries: each exports `LLVMFuzzerTestOneInput`, so no two may meet in one link, and
  // `main` comes from libFuzzer.
  products: names.map { .library(name: $0, type: .static, targets: [$0]) },
  dependencies: Set(imports.joined().compactMap { packages[$0] }).sorted()
    .map { .package(path: "../../\($0)") },
  targets: [.target(name: "FuzzSupport", swiftSettings: settings)]
    + zip(names, imports).map { name, modules in
      .target(
        name: name,
        dependencies: ["FuzzSupport"]
          + modules.map { .product(name: $0, package: packages[$0] ?? "") },
        swiftSettings: settings)
    },
  swiftLanguageModes: [.v6]
)
