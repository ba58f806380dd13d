// What the boot sequence needs from the machine. The loader implements it over UEFI, the tests over
// arrays; the boot sequence itself touches no address.

import Bytes
public import Handoff

/// A run of physical memory that the firmware gave to the loader.
///
/// Blocks are never given back: after a success they belong to the kernel, and after a failure the
/// firmware starts its next boot option with a few megabytes less, which needs no further call
/// into a firmware that may just have failed.
public protocol MemoryBlock: ~Copyable {
  /// Physical address of the first byte, a multiple of the page size.
  var base: UInt64 { get }
  /// The bytes for reading; a whole number of pages.
  var bytes: RawSpan { @_lifetime(borrow self) get }
  /// The bytes for writing; a whole number of pages.
  @_lifetime(&self)
  mutating func mutableBytes() -> MutableRawSpan
}

/// A firmware call that failed.
public struct FirmwareError: Error, Equatable, Sendable {
  /// The firmware's status code: UEFI specification 2.10, appendix D.
  public let status: UInt64

  /// A failure with this status code.
  public init(status: UInt64) {
    self.status = status
  }

  /// EFI_INVALID_PARAMETER.
  public static let invalidParameter = FirmwareError(status: 1 << 63 | 2)
  /// EFI_NOT_FOUND.
  public static let notFound = FirmwareError(status: 1 << 63 | 14)
  /// EFI_END_OF_FILE.
  public static let endOfFile = FirmwareError(status: 1 << 63 | 31)
}

/// What the processor can do, as far as the page tables depend on it.
public struct ProcessorFeatures: Equatable, Sendable {
  /// Pages can be made non-executable.
  public var hasNoExecute: Bool
  /// Pages of 1 GiB exist.
  public var hasGigabytePages: Bool
  /// The firmware left five-level paging on, which four-level tables do not fit.
  public var usesFiveLevels: Bool

  /// Features as found.
  public init(hasNoExecute: Bool, hasGigabytePages: Bool, usesFiveLevels: Bool) {
    self.hasNoExecute = hasNoExecute
    self.hasGigabytePages = hasGigabytePages
    self.usesFiveLevels = usesFiveLevels
  }
}

/// What the firmware said when asked for its memory map.
public struct MemoryMapAnswer: Equatable, Sendable {
  /// Whether the map fitted the buffer; otherwise nothing of the buffer means anything.
  public var isComplete: Bool
  /// Bytes of the map, or bytes that it would need.
  public var byteCount: UInt64
  /// Names this state of the map.
  public var key: UInt64
  /// Distance from one descriptor to the next in bytes.
  public var descriptorSize: UInt64

  /// An answer of these parts.
  public init(isComplete: Bool, byteCount: UInt64, key: UInt64, descriptorSize: UInt64) {
    self.isComplete = isComplete
    self.byteCount = byteCount
    self.key = key
    self.descriptorSize = descriptorSize
  }
}

/// What the firmware knows about the machine and the kernel wants to know; all of it optional.
public struct Surroundings: Equatable, Sendable {
  /// The screen, unchecked.
  public var framebuffer: RawFramebuffer?
  /// The text cursor on it, in characters.
  public var cursor: ConsoleContinuity?
  /// The ACPI root pointer.
  public var acpiRoot: ACPIRoot?
  /// Date and time of day, unchecked.
  public var time: CalendarTime?

  /// Surroundings of these parts.
  public init(
    framebuffer: RawFramebuffer? = nil, cursor: ConsoleContinuity? = nil,
    acpiRoot: ACPIRoot? = nil, time: CalendarTime? = nil
  ) {
    self.framebuffer = framebuffer
    self.cursor = cursor
    self.acpiRoot = acpiRoot
    self.time = time
  }
}

/// Everything that the jump into the kernel needs.
public struct KernelEntry: Equatable, Sendable {
  /// Physical address of the top-level page table.
  public var tables: UInt64
  /// Virtual address of the first instruction.
  public var entry: UInt64
  /// Virtual address of the handoff.
  public var handoff: UInt64
  /// Bytes of the handoff.
  public var length: UInt64
}

/// The machine and its firmware.
///
/// Failures are thrown with the firmware's status; the boot sequence decides what they mean.
public protocol Firmware {
  /// Memory that the firmware gives out.
  associatedtype Block: MemoryBlock & ~Copyable
  /// What the jump into the kernel leaves behind: nothing on a machine, a record in a test.
  associatedtype Departure

  // MARK: Console

  /// Shows text to whoever watches the boot; a line ends with a line feed.
  mutating func write(_ text: StaticString)
  /// Shows one ASCII character.
  mutating func write(byte: UInt8)

  // MARK: Processor

  /// The time-stamp counter.
  var timeStamp: UInt64 { get }
  /// Counts of the time-stamp counter spent inside the firmware so far.
  var firmwareTicks: UInt64 { get }
  /// What the processor can do.
  var processor: ProcessorFeatures { get }
  /// Physical address of the page from which the jump into the kernel runs.
  var switchPage: UInt64 { get }
  /// Loads the tables and jumps.
  mutating func enter(_ kernel: KernelEntry) -> Departure

  // MARK: Boot services

  /// Size of the boot image in bytes.
  mutating func imageSize() throws(FirmwareError) -> UInt64
  /// Reads the boot image from its first byte on until the buffer is full.
  mutating func readImage(into buffer: inout MutableRawSpan) throws(FirmwareError)
  /// Takes memory of undefined contents.
  ///
  /// - Parameters:
  ///   - pages: How many pages, at least 1.
  ///   - alignment: In bytes, a power of two, at least the page size.
  /// - Returns: Memory that nobody else has.
  /// - Throws: The firmware's status when there is no such run of pages.
  mutating func allocate(pages: Int, alignment: UInt64) throws(FirmwareError) -> Block
  /// Writes the current memory map into a buffer.
  mutating func memoryMap(into buffer: inout MutableRawSpan) throws(FirmwareError)
    -> MemoryMapAnswer
  /// Looks for the screen, the ACPI tables and the time.
  mutating func surroundings() -> Surroundings
  /// Takes a random seed; `Entropy.absent` when there is none to be had.
  mutating func entropy() -> Entropy
  /// Ends the boot services; from the first try on, only the memory map may be asked for.
  mutating func exitBootServices(mapKey: UInt64) throws(FirmwareError)
}
