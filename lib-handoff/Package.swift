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
  name: "lib-handoff",
  products: [
    .library(name: "Handoff", targets: ["Handoff"]),
    .library(name: "HandoffTesting", targets: ["HandoffTesting"]),
  ],
  dependencies: [.package(path: "../lib-bytes"), .package(path: "../lib-capabi")],
  targets: [
    .target(
      name: "Handoff",
      dependencies: [
        .product(name: "Bytes", package: "lib-bytes"),
        .product(name: "CapABI", package: "lib-capabi"),
      ],
      swiftSettings: settings),
    // What tests of files of this form need: host only.
    .target(
      name: "HandoffTesting",
      dependencies: ["Handoff", .product(name: "Bytes", package: "lib-bytes")],
      swiftSettings: settings),
    .testTarget(
      name: "HandoffTests",
      dependencies: [
        "Handoff", "HandoffTesting",
        .product(name: "Bytes", package: "lib-bytes"),
        .product(name: "CapABI", package: "lib-capabi"),
      ],
      resources: [.copy("Golden")],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
