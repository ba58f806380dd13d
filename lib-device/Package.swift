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

let bootstrap: Target.Dependency = .product(name: "Bootstrap", package: "lib-bootstrap")
let bytes: Target.Dependency = .product(name: "Bytes", package: "lib-bytes")
let capABI: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")

let package = Package(
  name: "lib-device",
  products: [.library(name: "Devices", targets: ["Devices"])],
  dependencies: [.package(path: "../lib-capabi"), .package(path: "../lib-ipc")],
  targets: [
    .target(name: "Devices", dependencies: [capABI, ipc], swiftSettings: settings),
    .testTarget(
      name: "DevicesTests", dependencies: ["Devices", capABI, ipc], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
