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
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")
let runtime: Target.Dependency = .product(name: "Runtime", package: "lib-runtime")
let store: Target.Dependency = .product(name: "Store", package: "lib-store")
let storeTesting: Target.Dependency = .product(name: "StoreTesting", package: "lib-store")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "lib-service",
  products: [
    .library(name: "Service", targets: ["Service"]),
    .library(name: "ServiceTesting", targets: ["ServiceTesting"]),
  ],
  dependencies: [
    .package(path: "../lib-bootstrap"), .package(path: "../lib-bytes"),
    .package(path: "../lib-capabi"),
    .package(path: "../lib-handoff"), .package(path: "../lib-ipc"),
    .package(path: "../lib-runtime"), .package(path: "../lib-store"), .package(path: "../lib-sys"),
  ],
  targets: [
    .target(
      name: "Service", dependencies: [bootstrap, bytes, capABI, handoff, ipc, runtime, store, sys],
      swiftSettings: settings),
    // A kernel that follows a script, for the unit tests of services; host only.
    .target(
      name: "ServiceTesting",
      dependencies: [
        "Service", bootstrap, bytes, capABI, handoff, ipc, store, storeTesting, sys,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ServiceTests",
      dependencies: [
        "Service", "ServiceTesting", bootstrap, bytes, capABI, handoff, ipc, runtime, store,
        storeTesting, sys,
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
