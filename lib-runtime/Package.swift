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
let capABI: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "lib-runtime",
  products: [.library(name: "Runtime", targets: ["Runtime"])],
  dependencies: [
    .package(path: "../lib-capabi"), .package(path: "../lib-handoff"),
    .package(path: "../lib-ipc"), .package(path: "../lib-memory"), .package(path: "../lib-sys"),
  ],
  targets: [
    // The entry of every program; assembly.
    .target(name: "CRuntime"),
    .target(
      name: "Runtime", dependencies: ["CRuntime", memory, capABI, handoff, ipc, sys],
      swiftSettings: settings),
    .testTarget(
      name: "RuntimeTests", dependencies: ["Runtime", capABI, handoff, ipc, sys],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
