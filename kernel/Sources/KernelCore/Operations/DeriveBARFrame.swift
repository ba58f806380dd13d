// DERIVE_BAR_FRAME: a device frame of what a base address register decodes.
// docs/reference/control/device-frame.md; PCI Local Bus 3.0, section 6.2.5.

import CapABI
package import KernelMachine

/// Device addresses that a base address register decodes.
package struct BARRange: Equatable, Sendable {
  /// The first byte.
  package let start: UInt64
  /// A power of two, if the device keeps to the specification.
  package let bytes: UInt64

  private static let commandOffset: UInt8 = 0x04
  private static let headerOffset: UInt8 = 0x0C
  private static let firstRegister: UInt8 = 0x10
  private static let memoryDecoding: UInt32 = 1 << 1
  private static let isPort: UInt32 = 1 << 0
  private static let is64Bit: UInt32 = 0b100
  private static let typeMask: UInt32 = 0b110
  private static let flagMask: UInt32 = 0xF

  /// Reads a register of a function and, with decoding switched off, its size.
  ///
  /// - Throws: `notFound` when there is no such function or register, or it is for I/O ports, the
  ///   upper half of another, or has no address.
  package init<M: Machine>(
    register: UInt8, of function: PCIAddress, on machine: M.Type
  ) throws(SyscallError) {
    let count = try Self.registerCount(of: function, on: machine)
    guard register < count else { throw .notFound }
    // A register of 64 bits takes two; only a walk from the first tells which is which.
    var index: UInt8 = 0
    while index < register {
      let value = function.read(Self.offset(index), on: machine)
      index += Self.isWide(value) ? 2 : 1
    }
    let low = function.read(Self.offset(register), on: machine)
    guard index == register, low & Self.isPort == 0 else { throw .notFound }
    let isWide = Self.isWide(low)
    guard !isWide || register + 1 < count else { throw .notFound }
    let high = isWide ? function.read(Self.offset(register + 1), on: machine) : 0
    let command = function.read(Self.commandOffset, on: machine) & 0xFFFF
    function.write(Self.commandOffset, command & ~Self.memoryDecoding, on: machine)
    let lowMask = Self.probe(register, low, of: function, on: machine)
    let highMask = isWide ? Self.probe(register + 1, high, of: function, on: machine) : .max
    function.write(Self.commandOffset, command, on: machine)
    start = UInt64(high) << 32 | UInt64(low & ~Self.flagMask)
    bytes = ~(UInt64(highMask) << 32 | UInt64(lowMask & ~Self.flagMask)) &+ 1
    guard lowMask & ~Self.flagMask != 0 || isWide && highMask != 0, start != 0 else {
      throw .notFound
    }
  }

  private static func offset(_ register: UInt8) -> UInt8 { firstRegister + 4 * register }

  private static func isWide(_ value: UInt32) -> Bool {
    value & isPort == 0 && value & typeMask == is64Bit
  }

  /// Registers of a function: six, two for a bridge, none for other kinds.
  private static func registerCount<M: Machine>(
    of function: PCIAddress, on machine: M.Type
  ) throws(SyscallError) -> UInt8 {
    guard function.read(0, on: machine) & 0xFFFF != 0xFFFF else { throw .notFound }
    switch function.read(headerOffset, on: machine) >> 16 & 0x7F {
    case 0: return 6
    case 1: return 2
    default: throw .notFound
    }
  }

  /// The bits of a register that can be set; it keeps its value.
  private static func probe<M: Machine>(
    _ register: UInt8, _ value: UInt32, of function: PCIAddress, on machine: M.Type
  ) -> UInt32 {
    function.write(offset(register), .max, on: machine)
    let mask = function.read(offset(register), on: machine)
    function.write(offset(register), value, on: machine)
    return mask
  }
}

extension KernelState {
  mutating func deriveBARFrame(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 2)
    let vacancy = try objects.vacant(
      request.onlySlot(request.word0), in: caller.cspace, .window)
    guard let function = PCIAddress(request.word1 & 0xFFFF_FFFF),
      let register = UInt8(exactly: request.word1 >> 32), register < 6
    else { throw .invalidArgument }
    guard platform.capabilities.contains(.pci) else { throw .notFound }
    let range = try BARRange(register: register, of: function, on: M.self)
    let order = try frameOrder(of: range)
    let slot = try objects.claim(vacancy)
    let pool = caller.cspace.object.table.pool
    guard
      let frame = objects.makeDeviceFrame(
        at: PhysicalAddress(truncating: range.start), order: order, isUncached: true, from: pool)
    else {
      objects.abandon(vacancy)
      throw .noMemory
    }
    let type = CapabilityType.deviceFrame
    objects.place(
      Slot(frame.header, type: type, rights: type.meaningfulRights), in: slot,
      under: pool.object.process?.object.budget)
    return .words(UInt64(order))
  }

  /// The order of the frame that is exactly a range.
  private mutating func frameOrder(of range: BARRange) throws(SyscallError) -> UInt8 {
    guard range.bytes >= UInt64(frameBytes), range.bytes & (range.bytes &- 1) == 0,
      range.start & (range.bytes &- 1) == 0, PhysicalAddress(exactly: range.start) != nil
    else { throw .denied }
    // From 12 to 63.
    let order = UInt8(truncatingIfNeeded: range.bytes.trailingZeroBitCount - 12)
    guard order <= Frame.maximumOrder else { throw .tooLarge }
    guard !occupied.meets(range.start, bytes: range.bytes, in: objects.frames) else {
      throw .denied
    }
    return order
  }
}
