// MAP_FRAMEBUFFER and MAP_FONT: memory that the boot left, mapped in the caller as the largest
// aligned frames that both addresses allow. docs/reference/control/console.md.

import CapABI
import KernelMachine

extension KernelState {
  mutating func mapBootRange(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    try request.requireZero(from: 2)
    let isScreen = request.operation == .mapFramebuffer
    let start = isScreen ? platform.screen?.base : platform.font
    let bytes = isScreen ? platform.screen?.size : platform.fontBytes
    guard let start, let bytes, bytes > 0 else { throw .notFound }
    let pageCount = (bytes - 1) / UInt64(frameBytes) + 1
    let address = request.word0
    guard request.word1 < pageCount, address < VSpace.addressLimit,
      pageCount < (VSpace.addressLimit - address) / UInt64(frameBytes)
    else { throw .invalidArgument }
    var first = request.word1
    while first < pageCount {
      let offset = first * UInt64(frameBytes)
      let from = PhysicalAddress(truncating: start.rawValue &+ offset)
      let order = Self.largestOrder(from.rawValue, address + offset, pageCount - first)
      try objects.mapNewDevice(
        at: from, order: order, isUncached: isScreen, to: address + offset,
        rights: isScreen ? .read | .write : .read, in: caller.process)
      first += 1 << UInt64(order)
      guard first < pageCount, M.interruptPending() else { continue }
      caller.thread.object.context.r10 = first
      return .preempted
    }
    return .words(isScreen ? pageCount * UInt64(frameBytes) : bytes)
  }

  /// The order of the largest frame that both addresses are aligned to and that fits.
  private static func largestOrder(_ from: UInt64, _ onto: UInt64, _ pages: UInt64) -> UInt8 {
    let aligned = ((from | onto) >> 12).trailingZeroBitCount
    let fitting = UInt64.bitWidth - 1 - pages.leadingZeroBitCount
    // At most the maximum, which fits.
    return UInt8(truncatingIfNeeded: min(min(aligned, fitting), Int(Frame.maximumOrder)))
  }
}
