// What the root task of a test image learns from its handoff, as plain numbers.

public import CapABI
import Handoff
public import Runtime

/// The parts of the handoff that tests use.
public struct RootFacts {
  /// Slots of root's CSpace.
  public var cspaceSlots: UInt32 = 0
  /// The first slot that nothing of the boot is in.
  public var firstFreeSlot: UInt32 = 0
  /// The largest piece of RAM.
  public var untyped = CapSlot.null
  /// Its size is 2^untypedBits bytes.
  public var untypedBits: UInt8 = 0
  /// Bytes of all pieces of RAM.
  public var memoryBytes: UInt64 = 0
  /// A piece of device memory; null when there is none.
  public var deviceUntyped = CapSlot.null
  /// Its physical address.
  public var deviceBase: UInt64 = 0
  /// Its size is 2^deviceBits bytes.
  public var deviceBits: UInt8 = 0
  /// Where root's image is.
  public var imageBase: UInt64 = 0
  /// Bytes of the image.
  public var imageSize: UInt64 = 0
  /// First address above root's stack.
  public var stackTop: UInt64 = 0
  /// Bytes of root's budget.
  public var budgetTotal: UInt64 = 0
  /// Devices that the kernel saw.
  public var platform = PlatformCapabilities.none
  /// Protections that the image leaves out.
  public var leaveOut: UInt64 = 0
  /// Whether the kernel gave a random seed.
  public var hasSeed = false

  /// Reads the handoff.
  ///
  /// - Returns: Nil when it is not valid or there is no RAM.
  public init?(_ start: StartMemory) {
    guard let handoff = try? RootHandoff(decoding: start.bytes) else { return nil }
    let info = handoff.info
    cspaceSlots = info.cspaceSlots
    firstFreeSlot = info.firstFreeSlot.rawValue
    imageBase = info.imageBase
    imageSize = info.imageSize
    stackTop = info.stackTop
    budgetTotal = info.budgetTotal
    platform = info.platform
    leaveOut = info.switches.leaveOut.rawValue
    hasSeed = info.entropy.source != .none
    for index in 0..<handoff.untypeds.count {
      guard let entry = handoff.untypeds[index] else { continue }
      take(entry)
    }
    guard untyped != .null else { return nil }
  }

  /// Counts the RAM and remembers the largest of each kind.
  private mutating func take(_ entry: RootUntyped) {
    if !entry.isDevice { memoryBytes += 1 << UInt64(entry.sizeBits) }
    if entry.isDevice, entry.sizeBits > deviceBits {
      deviceUntyped = entry.slot
      deviceBase = entry.base
      deviceBits = entry.sizeBits
    } else if !entry.isDevice, entry.sizeBits > untypedBits {
      untyped = entry.slot
      untypedBits = entry.sizeBits
    }
  }
}
