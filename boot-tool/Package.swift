// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
]

let bytes: Target.Dependency = .product(name: "Bytes", package: "lib-bytes")
let crypto: Target.Dependency = .product(name: "Crypto", package: "lib-crypto")
let bootImg: Target.Dependency = .product(name: "BootImg", package: "lib-bootimg")
let elf: Target.Dependency = .product(name: "ELF", package: "lib-elf")
let capABI: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")
let bootstrap: Target.Dependency = .product(name: "Bootstrap", package: "lib-bootstrap")

let package = Package(
  name: "boot-tool",
  products: [
    .executable(name: "boot-tool", targets: ["boot-tool"]),
    .library(name: "PEImage", targets: ["PEImage"]),
    .library(name: "ImageDescription", targets: ["ImageDescription"]),
  ],
  dependencies: [
    .package(path: "../lib-bytes"),
    .package(path: "../lib-capabi"),
    .package(path: "../lib-crypto"),
    .package(path: "../lib-bootimg"),
    .package(path: "../lib-elf"),
    .package(path: "../lib-handoff"),
    .package(path: "../lib-bootstrap"),
  ],
  targets: [
    .executableTarget(name: "boot-tool", dependencies: ["BootToolCore"], swiftSettings: settings),
    .target(
      name: "BootToolCore",
      dependencies: [
        "HostFiles", "PEImage", "ImageDescription", bytes, crypto, bootImg, capABI, handoff,
        bootstrap,
      ],
      swiftSettings: settings),
    .target(name: "HostFiles", dependencies: [bytes], swiftSettings: settings),
    .target(name: "PEImage", dependencies: [elf, bytes], swiftSettings: settings),
    .target(
      name: "ImageDescription", dependencies: [bytes, capABI, handoff, bootstrap],
      swiftSettings: settings),
    .testTarget(
      name: "ImageDescriptionTests",
      dependencies: ["ImageDescription", bytes, capABI, handoff, bootstrap],
      swiftSettings: settings),
    .testTarget(
      name: "PEImageTests", dependencies: ["PEImage", elf, bytes], swiftSettings: settings),
    .testTarget(
      name: "BootToolCoreTests",
      dependencies: [
        "BootToolCore", "HostFiles", "ImageDescription", "boot-tool", bytes, crypto, bootImg,
        handoff, bootstrap,
      ],
      exclude: ["Golden"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
