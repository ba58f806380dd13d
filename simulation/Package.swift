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
let csys: Target.Dependency = .product(name: "CSys", package: "lib-sys")
let elfTesting: Target.Dependency = .product(name: "ELFTesting", package: "lib-elf")
let handoff: Target.Dependency = .product(name: "Handoff", package: "lib-handoff")
let images: Target.Dependency = .product(name: "ImageDescription", package: "boot-tool")
let ipc: Target.Dependency = .product(name: "IPC", package: "lib-ipc")
let kernel: Target.Dependency = .product(name: "KernelSimulation", package: "kernel")
let runtime: Target.Dependency = .product(name: "Runtime", package: "lib-runtime")
let service: Target.Dependency = .product(name: "Service", package: "lib-service")
let sys: Target.Dependency = .product(name: "Sys", package: "lib-sys")

let cores: [Target.Dependency] = [
  .product(name: "CrashdCore", package: "crashd"),
  .product(name: "DevicedCore", package: "deviced"),
  .product(name: "HotplugdCore", package: "hotplugd"), .product(name: "IrqdCore", package: "irqd"),
  .product(name: "LogdCore", package: "logd"), .product(name: "ProbedCore", package: "probed"),
  .product(name: "MemdCore", package: "memd"), .product(name: "NamedCore", package: "named"),
  .product(name: "PagerdCore", package: "pagerd"), .product(name: "ProcdCore", package: "procd"),
  .product(name: "RootdCore", package: "rootd"), .product(name: "TimedCore", package: "timed"),
  .product(name: "VspacedCore", package: "vspaced"),
]

let package = Package(
  name: "simulation",
  dependencies: [
    .package(path: "../boot-tool"), .package(path: "../kernel"), .package(path: "../lib-bootstrap"),
    .package(path: "../lib-bytes"), .package(path: "../lib-capabi"), .package(path: "../lib-elf"),
    .package(path: "../lib-handoff"), .package(path: "../lib-ipc"),
    .package(path: "../lib-runtime"), .package(path: "../lib-service"),
    .package(path: "../lib-sys"), .package(path: "../services/crashd"),
    .package(path: "../services/deviced"), .package(path: "../services/hotplugd"),
    .package(path: "../services/irqd"), .package(path: "../services/probed"),
    .package(path: "../services/logd"), .package(path: "../services/memd"),
    .package(path: "../services/named"), .package(path: "../services/pagerd"),
    .package(path: "../services/procd"), .package(path: "../services/rootd"),
    .package(path: "../services/timed"), .package(path: "../services/vspaced"),
  ],
  targets: [
    // Stacks, signals and memory of the host.
    .target(name: "CSimulation", dependencies: [csys]),
    .target(
      name: "Simulation",
      dependencies: [
        "CSimulation", bootstrap, bytes, capABI, elfTesting, handoff, images, ipc, kernel, runtime,
        service, sys,
      ] + cores,
      swiftSettings: settings),
    .executableTarget(name: "simulate", dependencies: ["Simulation"], swiftSettings: settings),
    .testTarget(
      name: "SimulationTests", dependencies: ["Simulation", capABI], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
