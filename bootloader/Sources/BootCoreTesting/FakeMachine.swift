// A machine of arrays, for the tests and the fuzzer: every answer of the firmware can be chosen,
// and everything that the boot sequence did is kept. Host only.

public import BootCore
import Bytes
public import Handoff

/// What a boot did to a machine; shared by the machine and the memory it gave out.
public final class MachineRecord {
  /// Everything that was shown.
  public internal(set) var text = ""
  /// Final contents of the memory that was given out, by physical address.
  public internal(set) var memory: [UInt64: [UInt8]] = [:]
  /// The jump into the kernel, if it came to that.
  public internal(set) var entered: KernelEntry?
  /// Calls of firmware functions that are not allowed at that time.
  public internal(set) var violations: [String] = []
  /// Whether the boot services have ended.
  public internal(set) var hasLeft = false
  /// Whether the end of the boot services was tried.
  public internal(set) var isLeaving = false
  /// How many memory maps were asked for.
  public internal(set) var mapCount = 0

  /// The shown lines.
  public var lines: [String] { text.split(separator: "\n").map(String.init) }
}

/// One descriptor of the fake firmware's memory map.
public struct FakeRegion: Equatable {
  /// The firmware's memory type.
  public var type: UInt32
  /// First byte.
  public var base: UInt64
  /// Number of pages.
  public var pages: UInt64
  /// Attributes.
  public var attributes: UInt64

  /// A descriptor of these parts.
  public init(type: UInt32, base: UInt64, pages: UInt64, attributes: UInt64 = 0xF) {
    self.type = type
    self.base = base
    self.pages = pages
    self.attributes = attributes
  }
}

/// A machine whose firmware says what it is told to say.
public struct FakeMachine: Firmware {
  /// What the boot did.
  public let record = MachineRecord()
  /// The boot image; nil for none.
  public var file: [UInt8]?
  /// The size that the firmware claims, in place of the file's.
  public var claimedSize: UInt64?
  /// Status of a failing read.
  public var readFailure: FirmwareError?
  /// Status of a failing size.
  public var sizeFailure: FirmwareError?
  /// The memory map.
  public var regions = FakeMachine.plainMemory
  /// A memory map in place of `regions`, whatever its bytes.
  public var rawMap: [UInt8]?
  /// Distance from descriptor to descriptor.
  public var descriptorSize: UInt64 = 48
  /// Regions added to the map from this call on, as by a firmware that changes its mind.
  public var lateRegions: (from: Int, regions: [FakeRegion])?
  /// Status of a failing memory map.
  public var mapFailure: FirmwareError?
  /// How many allocations succeed.
  public var allocations = Int.max
  /// Largest allocation in pages.
  public var allocationLimit = 1 << 15
  /// Where the next memory is taken from.
  public var nextFree: UInt64 = 0x100_0000
  /// Failures of the first tries to end the boot services.
  public var exitFailures: [FirmwareError] = []
  /// What the processor can do.
  public var processor = ProcessorFeatures(
    hasNoExecute: true, hasGigabytePages: true, usesFiveLevels: false)
  /// Page of the jump.
  public var switchPage: UInt64 = 0x20_0000
  /// Screen, ACPI, time.
  public var knownSurroundings = Surroundings()
  /// Randomness.
  public var seed = Entropy.absent
  private var ticks: UInt64 = 1000

  /// A machine with plain memory and this boot image.
  public init(file: [UInt8]? = nil) {
    self.file = file
  }

  /// 1 MiB of low memory with a hole, then 255 MiB, then a few things that are no free memory.
  public static var plainMemory: [FakeRegion] {
    [
      FakeRegion(type: 7, base: 0, pages: 0xA0),
      FakeRegion(type: 0, base: 0xA_0000, pages: 0x60),
      FakeRegion(type: 7, base: 0x10_0000, pages: 0xFE00),
      FakeRegion(type: 9, base: 0xFF0_0000, pages: 0x20),
      FakeRegion(type: 10, base: 0xFF2_0000, pages: 0x10),
      FakeRegion(type: 6, base: 0xFF3_0000, pages: 0xD0),
      FakeRegion(type: 11, base: 0xFEC0_0000, pages: 1),
    ]
  }

  // MARK: Console

  /// Keeps the text.
  public mutating func write(_ text: StaticString) {
    record.text += text.description
  }

  /// Keeps the character.
  public mutating func write(byte: UInt8) {
    record.text.append(Character(Unicode.Scalar(byte)))
  }

  // MARK: Processor

  /// Grows with every look.
  public var timeStamp: UInt64 { ticks + UInt64(record.text.utf8.count) * 10 }
  /// A part of the time stamp.
  public var firmwareTicks: UInt64 { UInt64(record.text.utf8.count) }

  /// Keeps the jump.
  public mutating func enter(_ kernel: KernelEntry) {
    if !record.hasLeft { record.violations.append("enter before the end of boot services") }
    record.entered = kernel
  }
}
