// swift-tools-version: 6.2
import PackageDescription

// The optimiser is on in debug builds too: unoptimised field arithmetic is about a hundred times
// slower, and every package that verifies an image in its tests would pay for it. Two threads give
// one object per file, which the index of debug builds asks for; whole-module compilation would
// otherwise give one for all.
let optimisedInDebug: [SwiftSetting] = [
  .unsafeFlags(
    ["-O", "-wmo", "-num-threads", "2", "-disable-batch-mode"], .when(configuration: .debug))
]

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
  name: "lib-crypto",
  products: [.library(name: "Crypto", targets: ["Crypto"])],
  dependencies: [.package(path: "../lib-bytes")],
  targets: [
    .target(
      name: "Crypto",
      dependencies: [.product(name: "Bytes", package: "lib-bytes")],
      swiftSettings: settings + optimisedInDebug),
    .testTarget(
      name: "CryptoTests",
      dependencies: ["Crypto", .product(name: "Bytes", package: "lib-bytes")],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
