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

let dependencies: [Target.Dependency] = [
  .product(name: "Bytes", package: "lib-bytes"),
  .product(name: "Crypto", package: "lib-crypto"),
]

let package = Package(
  name: "lib-bootimg",
  products: [.library(name: "BootImg", targets: ["BootImg"])],
  dependencies: [
    .package(path: "../lib-bytes"),
    .package(path: "../lib-crypto"),
  ],
  targets: [
    .target(name: "BootImg", dependencies: dependencies, swiftSettings: settings),
    .testTarget(
      name: "BootImgTests", dependencies: ["BootImg"] + dependencies,
      exclude: ["golden_image.py"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
