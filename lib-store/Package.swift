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
  name: "lib-store",
  products: [
    .library(name: "Store", targets: ["Store"]),
    .library(name: "StoreTesting", targets: ["StoreTesting"]),
  ],
  targets: [
    .target(name: "Store", swiftSettings: settings),
    // Memory for tables in tests of this and other packages; host only.
    .target(name: "StoreTesting", dependencies: ["Store"], swiftSettings: settings),
    .testTarget(
      name: "StoreTests", dependencies: ["Store", "StoreTesting"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
