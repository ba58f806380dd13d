// Memory that can be mapped: frames of RAM, and ranges of device addresses.
// docs/reference/kernel-memory.md, section 10.

package import CapABI
package import KernelMachine

/// 2^order pages of RAM.
///
/// INVARIANT: `writable` and `executable` are never both above 0.
package struct Frame: KernelObject {
  package static var kind: ObjectKind { .frame }
  package static var capabilityType: CapabilityType { .frame }
  /// The largest order: 1 GiB.
  package static let maximumOrder: UInt8 = 18

  package var header: ObjectHeader
  /// The first page.
  package let block: FrameNumber
  /// The frame has 2^order pages, aligned to their size.
  package let order: UInt8
  /// Pages known to hold nothing from before; all of them before the frame is first used.
  package internal(set) var cleared: UInt32
  /// Mappings that can be written through, IPC buffers included.
  package internal(set) var writable: UInt64 = 0
  /// Mappings that can be executed.
  package internal(set) var executable: UInt64 = 0

  /// How many pages there are.
  package var pageCount: UInt32 { 1 << UInt32(order) }
}

/// 2^order pages of device addresses, or of memory that the boot set aside.
package struct DeviceFrame: KernelObject {
  package static var kind: ObjectKind { .deviceFrame }
  package static var capabilityType: CapabilityType { .deviceFrame }

  package var header: ObjectHeader
  /// The first byte; aligned to the size.
  package let start: PhysicalAddress
  /// The frame has 2^order pages.
  package let order: UInt8
  /// Whether accesses bypass the caches; false only for memory of the boot.
  package let isUncached: Bool
}

/// A range of device addresses from which device frames can be made.
package struct DeviceUntyped: KernelObject {
  package static var kind: ObjectKind { .deviceUntyped }
  package static var capabilityType: CapabilityType { .deviceUntyped }

  package var header: ObjectHeader
  /// The first byte; aligned to a page.
  package let start: PhysicalAddress
  /// How many pages there are.
  package let pageCount: UInt64
  /// Who pays for the objects made of the range.
  package let pool: Ref<Pool>
}

/// The memory behind a capability that can be mapped.
struct Extent {
  /// The first byte; aligned to the size.
  let start: PhysicalAddress
  /// 2^order pages.
  let order: UInt8
  let isUncached: Bool

  /// Whether 2-MiB entries map it.
  var isLarge: Bool { order >= Extent.largeOrder }
  /// Bytes that one entry maps.
  var pageBytes: UInt64 { isLarge ? 1 << 21 : 1 << 12 }
  /// Entries that map it; at most 512, which stand in one table.
  var entryCount: Int { 1 << Int(isLarge ? order - Extent.largeOrder : order) }
  /// All of it, in bytes.
  var bytes: UInt64 { UInt64(frameBytes) << UInt64(order) }

  /// The order of a 2-MiB page.
  static let largeOrder: UInt8 = 9
}

extension ObjectSpace {
  /// What a capability's object covers; nil for one that cannot be mapped.
  @inline(never) mutating func extent(of slot: Ref<Slot>) -> Extent? {
    guard let object = slot.object.object else { return nil }
    switch slot.object.type {
    case .frame:
      let frame = object.cast(to: Frame.self)
      return Extent(
        start: frames.address(of: frame.object.block), order: frame.object.order,
        isUncached: false)
    case .deviceFrame:
      let frame = object.cast(to: DeviceFrame.self)
      return Extent(
        start: frame.object.start, order: frame.object.order, isUncached: frame.object.isUncached)
    default: return nil
    }
  }

  /// Page-table entries that go when a capability is deleted.
  @inline(__always) mutating func entriesMapped(by slot: Ref<Slot>) -> Int {
    guard slot.object.flags.contains(.mapping) else { return 0 }
    return extent(of: slot)?.entryCount ?? 0
  }

  /// Makes a frame out of memory of `pool`, which no capability names yet; nil without memory.
  mutating func makeFrame(order: UInt8, from pool: Ref<Pool>) -> Ref<Frame>? {
    guard let piece = allocatePiece(bytes: MemoryLayout<Frame>.size, from: pool) else { return nil }
    let header = Ref<ObjectHeader>(piece, initial: newHeader(.frame))
    guard let block = allocateBlock(order: order, from: pool) else {
      freePiece(header)
      return nil
    }
    let record = frames[block]
    var cleared: UInt32 = 1 << UInt32(order)
    if record.object.needsClearing {
      // One page is cleared at once; more of them before their first use.
      if order == 0 { frames.clear(block) } else { cleared = 0 }
      record.object.needsClearing = false
    }
    let frame = header.cast(to: Frame.self)
    frame.object = Frame(header: header.object, block: block, order: order, cleared: cleared)
    return frame
  }

  /// Clears remnants of the boot out of a frame, at most `steps` pages of them.
  ///
  /// Executing it again goes on where it stopped.
  @inline(__always) mutating func clear(_ frame: Ref<Frame>, steps: Int) -> Outcome {
    guard frame.object.cleared < frame.object.pageCount else { return .done }
    for _ in 0..<steps {
      frames.clear(FrameNumber(frame.object.block.rawValue + frame.object.cleared))
      frame.object.cleared += 1
      if frame.object.cleared == frame.object.pageCount { return .done }
    }
    return .preempted
  }
}
