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
let capABI: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")
let runtime: Target.Dependency = .product(name: "Runtime", package: "lib-runtime")
let service: Target.Dependency = .product(name: "Service", package: "lib-service")
let serviceTesting: Target.Dependency = .product(name: "ServiceTesting", package: "lib-service")
let store: Target.Dependency = .product(name: "Store", package: "lib-store")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "hotplugd",
  products: [
    // For the simulation, and what the program is linked from.
    .library(name: "HotplugdCore", targets: ["HotplugdCore"]),
    .library(name: "HotplugdProgram", type: .static, targets: ["HotplugdProgram"]),
  ],
  dependencies: [
    .package(path: "../../lib-bootstrap"), .package(path: "../../lib-capabi"),
    .package(path: "../../lib-ipc"), .package(path: "../../lib-runtime"),
    .package(path: "../../lib-service"),
    .package(path: "../../lib-store"), .package(path: "../../lib-sys"),
  ],
  targets: [
    .target(
      name: "HotplugdCore", dependencies: [bootstrap, capABI, ipc, runtime, service, sys],
      swiftSettings: settings),
    .target(
      name: "HotplugdProgram", dependencies: ["HotplugdCore", bootstrap, capABI, service, sys],
      swiftSettings: settings),
    .testTarget(
      name: "HotplugdTests",
      dependencies: [
        "HotplugdCore", bootstrap, capABI, ipc, service, serviceTesting, sys,
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
