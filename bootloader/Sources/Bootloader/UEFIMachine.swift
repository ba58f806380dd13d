// The machine of the boot sequence, over UEFI.

import BootCore
import Bytes
import Handoff
import UEFI

/// A machine with UEFI firmware.
struct UEFIMachine: Firmware {
  let system: SystemTable
  private let image: Handle
  private var console = Console()
  private var file: ImageFile?
  /// Whether ExitBootServices was tried: only the memory map may be asked for then.
  private(set) var isLeaving = false

  init(system: SystemTable, image: Handle) {
    self.system = system
    self.image = image
    system.bootServices.stopWatchdog()
  }

  // MARK: Console

  mutating func write(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount {
      // SAFETY: the texts are literals of more than one character, which have a pointer, and the
      // index is below their length.
      write(byte: unsafe text.utf8Start[index])
    }
  }

  mutating func write(byte: UInt8) {
    console.write(byte, to: isLeaving ? nil : system.consoleOutput)
  }

  // MARK: Processor

  var timeStamp: UInt64 { Processor.timeStamp }
  var firmwareTicks: UInt64 { Processor.firmwareTicks }
  var switchPage: UInt64 { Processor.switchPage }

  var processor: ProcessorFeatures {
    ProcessorFeatures(
      hasNoExecute: Processor.hasNoExecute, hasGigabytePages: Processor.hasGigabytePages,
      usesFiveLevels: Processor.usesFiveLevels)
  }

  mutating func enter(_ kernel: KernelEntry) -> Never {
    // SAFETY: the boot sequence calls this after ExitBootServices succeeded, with tables that map
    // the switch page, the kernel and the handoff.
    unsafe Processor.unsafeEnterKernel(
      tables: kernel.tables, entry: kernel.entry, handoff: kernel.handoff, length: kernel.length)
  }

  // MARK: Boot services

  mutating func imageSize() throws(FirmwareError) -> UInt64 {
    try translating { () throws(FirmwareFailure) in
      let opened = try ImageFile(
        path: Self.path.span, onVolumeOf: image, system.bootServices)
      file = opened
      return try opened.size()
    }
  }

  mutating func readImage(into buffer: inout MutableRawSpan) throws(FirmwareError) {
    guard let file else { throw .notFound }
    defer { file.close() }
    do { try file.read(into: &buffer) } catch { throw FirmwareError(status: error.status.rawValue) }
  }

  mutating func allocate(pages: Int, alignment: UInt64) throws(FirmwareError) -> PageBlock {
    // Pages before and behind the aligned run stay with the loader, whose memory the kernel gets.
    let extra = Int(alignment / PageRange.pageSize) - 1
    let (total, overflow) = pages.addingReportingOverflow(extra)
    guard !overflow, total < 1 << 40 else { throw .invalidParameter }
    let base = try translating { () throws(FirmwareFailure) in
      try system.bootServices.allocate(pages: total)
    }
    let aligned = (base + alignment - 1) & ~(alignment - 1)
    // SAFETY: the firmware gave out `total` pages from `base` on for this call; the aligned run of
    // `pages` lies inside, and nobody else learns of it.
    guard
      let block = unsafe PageBlock(
        unsafeBase: aligned, byteCount: pages * Int(PageRange.pageSize))
    else { throw .notFound }
    return block
  }

  mutating func memoryMap(
    into buffer: inout MutableRawSpan
  ) throws(FirmwareError) -> MemoryMapAnswer {
    let result: MemoryMapResult
    do { result = try system.bootServices.memoryMap(into: &buffer) } catch {
      throw FirmwareError(status: error.status.rawValue)
    }
    return MemoryMapAnswer(
      isComplete: result.isComplete, byteCount: result.byteCount, key: result.key,
      descriptorSize: result.descriptorSize)
  }

  mutating func exitBootServices(mapKey: UInt64) throws(FirmwareError) {
    isLeaving = true
    try translating { () throws(FirmwareFailure) in
      try system.bootServices.exit(image: image, mapKey: mapKey)
    }
  }

  /// Runs a firmware call and gives its failure the form that the boot sequence knows.
  private func translating<Result>(
    _ call: () throws(FirmwareFailure) -> Result
  ) throws(FirmwareError) -> Result {
    do { return try call() } catch { throw FirmwareError(status: error.status.rawValue) }
  }

  /// `\EFI\ERIX\boot.img` with the final 0.
  private static var path: InlineArray<19, UInt16> {
    [
      0x5C, 0x45, 0x46, 0x49, 0x5C, 0x45, 0x52, 0x49, 0x58, 0x5C, 0x62, 0x6F, 0x6F, 0x74, 0x2E,
      0x69, 0x6D, 0x67, 0,
    ]
  }
}
