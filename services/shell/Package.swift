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
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "shell",
  products: [
    .library(name: "ShellCore", targets: ["ShellCore"]),
    .library(name: "ShellProgram", type: .static, targets: ["ShellProgram"]),
  ],
  dependencies: [
    .package(path: "../../lib-bootstrap"), .package(path: "../../lib-bytes"),
    .package(path: "../../lib-capabi"), .package(path: "../../lib-handoff"),
    .package(path: "../../lib-ipc"), .package(path: "../../lib-runtime"),
    .package(path: "../../lib-service"), .package(path: "../../lib-store"),
    .package(path: "../../lib-sys"),
  ],
  targets: [
    .target(
      name: "ShellCore",
      dependencies: [bootstrap, bytes, capABI, handoff, ipc, runtime, service, store, sys],
      swiftSettings: settings),
    .target(
      name: "ShellProgram", dependencies: ["ShellCore", bootstrap, capABI, service, sys],
      swiftSettings: settings),
    .testTarget(
      name: "ShellTests",
      dependencies: [
        "ShellCore", bootstrap, bytes, capABI, handoff, ipc, runtime, service, serviceTesting,
        store, storeTesting, sys,
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
