// Runs boots on the fake machine; shared by the suites.

import BootCore
import BootCoreTesting
import BootImg
import Bytes
import Handoff
import Testing

/// What came of a boot.
struct Outcome {
  /// The machine's record.
  let record: MachineRecord
  /// Why there was no boot.
  let error: BootError?

  /// The address space of the kernel.
  var walk: TableWalk? {
    record.entered.map { TableWalk(memory: record.memory, root: $0.tables) }
  }

  /// The handoff, found through the kernel's address space.
  func handoff() throws -> DecodedHandoff {
    let entered = try #require(record.entered)
    let physical = try #require(walk?.physical(entered.handoff))
    let block = try #require(record.memory[physical])
    return try DecodedHandoff(Array(block.prefix(Int(entered.length))))
  }
}

/// A handoff as values.
struct DecodedHandoff {
  let info: BootloaderInfo
  let memoryMap: [MemoryRegion]
  let reservations: [Reservation]
  let modules: [LoadedModule]
  let segments: [KernelSegment]
  let stamps: [PhaseStamp]

  init(_ bytes: [UInt8]) throws {
    let handoff = try BootloaderHandoff(decoding: bytes.span.rawBytes)
    info = handoff.info
    memoryMap = (0..<handoff.memoryMap.count).compactMap { handoff.memoryMap[$0] }
    reservations = (0..<handoff.reservations.count).compactMap { handoff.reservations[$0] }
    modules = (0..<handoff.modules.count).compactMap { handoff.modules[$0] }
    segments = (0..<handoff.segments.count).compactMap { handoff.segments[$0] }
    stamps = (0..<handoff.stamps.count).compactMap { handoff.stamps[$0] }
  }
}

/// Boots a machine with a loader that takes smoke images of version 5 and later.
func boot(
  _ machine: FakeMachine, accepting profiles: ProfileSet = ProfileSet(.smoke),
  signing: ProfileSet = ProfileSet(.smoke), keys: [TrustedKey]? = nil,
  minimumVersion: UInt64 = 5, isVerbose: Bool = true
) -> Outcome {
  var machine = machine
  let keys = keys ?? [SampleImage.trustedKey(signing)]
  let policy = AcceptancePolicy(
    keys: keys.span, profiles: profiles, minimumVersion: minimumVersion)
  let settings = BootSettings(policy: policy, isVerbose: isVerbose)
  do {
    try BootSequence.run(on: &machine, settings: settings)
    return Outcome(record: machine.record, error: nil)
  } catch {
    error.show(on: &machine)
    return Outcome(record: machine.record, error: error)
  }
}

/// A machine that holds a valid image.
func validMachine(_ image: SampleImage = SampleImage()) throws -> FakeMachine {
  FakeMachine(file: try image.file())
}
