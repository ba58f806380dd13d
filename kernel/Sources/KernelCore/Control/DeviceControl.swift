// Clock, platform bits, hot-plug events, PCI configuration, I/O ports, and what there is to know of
// screen and font. docs/reference/control/time.md and its neighbours.

import CapABI
import KernelMachine

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
    default: return try takeHotplugEvent()
    }
  }

  private mutating func takeHotplugEvent() throws(SyscallError) -> ControlOutcome {
    switch hotplug.take(on: M.self, in: objects.frames) {
    case .inserted(let device): return .words(1, device.word)
    case .removed(let device): return .words(2, device.word)
    case nil: throw .retry
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
