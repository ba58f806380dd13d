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
let capABI: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")

let package = Package(
  name: "lib-sys",
  products: [
    .library(name: "Sys", targets: ["Sys"]),
    // What the simulation attaches its kernel to.
    .library(name: "CSys", targets: ["CSys"]),
  ],
  dependencies: [
    .package(path: "../lib-bytes"), .package(path: "../lib-capabi"), .package(path: "../lib-ipc"),
  ],
  targets: [
    .target(name: "CSys"),
    .target(name: "Sys", dependencies: ["CSys", bytes, capABI, ipc], swiftSettings: settings),
    .testTarget(
      name: "SysTests", dependencies: ["Sys", "CSys", bytes, capABI, ipc],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
