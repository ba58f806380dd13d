// Fuzzes the boot sequence on the fake machine: hostile files, kernels, boot configurations and
// memory maps, and firmware calls that fail. Whatever comes, the kernel is entered only with a
// valid handoff and page tables that obey W^X, and no firmware call is made when it must not be.

import BootCore
import BootCoreTesting
import BootImg
import Bytes
import FuzzSupport
import Handoff

/// Runs one boot.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    guard let machine = machine(from: input) else { return }
    boot(machine)
  }
}

/// The machine that an input describes: seven bytes of choices, a memory map, and what is hostile.
///
/// The bytes: what the rest is (0 a file, 1 a kernel, 2 a boot configuration, 3 changes to a valid
/// file), how many allocations succeed (0: all), failing exits, processor, size of a descriptor in
/// units of 8 bytes, and two for the length of the map (0: plain memory).
private func machine(from input: RawSpan) -> FakeMachine? {
  var reader = ByteReader(input)
  guard let kind = try? reader.uint8(), let allocations = try? reader.uint8(),
    let exits = try? reader.uint8(), let processor = try? reader.uint8(),
    let descriptor = try? reader.uint8(), let mapLength = try? reader.uint16(),
    let map = try? reader.take(Int(mapLength)), let rest = try? reader.take(reader.remaining),
    let file = file(kind, from: array(rest))
  else { return nil }
  var machine = FakeMachine(file: file)
  machine.allocationLimit = 4096
  machine.allocations = allocations == 0 ? .max : Int(allocations)
  machine.exitFailures = (0..<Int(exits % 8)).map { _ in
    exits < 128 ? .invalidParameter : FirmwareError(status: UInt64(exits))
  }
  machine.processor = ProcessorFeatures(
    hasNoExecute: processor & 1 == 0, hasGigabytePages: processor & 2 == 0,
    usesFiveLevels: processor & 4 != 0)
  if mapLength > 0 {
    machine.rawMap = array(map)
    machine.descriptorSize = UInt64(descriptor) * 8
  }
  return machine
}

/// The boot image: hostile itself, or signed around something hostile.
private func file(_ kind: UInt8, from rest: [UInt8]) -> [UInt8]? {
  var image = SampleImage()
  switch kind % 4 {
  case 0: return rest
  case 1: image.sections[0].contents = rest
  case 2: image.sections[2].contents = rest
  default:
    guard var file = try? image.file() else { return nil }
    for index in stride(from: 0, to: rest.count - 2, by: 3) {
      let offset = Int(rest[index]) | Int(rest[index + 1]) << 8
      if offset < file.count { file[offset] ^= rest[index + 2] }
    }
    return file
  }
  return rest.isEmpty ? nil : try? image.file()
}

private func boot(_ machine: FakeMachine) {
  var machine = machine
  let keys = [SampleImage.trustedKey(ProfileSet(.smoke))]
  let policy = AcceptancePolicy(
    keys: keys.span, profiles: ProfileSet(.smoke), minimumVersion: 1)
  do {
    try BootSequence.run(
      on: &machine, settings: BootSettings(policy: policy, isVerbose: true))
  } catch {
    precondition(machine.record.entered == nil, "entered the kernel and failed")
    error.show(on: &machine)
  }
  precondition(machine.record.violations.isEmpty, "a firmware call at the wrong time")
  if let entered = machine.record.entered { check(entered, machine.record) }
}

/// Everything that holds whenever the kernel is entered.
private func check(_ kernel: KernelEntry, _ record: MachineRecord) {
  let walk = TableWalk(memory: record.memory, root: kernel.tables)
  let pages = walk.pages
  for page in pages {
    precondition(!(page.isWritable && page.isExecutable), "a page to write and execute")
    precondition(!page.isUser, "a page for user mode")
  }
  guard let physical = walk.physical(kernel.handoff), let block = record.memory[physical] else {
    preconditionFailure("the handoff is not mapped")
  }
  let handoff = Array(block.prefix(Int(kernel.length)))
  guard let view = try? BootloaderHandoff(decoding: handoff.span.rawBytes) else {
    preconditionFailure("the handoff is not valid")
  }
  precondition(view.info.kernelEntry == kernel.entry, "another entry")
  precondition(
    pages.contains {
      $0.isExecutable && $0.virtual <= kernel.entry && kernel.entry - $0.virtual < $0.size
    },
    "the entry is not executable")
}

private func array(_ bytes: RawSpan) -> [UInt8] {
  (0..<bytes.byteCount).compactMap { try? bytes.integer(at: $0) }
}
