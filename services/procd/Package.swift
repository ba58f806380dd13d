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
let crypto: Target.Dependency = .product(name: "Crypto", package: "lib-crypto")
let elf: Target.Dependency = .product(name: "ELF", package: "lib-elf")
let elfTesting: Target.Dependency = .product(name: "ELFTesting", package: "lib-elf")
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")
let load: Target.Dependency = .product(name: "Load", package: "lib-load")
let runtime: Target.Dependency = .product(name: "Runtime", package: "lib-runtime")
let service: Target.Dependency = .product(name: "Service", package: "lib-service")
let serviceTesting: Target.Dependency = .product(name: "ServiceTesting", package: "lib-service")
let store: Target.Dependency = .product(name: "Store", package: "lib-store")
let storeTesting: Target.Dependency = .product(name: "StoreTesting", package: "lib-store")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let package = Package(
  name: "procd",
  products: [
    .library(name: "ProcdCore", targets: ["ProcdCore"]),
    // Linked into a program by integration/mk/programs.mk.
    .library(name: "ProcdProgram", type: .static, targets: ["ProcdProgram"]),
  ],
  dependencies: [
    .package(path: "../../lib-bootstrap"), .package(path: "../../lib-bytes"),
    .package(path: "../../lib-capabi"), .package(path: "../../lib-crypto"),
    .package(path: "../../lib-elf"), .package(path: "../../lib-handoff"),
    .package(path: "../../lib-ipc"), .package(path: "../../lib-load"),
    .package(path: "../../lib-runtime"), .package(path: "../../lib-service"),
    .package(path: "../../lib-store"),
    .package(path: "../../lib-sys"),
  ],
  targets: [
    .target(
      name: "ProcdCore",
      dependencies: [
        bootstrap, bytes, capABI, crypto, elf, handoff, ipc, load, runtime, service, store, sys,
      ],
      swiftSettings: settings),
    .target(
      name: "ProcdProgram", dependencies: ["ProcdCore", bootstrap, capABI, service, sys],
      swiftSettings: settings),
    .testTarget(
      name: "ProcdTests",
      dependencies: [
        "ProcdCore", bootstrap, bytes, capABI, elf, elfTesting, handoff, ipc, load, service,
        serviceTesting, store, storeTesting, sys,
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
