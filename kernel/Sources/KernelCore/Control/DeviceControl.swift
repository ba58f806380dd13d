// Clock, platform bits, hot-plug events, PCI configuration, I/O ports, and what there is to know of
// screen and font. docs/reference/control/time.md and its neighbours.

import CapABI
package import KernelMachine

extension KernelState {
  mutating func deviceControl(
    _ family: EndpointKind, _ request: ControlRequest
  ) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .ioPortRead8, .ioPortWrite8: return try portControl(family, request)
    case .readPCIConfigDWord: return try readPCI(request)
    default: try request.requireZero(from: 0)
    }
    switch request.operation {
    case .readMonotonicClock:
      let now = M.now()
      return .words(now / Self.nanosecondsPerTick, now)
    case .readPlatformCaps: return .words(platform.capabilities.rawValue)
    case .queryFramebuffer:
      guard let screen = platform.screen else { throw .notFound }
      return .words(
        UInt64(screen.width) | UInt64(screen.height) << 32,
        UInt64(screen.stride) | UInt64(screen.format) << 32, screen.size)
    case .queryFont:
      guard platform.font != nil else { throw .notFound }
      return .words(platform.fontBytes)
    // No source of hot-plug events that the kernel drives exists on this platform: the queue is
    // always empty (docs/caveats.md).
    default: throw .retry
    }
  }

  /// The clock of operation 13 has 1000 ticks a second.
  private static var nanosecondsPerTick: UInt64 { 1_000_000 }

  private mutating func portControl(
    _ family: EndpointKind, _ request: ControlRequest
  ) throws(SyscallError) -> ControlOutcome {
    let isRead = request.operation == .ioPortRead8
    try request.requireZero(from: isRead ? 1 : 2)
    guard let port = UInt16(exactly: request.word0), let value = UInt8(exactly: request.word1)
    else { throw .invalidArgument }
    guard family.allowsPort(port) else { throw .denied }
    if isRead { return .words(UInt64(M.readPort8(port))) }
    M.writePort8(port, value)
    return .done
  }

  private mutating func readPCI(_ request: ControlRequest) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 2)
    guard let address = PCIAddress(request.word0), let offset = UInt8(exactly: request.word1),
      offset.isMultiple(of: 4)
    else { throw .invalidArgument }
    guard platform.capabilities.contains(.pci) else { throw .notFound }
    return .words(UInt64(address.read(offset, on: M.self)))
  }
}

/// A function of a device on the PCI bus.
package struct PCIAddress: Equatable, Sendable {
  /// Bus in bits 16-23, device in 11-15, function in 8-10, as configuration mechanism 1 has them.
  private let bits: UInt32

  /// Bus in bits 0-7 of the word, device in 8-15 (below 32), function in 16-23 (below 8); nil for
  /// anything else.
  package init?(_ word: UInt64) {
    let device = UInt32(truncatingIfNeeded: word >> 8 & 0xFF)
    let function = UInt32(truncatingIfNeeded: word >> 16 & 0xFF)
    guard word >> 24 == 0, device < 32, function < 8 else { return nil }
    bits = UInt32(truncatingIfNeeded: word & 0xFF) << 16 | device << 11 | function << 8
  }

  /// Reads 32 bits of configuration space by mechanism 1 (PCI Local Bus 3.0, section 3.2.2.3.2).
  ///
  /// - Parameters:
  ///   - offset: A multiple of 4.
  ///   - machine: Whose bus it is.
  /// - Returns: The 32 bits; all ones where no device is.
  package func read<M: Machine>(_ offset: UInt8, on machine: M.Type) -> UInt32 {
    select(offset, on: machine)
    return M.readPort32(0xCFC)
  }

  /// Writes 32 bits of configuration space; the kernel does so only to measure base address
  /// registers.
  func write<M: Machine>(_ offset: UInt8, _ value: UInt32, on machine: M.Type) {
    select(offset, on: machine)
    M.writePort32(0xCFC, value)
  }

  private func select<M: Machine>(_ offset: UInt8, on machine: M.Type) {
    let enable: UInt32 = 1 << 31
    M.writePort32(0xCF8, enable | bits | UInt32(offset & 0xFC))
  }
}
