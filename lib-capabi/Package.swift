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
  name: "lib-capabi",
  products: [
    .library(name: "CapABI", targets: ["CapABI"]),
    .library(name: "CCapABI", targets: ["CCapABI"]),
  ],
  targets: [
    .target(name: "CapABI", swiftSettings: settings),
    .target(name: "CCapABI"),
    .testTarget(
      name: "CapABITests", dependencies: ["CapABI", "CCapABI"], resources: [.copy("Golden")],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
