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
let devices: Target.Dependency = .product(name: "Devices", package: "lib-device")
let elf: Target.Dependency = .product(name: "ELF", package: "lib-elf")
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")
let load: Target.Dependency = .product(name: "Load", package: "lib-load")
let runtime: Target.Dependency = .product(name: "Runtime", package: "lib-runtime")
let service: Target.Dependency = .product(name: "ServiceTesting", package: "lib-service")
let storeTesting: Target.Dependency = .product(name: "StoreTesting", package: "lib-store")
let store: Target.Dependency = .product(name: "Store", package: "lib-store")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")
let all = [
  bootstrap, bytes, capABI, crypto, devices, elf, handoff, ipc, load, runtime, store, sys,
]

let package = Package(
  name: "rootd",
  products: [
    .library(name: "RootdCore", targets: ["RootdCore"]),
    .library(name: "RootdProgram", type: .static, targets: ["RootdProgram"]),
  ],
  dependencies: [
    .package(path: "../../lib-bootstrap"), .package(path: "../../lib-bytes"),
    .package(path: "../../lib-capabi"), .package(path: "../../lib-crypto"),
    .package(path: "../../lib-device"),
    .package(path: "../../lib-elf"), .package(path: "../../lib-handoff"),
    .package(path: "../../lib-ipc"), .package(path: "../../lib-load"),
    .package(path: "../../lib-runtime"), .package(path: "../../lib-service"),
    .package(path: "../../lib-store"), .package(path: "../../lib-sys"),
  ],
  targets: [
    .target(name: "RootdCore", dependencies: all, swiftSettings: settings),
    .target(
      name: "RootdProgram", dependencies: ["RootdCore", capABI, runtime, sys],
      swiftSettings: settings),
    .testTarget(
      name: "RootdTests",
      dependencies: [
        "RootdCore", bootstrap, bytes, capABI, crypto, handoff, ipc, runtime, service, storeTesting,
        sys,
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
