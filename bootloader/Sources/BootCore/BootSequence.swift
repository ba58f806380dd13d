// The order of the boot, docs/reference/boot-chain.md, "Steps": nothing is used before it is
// checked, and whatever can fail does so while the firmware still answers. No unverified byte
// reaches the kernel, and no failure falls through to the jump.

public import BootImg
import Bootstrap
import Bytes
import Handoff

/// What was decided about this loader when it was built.
public struct BootSettings: ~Escapable {
  /// Whose images are started.
  public let policy: AcceptancePolicy
  /// Whether progress is shown; failures always are.
  public let isVerbose: Bool

  /// Settings of these parts.
  @_lifetime(copy policy)
  public init(policy: AcceptancePolicy, isVerbose: Bool) {
    self.policy = policy
    self.isVerbose = isVerbose
  }
}

/// One boot.
public struct BootSequence<Machine: Firmware> {
  /// Least usable memory that the system is started with, in bytes.
  public static var minimumMemory: UInt64 { 64 << 20 }
  /// Room for regions that appear between the first look at the memory map and the last.
  private static var regionSlack: Int { 64 }

  var machine: Machine
  var stamps: PhaseStamps
  let isVerbose: Bool

  /// Boots: checks everything, leaves the firmware, enters the kernel.
  ///
  /// - Parameters:
  ///   - machine: The machine and its firmware; on a failure it is left as far as the boot came.
  ///   - settings: What this loader trusts.
  /// - Returns: What the jump into the kernel leaves behind.
  /// - Throws: `BootError`, after which the kernel has not been entered. The error has not been
  ///   shown: `BootError.show(on:)` does that.
  public static func run(
    on machine: inout Machine, settings: borrowing BootSettings
  ) throws(BootError) -> Machine.Departure {
    var boot = BootSequence(
      machine: machine, stamps: PhaseStamps(entryTicks: machine.timeStamp),
      isVerbose: settings.isVerbose)
    defer { machine = boot.machine }
    return try boot.run(policy: settings.policy)
  }

  private mutating func run(
    policy: borrowing AcceptancePolicy
  ) throws(BootError) -> Machine.Departure {
    let firmwareTicks = machine.firmwareTicks
    mark("START")
    showStamp("ENTRY", at: stamps.entryTicks, inFirmware: firmwareTicks)
    try checkProcessor()
    var scratch = try MapScratch(&machine, slack: Self.regionSlack)
    try checkMemory(&scratch)
    let file = try ImageFile(from: &machine)
    end(.imageRead)
    let image = try verify(file.bytes, by: policy)
    let configuration = try Self.configuration(of: image)
    let kernel = try KernelImage(image)
    mark("KERNEL_ACCEPTED")
    var memory = try machine.take(
      bytes: kernel.byteCount, alignment: AddressSpace.largePage)
    try load(kernel, into: &memory)
    end(.kernelLoaded)
    return try leave(
      image: image, kernel: kernel, configuration: configuration, filePages: file.pages,
      kernelPages: memory.pages, &scratch)
  }

  private func checkProcessor() throws(BootError) {
    let features = machine.processor
    guard features.hasNoExecute else { throw .processorWithoutNoExecute }
    guard !features.usesFiveLevels else { throw .fiveLevelPaging }
  }

  private mutating func checkMemory(_ scratch: inout MapScratch<Machine>) throws(BootError) {
    _ = try scratch.refresh(from: &machine)
    let found = try scratch.regions().usableBytes
    guard found >= Self.minimumMemory else {
      throw .memoryTooSmall(found: found, minimum: Self.minimumMemory)
    }
  }

  private func load(
    _ kernel: borrowing KernelImage, into block: inout Machine.Block
  ) throws(BootError) {
    var memory = block.mutableBytes()
    try kernel.load(into: &memory)
  }
}

// MARK: Verification

extension BootSequence {
  /// Checks structure, origin and contents of the image, in this order.
  @_lifetime(copy file)
  private mutating func verify(
    _ file: RawSpan, by policy: borrowing AcceptancePolicy
  ) throws(BootError) -> VerifiedBootImage {
    let authenticated: AuthenticatedBootImage
    let unverified: UnverifiedBootImage
    do throws(BootImageError) {
      unverified = try UnverifiedBootImage(parsing: file)
      end(.structureChecked)
      authenticated = try unverified.authenticated(by: policy)
      end(.signatureChecked)
    } catch {
      throw .image(error)
    }
    showHashedBytes(unverified)
    do throws(BootImageError) {
      let image = try authenticated.verified()
      end(.contentsHashed)
      return image
    } catch {
      throw Self.named(error, in: unverified)
    }
  }

  /// A mismatch with the name of its section, which the signature vouches for.
  private static func named(
    _ error: BootImageError, in image: borrowing UnverifiedBootImage
  ) -> BootError {
    guard case .hashMismatch(let index, _) = error, let entry = image.entry(at: index) else {
      return .image(error)
    }
    return .hashMismatch(section: entry.name)
  }

  /// The part of the boot configuration that concerns loader and kernel.
  private static func configuration(
    of image: borrowing VerifiedBootImage
  ) throws(BootError) -> BootConfigInfo {
    let payload: RawSpan
    do throws(BootImageError) { payload = try image.required(.bootConfig).payload } catch {
      throw .image(error)
    }
    let info: BootConfigInfo
    do throws(FormatError) { info = try BootConfig(decoding: payload).info } catch {
      throw .bootConfig(error)
    }
    guard info.profile.rawValue == image.manifest.profile.rawValue else {
      throw .bootConfigProfile
    }
    return info
  }

  /// How much is about to be hashed, for the figures of the bench.
  private mutating func showHashedBytes(_ image: borrowing UnverifiedBootImage) {
    guard isVerbose else { return }
    var bytes: UInt64 = 0
    for index in 0..<image.sectionCount { bytes += UInt64(image.entry(at: index)?.size ?? 0) }
    machine.write("ERIX_BOOTLOADER:HASHED_BYTES:")
    machine.write(decimal: bytes)
    machine.write("\n")
  }
}
