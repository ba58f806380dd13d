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

let package = Package(
  name: "crypto-benchmarks",
  products: [.library(name: "Workloads", type: .static, targets: ["Workloads"])],
  dependencies: [.package(path: ".."), .package(path: "../../lib-bytes")],
  targets: [
    .target(
      name: "Workloads",
      dependencies: [
        .product(name: "Crypto", package: "lib-crypto"),
        .product(name: "Bytes", package: "lib-bytes"),
      ],
      swiftSettings: settings),
    .target(name: "CReference"),
    .executableTarget(name: "Benchmark", dependencies: ["CReference", "Workloads"]),
  ],
  swiftLanguageModes: [.v6]
)
