// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
  // Blocks of memory are noncopyable, and the protocol of the machine names their type.
  .enableExperimentalFeature("SuppressedAssociatedTypes"),
]

let memory: Target.Dependency = .product(name: "CMemory", package: "lib-memory")
let bytes: Target.Dependency = .product(name: "Bytes", package: "lib-bytes")
let capABI: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")

let crypto: Target.Dependency = .product(name: "Crypto", package: "lib-crypto")
let elf: Target.Dependency = .product(name: "ELF", package: "lib-elf")
let bootImg: Target.Dependency = .product(name: "BootImg", package: "lib-bootimg")
let bootstrap: Target.Dependency = .product(name: "Bootstrap", package: "lib-bootstrap")
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")

let package = Package(
  name: "bootloader",
  products: [
    // Linked into an image by integration/mk/boot.mk; the host build exists for the tests.
    .library(name: "Bootloader", type: .static, targets: ["Bootloader"]),
    .library(name: "BootCore", targets: ["BootCore"]),
    .library(name: "BootCoreTesting", targets: ["BootCoreTesting"]),
  ],
  dependencies: [
    .package(path: "../lib-memory"),
    .package(path: "../lib-bytes"),
    .package(path: "../lib-capabi"),

    .package(path: "../lib-crypto"),
    .package(path: "../lib-elf"),
    .package(path: "../lib-bootimg"),
    .package(path: "../lib-handoff"),
    .package(path: "../lib-bootstrap"),
  ],
  targets: [
    .target(name: "CUEFI"),
    .target(name: "UEFI", dependencies: ["CUEFI"], swiftSettings: settings),
    .target(
      name: "BootCore", dependencies: [bytes, capABI, elf, bootImg, handoff, bootstrap],
      swiftSettings: settings),
    // A machine of arrays, sample kernels and images: host only, for the tests and the fuzzer.
    .target(
      name: "BootCoreTesting", dependencies: ["BootCore", bytes, bootImg, crypto, handoff],
      swiftSettings: settings),
    .testTarget(
      name: "BootCoreTests",
      dependencies: ["BootCore", "BootCoreTesting", bytes, bootImg, elf, handoff],
      swiftSettings: settings),
    .target(
      name: "Bootloader",
      dependencies: ["CUEFI", "UEFI", "BootCore", memory, bytes, capABI, bootImg, handoff],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
