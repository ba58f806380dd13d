// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
  name: "lib-memory",
  products: [.library(name: "CMemory", targets: ["CMemory"])],
  targets: [
    .target(name: "CMemory"),
    .testTarget(name: "CMemoryTests", dependencies: ["CMemory"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
