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

let bytes: Target.Dependency = .product(name: "Bytes", package: "lib-bytes")
let capABI: Target.Dependency = .product(name: "CapABI", package: "lib-capabi")
let elf: Target.Dependency = .product(name: "ELF", package: "lib-elf")
let elfTesting: Target.Dependency = .product(name: "ELFTesting", package: "lib-elf")
let store: Target.Dependency = .product(name: "Store", package: "lib-store")
let storeTesting: Target.Dependency = .product(name: "StoreTesting", package: "lib-store")

let package = Package(
  name: "lib-load",
  products: [.library(name: "Load", targets: ["Load"])],
  dependencies: [
    .package(path: "../lib-bytes"), .package(path: "../lib-capabi"),
    .package(path: "../lib-elf"), .package(path: "../lib-store"),
  ],
  targets: [
    .target(
      name: "Load", dependencies: [bytes, capABI, elf, store],
      swiftSettings: settings),
    .testTarget(
      name: "LoadTests",
      dependencies: ["Load", bytes, capABI, elf, elfTesting, store, storeTesting],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
