// RETYPE_UNTYPED_TO_FRAME: frames from RAM, device frames from ranges of device addresses.
// docs/reference/kernel-memory.md, sections 9 and 10.

package import CapABI
package import KernelMachine

/// A checked creation of a frame.
package struct RetypeUntyped {
  /// What a caller asks for.
  package struct Request: Sendable {
    /// The untyped memory, of RAM or of devices.
    package var untyped: CapSlot
    /// The empty slot for the frame.
    package var destination: CapSlot
    /// The frame has 2^order pages.
    package var order: UInt64
    /// Where a device frame begins; 0 for RAM, whose place the kernel chooses.
    package var address: UInt64

    /// Collects the arguments.
    package init(untyped: CapSlot, destination: CapSlot, order: UInt64, address: UInt64 = 0) {
      self.untyped = untyped
      self.destination = destination
      self.order = order
      self.address = address
    }
  }

  private let frame: Slot
  private let source: Ref<Slot>
  private let destination: Ref<Slot>

  /// Checks a request and takes the memory; a frame of RAM is cut from the untyped memory.
  ///
  /// - Throws: `slotOutOfRange`, `emptySlot`, `occupiedSlot` for the slots; `wrongType` if the
  ///   source is not untyped; `missingRight` without MANAGE; `invalidArgument` for an order over
  ///   18, an address for RAM, and an address that is not aligned to the frame or leaves the range;
  ///   `noMemory`.
  package init(
    _ request: Request, of caller: Ref<CSpace>, scope: SlotScope, in space: inout ObjectSpace
  ) throws(SyscallError) {
    source = try space.occupied(request.untyped, in: caller, scope)
    let vacancy = try space.vacant(request.destination, in: caller, scope)
    let isDevice = source.object.type == .deviceUntyped
    let range = isDevice ? try source.managed(DeviceUntyped.self) : nil
    let pool: Ref<Pool>
    if let range { pool = range.object.pool } else { pool = try source.managed(Pool.self) }
    guard request.order <= Frame.maximumOrder else { throw .invalidArgument }
    // At most 18, from the line above.
    let order = UInt8(truncatingIfNeeded: request.order)
    var start = PhysicalAddress(truncating: 0)
    if let range {
      start = try range.extent(at: request.address, order: order)
    } else {
      guard request.address == 0 else { throw .invalidArgument }
    }
    destination = try space.claim(vacancy)
    let object =
      isDevice
      ? space.makeDeviceFrame(at: start, order: order, isUncached: true, from: pool)?.header
      : space.makeFrame(order: order, from: pool)?.header
    guard let object else {
      space.abandon(vacancy)
      throw .noMemory
    }
    let type: CapabilityType = isDevice ? .deviceFrame : .frame
    frame = Slot(object, type: type, rights: type.meaningfulRights)
  }

  /// Puts the capability to the frame into the slot.
  package func invoke(in space: inout ObjectSpace) {
    space.place(frame, in: destination, under: source)
  }
}

extension Ref where Object == DeviceUntyped {
  /// The place of a frame in the range.
  ///
  /// - Throws: `invalidArgument` when it is not aligned to its size or leaves the range.
  fileprivate func extent(at address: UInt64, order: UInt8) throws(SyscallError)
    -> PhysicalAddress
  {
    let size = UInt64(frameBytes) << UInt64(order)
    let first = object.start.rawValue
    let length = object.pageCount &* UInt64(frameBytes)
    guard address & (size - 1) == 0, address >= first, size <= length,
      address - first <= length - size
    else { throw .invalidArgument }
    return PhysicalAddress(truncating: address)
  }
}

extension ObjectSpace {
  /// Makes a device frame that no capability names yet; nil without memory.
  mutating func makeDeviceFrame(
    at start: PhysicalAddress, order: UInt8, isUncached: Bool, from pool: Ref<Pool>
  ) -> Ref<DeviceFrame>? {
    guard let piece = allocatePiece(bytes: MemoryLayout<DeviceFrame>.size, from: pool) else {
      return nil
    }
    let frame = DeviceFrame(
      header: newHeader(.deviceFrame), start: start, order: order, isUncached: isUncached)
    return Ref(piece, initial: frame)
  }
}

extension KernelState {
  /// Puts a capability to a range of device addresses into an empty slot.
  ///
  /// For the boot: neither RAM nor a device that the kernel uses lies in the range. `pool` pays for
  /// the object, and for the device frames that will be made of it.
  /// - Throws: `slotOutOfRange`, `occupiedSlot`, `noMemory`.
  package mutating func grantDevices(
    at start: PhysicalAddress, pageCount: UInt64, from pool: Ref<Pool>, to cspace: Ref<CSpace>,
    slot: CapSlot
  ) throws(SyscallError) {
    let vacancy = try objects.vacant(slot, in: cspace, .whole)
    let destination = try objects.claim(vacancy)
    guard let piece = objects.allocatePiece(bytes: MemoryLayout<DeviceUntyped>.size, from: pool)
    else {
      objects.abandon(vacancy)
      throw .noMemory
    }
    let range = Ref(
      piece,
      initial: DeviceUntyped(
        header: objects.newHeader(.deviceUntyped), start: start, pageCount: pageCount, pool: pool))
    let type = CapabilityType.deviceUntyped
    objects.place(
      Slot(range.header, type: type, rights: type.meaningfulRights), in: destination,
      under: pool.object.process?.object.budget)
  }
}
