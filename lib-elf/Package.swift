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

let package = Package(
  name: "lib-elf",
  products: [
    .library(name: "ELF", targets: ["ELF"]),
    .library(name: "ELFTesting", targets: ["ELFTesting"]),
  ],
  dependencies: [.package(path: "../lib-bytes")],
  targets: [
    .target(
      name: "ELF", dependencies: [.product(name: "Bytes", package: "lib-bytes")],
      swiftSettings: settings),
    // A small executable for tests of this and other packages; host only.
    .target(
      name: "ELFTesting",
      dependencies: ["ELF", .product(name: "Bytes", package: "lib-bytes")],
      swiftSettings: settings),
    .testTarget(
      name: "ELFTests",
      dependencies: ["ELF", "ELFTesting", .product(name: "Bytes", package: "lib-bytes")],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
