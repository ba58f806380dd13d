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
let bytes: Target.Dependency = .product(name: "Bytes", package: "lib-bytes")
let capABI: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")
let elf: Target.Dependency = .product(name: "ELF", package: "lib-elf")
let crypto: Target.Dependency = .product(name: "Crypto", package: "lib-crypto")
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")

let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")

let package = Package(
  name: "kernel",
  products: [
    // Linked into an image by integration/mk/boot.mk.
    .library(name: "Kernel", type: .static, targets: ["Kernel"]),
    // The core on host memory, for the simulation of whole boots.
    .library(name: "KernelSimulation", targets: ["KernelSimulation"]),
  ],
  dependencies: [
    .package(path: "../lib-memory"),
    .package(path: "../lib-bytes"),
    .package(path: "../lib-capabi"),
    .package(path: "../lib-crypto"),
    .package(path: "../lib-elf"),
    .package(path: "../lib-handoff"),
    .package(path: "../lib-ipc"),
  ],
  targets: [
    .target(name: "CKernelX86"),
    .target(name: "KernelMachine", swiftSettings: settings),
    .target(
      name: "KernelCore",
      dependencies: ["KernelMachine", bytes, capABI, crypto, elf, handoff, ipc],
      swiftSettings: settings),
    .target(
      name: "KernelSimulation",
      dependencies: ["KernelCore", "KernelMachine", bytes, capABI, handoff, ipc],
      swiftSettings: settings),
    .testTarget(
      name: "KernelCoreTests",
      dependencies: [
        "KernelCore", "KernelMachine", "KernelSimulation", bytes, capABI, elf, handoff, ipc,
      ],
      swiftSettings: settings),
    .target(
      name: "KernelX86",
      dependencies: ["CKernelX86", "KernelMachine", bytes, capABI, handoff, ipc],
      swiftSettings: settings),
    .testTarget(
      name: "KernelX86Tests",
      dependencies: [
        "KernelX86", "CKernelX86", "KernelCore", "KernelMachine", capABI, handoff, ipc,
      ],
      swiftSettings: settings),
    .target(
      name: "Kernel",
      dependencies: [
        "CKernelX86", "KernelCore", "KernelMachine", "KernelX86", memory, bytes, capABI, elf,
        handoff, ipc,
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
