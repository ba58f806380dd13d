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
  name: "lib-bootstrap",
  products: [.library(name: "Bootstrap", targets: ["Bootstrap"])],
  dependencies: [
    .package(path: "../lib-bytes"), .package(path: "../lib-capabi"),
    .package(path: "../lib-handoff"),
  ],
  targets: [
    .target(
      name: "Bootstrap",
      dependencies: [
        .product(name: "Bytes", package: "lib-bytes"),
        .product(name: "CapABI", package: "lib-capabi"),
        .product(name: "Handoff", package: "lib-handoff"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "BootstrapTests",
      dependencies: [
        "Bootstrap",
        .product(name: "Bytes", package: "lib-bytes"),
        .product(name: "CapABI", package: "lib-capabi"),
        .product(name: "Handoff", package: "lib-handoff"),
        .product(name: "HandoffTesting", package: "lib-handoff"),
      ],
      resources: [.copy("Golden")],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
