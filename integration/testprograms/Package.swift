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

let capABI: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")
let runtime: Target.Dependency = .product(name: "Runtime", package: "lib-runtime")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "testprograms",
  products: [
    // Linked into programs by integration/mk/programs.mk.
    .library(name: "RootTests", type: .static, targets: ["RootTests"]),
    .library(name: "Adversary", type: .static, targets: ["Adversary"]),
    .library(name: "Bench", type: .static, targets: ["Bench"]),
  ],
  dependencies: [
    .package(path: "../../lib-capabi"), .package(path: "../../lib-handoff"),
    .package(path: "../../lib-ipc"), .package(path: "../../lib-runtime"),
    .package(path: "../../lib-sys"),
  ],
  targets: [
    // What every root task for tests needs: its handoff, its log, memory, threads and children.
    .target(name: "CTestKit"),
    .target(
      name: "TestKit", dependencies: ["CTestKit", capABI, handoff, ipc, runtime, sys],
      swiftSettings: settings),
    .target(
      name: "RootTests", dependencies: ["CTestKit", "TestKit", capABI, ipc, runtime, sys],
      swiftSettings: settings),
    .target(
      name: "Adversary", dependencies: ["CTestKit", "TestKit", capABI, ipc, runtime, sys],
      swiftSettings: settings),
    .target(
      name: "Bench", dependencies: ["CTestKit", "TestKit", capABI, ipc, runtime, sys],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
