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
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")
let store: Target.Dependency = .product(name: "Store", package: "lib-store")
let storeTesting: Target.Dependency = .product(name: "StoreTesting", package: "lib-store")

let package = Package(
  name: "lib-terminal",
  products: [.library(name: "Terminal", targets: ["Terminal"])],
  dependencies: [
    .package(path: "../lib-bytes"), .package(path: "../lib-ipc"), .package(path: "../lib-store"),
  ],
  targets: [
    .target(name: "Terminal", dependencies: [bytes, ipc, store], swiftSettings: settings),
    .testTarget(
      name: "TerminalTests", dependencies: ["Terminal", bytes, ipc, store, storeTesting],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
