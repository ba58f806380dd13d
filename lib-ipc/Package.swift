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
let capabilities: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")

let package = Package(
  name: "lib-ipc",
  products: [.library(name: "IPC", targets: ["IPC"])],
  dependencies: [.package(path: "../lib-bytes"), .package(path: "../lib-capabi")],
  targets: [
    .target(name: "IPC", dependencies: [bytes, capabilities], swiftSettings: settings),
    .testTarget(
      name: "IPCTests", dependencies: ["IPC", bytes, capabilities], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
