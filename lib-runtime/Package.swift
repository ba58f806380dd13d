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

let memory: Target.Dependency = .product(name: "CMemory", package: "lib-memory")
let bootstrap: Target.Dependency = .product(name: "Bootstrap", package: "lib-bootstrap")
let bytes: Target.Dependency = .product(name: "Bytes", package: "lib-bytes")
let capABI: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")
let store: Target.Dependency = .product(name: "Store", package: "lib-store")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "lib-runtime",
  products: [.library(name: "Runtime", targets: ["Runtime"])],
  dependencies: [
    .package(path: "../lib-bootstrap"), .package(path: "../lib-bytes"),
    .package(path: "../lib-capabi"),
    .package(path: "../lib-handoff"), .package(path: "../lib-ipc"),
    .package(path: "../lib-memory"), .package(path: "../lib-store"), .package(path: "../lib-sys"),
  ],
  targets: [
    // The entry of every program; assembly.
    .target(name: "CRuntime"),
    .target(
      name: "Runtime",
      dependencies: ["CRuntime", memory, bootstrap, bytes, capABI, handoff, ipc, store, sys],
      swiftSettings: settings),
    .testTarget(
      name: "RuntimeTests", dependencies: ["Runtime", bytes, capABI, handoff, ipc, sys],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
