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
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")
let runtime: Target.Dependency = .product(name: "Runtime", package: "lib-runtime")
let service: Target.Dependency = .product(name: "Service", package: "lib-service")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "testservices",
  products: [
    // Linked into a program by integration/mk/programs.mk.
    .library(name: "TestServices", type: .static, targets: ["TestServices"])
  ],
  dependencies: [
    .package(path: "../../lib-bootstrap"), .package(path: "../../lib-capabi"),
    .package(path: "../../lib-handoff"), .package(path: "../../lib-ipc"),
    .package(path: "../../lib-runtime"),
    .package(path: "../../lib-service"), .package(path: "../../lib-sys"),
  ],
  targets: [
    // Accesses and instructions that Swift cannot say.
    .target(name: "CProbes"),
    .target(
      name: "TestServices",
      dependencies: ["CProbes", bootstrap, capABI, handoff, ipc, runtime, service, sys],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
