// Random valid kernel->root handoffs from a fixed seed.

import Bytes
import CapABI
import Handoff
import HandoffTesting

extension RootContents {
  static func random(_ random: inout Random) -> RootContents {
    var contents = sample
    if Bool.random(using: &random) { contents.info.wallClock = nil }
    contents.info.budgetTotal = random.next() | 1
    contents.info.budgetUsed = UInt64.random(in: 0...contents.info.budgetTotal, using: &random)
    contents.info.entropy.seed = random.bytes(FixedBytes<64>.self)
    contents.info.platform = PlatformCapabilities(rawValue: random.next()) & .all
    contents.info.cspaceSlots = 1 << UInt32.random(in: 13...20, using: &random)
    var slot: UInt32 = 3000
    var page: UInt64 = 0
    contents.untypeds = (0..<Int.random(in: 0...60, using: &random)).map { _ in
      let bits = UInt8.random(in: 12...20, using: &random)
      let unit = UInt64(1) << UInt64(bits - 12)
      page = (page + unit - 1) / unit * unit
      defer {
        page += unit
        slot += UInt32.random(in: 1...3, using: &random)
      }
      return RootUntyped(
        base: page << 12, slot: CapSlot(rawValue: slot), sizeBits: bits,
        isDevice: Bool.random(using: &random))
    }
    for index in contents.modules.indices {
      let pages = UInt64.random(in: 1...50, using: &random)
      contents.modules[index].size = pages << 12
      contents.modules[index].frameCount = UInt32.random(in: 1...UInt32(pages), using: &random)
      contents.modules[index].firstFrame = CapSlot(rawValue: slot)
      slot += contents.modules[index].frameCount
    }
    contents.info.firstFreeSlot = CapSlot(rawValue: slot)
    return contents
  }
}
