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
let service: Target.Dependency = .product(name: "Service", package: "lib-service")
let serviceTesting: Target.Dependency = .product(name: "ServiceTesting", package: "lib-service")
let store: Target.Dependency = .product(name: "Store", package: "lib-store")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "named",
  products: [
    // For the simulation, and what the program is linked from.
    .library(name: "NamedCore", targets: ["NamedCore"]),
    .library(name: "NamedProgram", type: .static, targets: ["NamedProgram"]),
  ],
  dependencies: [
    .package(path: "../../lib-bootstrap"), .package(path: "../../lib-bytes"),
    .package(path: "../../lib-capabi"),
    .package(path: "../../lib-ipc"), .package(path: "../../lib-service"),
    .package(path: "../../lib-store"), .package(path: "../../lib-sys"),
  ],
  targets: [
    .target(
      name: "NamedCore", dependencies: [bootstrap, capABI, ipc, service, store, sys],
      swiftSettings: settings),
    .target(
      name: "NamedProgram", dependencies: ["NamedCore", bootstrap, capABI, service, sys],
      swiftSettings: settings),
    .testTarget(
      name: "NamedTests",
      dependencies: [
        "NamedCore", bootstrap, bytes, capABI, ipc, service, serviceTesting, sys,
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
