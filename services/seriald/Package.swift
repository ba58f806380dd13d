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
let service: Target.Dependency = .product(name: "Service", package: "lib-service")
let serviceTesting: Target.Dependency = .product(name: "ServiceTesting", package: "lib-service")
let store: Target.Dependency = .product(name: "Store", package: "lib-store")
let storeTesting: Target.Dependency = .product(name: "StoreTesting", package: "lib-store")
let terminal: Target.Dependency = .product(name: "Terminal", package: "lib-terminal")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "seriald",
  products: [
    .library(name: "SerialdCore", targets: ["SerialdCore"]),
    .library(name: "SerialdProgram", type: .static, targets: ["SerialdProgram"]),
  ],
  dependencies: [
    .package(path: "../../lib-bootstrap"), .package(path: "../../lib-bytes"),
    .package(path: "../../lib-capabi"), .package(path: "../../lib-handoff"),
    .package(path: "../../lib-ipc"),
    .package(path: "../../lib-runtime"),
    .package(path: "../../lib-service"), .package(path: "../../lib-store"),
    .package(path: "../../lib-sys"), .package(path: "../../lib-terminal"),
  ],
  targets: [
    .target(
      name: "SerialdCore",
      dependencies: [
        bootstrap, bytes, capABI, handoff, ipc, runtime, service, store, sys, terminal,
      ],
      swiftSettings: settings),
    .target(
      name: "SerialdProgram", dependencies: ["SerialdCore", bootstrap, capABI, service, sys],
      swiftSettings: settings),
    .testTarget(
      name: "SerialdTests",
      dependencies: [
        "SerialdCore", bootstrap, bytes, capABI, handoff, ipc, service, serviceTesting,
        storeTesting, sys,
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
