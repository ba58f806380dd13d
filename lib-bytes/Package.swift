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
  name: "lib-bytes",
  products: [.library(name: "Bytes", targets: ["Bytes"])],
  targets: [
    .target(name: "Bytes", swiftSettings: settings),
    .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
