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
let service: Target.Dependency = .product(name: "Service", package: "lib-service")
let serviceTesting: Target.Dependency = .product(name: "ServiceTesting", package: "lib-service")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "crash-test",
  products: [
    .library(name: "CrashTestCore", targets: ["CrashTestCore"]),
    .library(name: "CrashTestProgram", type: .static, targets: ["CrashTestProgram"]),
  ],
  dependencies: [
    .package(path: "../../lib-bootstrap"), .package(path: "../../lib-capabi"),
    .package(path: "../../lib-ipc"), .package(path: "../../lib-service"),
    .package(path: "../../lib-sys"),
  ],
  targets: [
    .target(
      name: "CrashTestCore", dependencies: [capABI, ipc, service, sys], swiftSettings: settings),
    .target(
      name: "CrashTestProgram",
      dependencies: ["CrashTestCore", bootstrap, capABI, ipc, service, sys],
      swiftSettings: settings),
    .testTarget(
      name: "CrashTestTests",
      dependencies: ["CrashTestCore", capABI, ipc, service, serviceTesting, sys],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
