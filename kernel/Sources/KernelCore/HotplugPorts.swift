// Slots of the PCI Express hierarchy in which devices come and go while the system runs, and what
// happened in them. docs/reference/control/hotplug.md; PCI Express Base Specification 3.0,
// sections 6.7 and 7.8.9 to 7.8.11.

import KernelMachine

/// What happened in a slot.
package enum HotplugEvent: Equatable, Sendable {
  /// A device is there and has power.
  case inserted(PCIAddress)
  /// The device is gone.
  case removed(PCIAddress)
}

/// One bridge with a slot behind it.
struct HotplugPort: ZeroInitialised {
  /// The bridge.
  var bridge = PCIAddress()
  /// Where its PCI Express capability begins.
  var capability: UInt8 = 0
  /// Whether user space was told that a device is there.
  var isOccupied = false

  /// Registers, from the beginning of the capability.
  private enum Offset {
    static let flags: UInt8 = 0x00
    static let slotCapabilities: UInt8 = 0x14
    /// Slot control, and slot status in the upper half.
    static let slot: UInt8 = 0x18
  }

  /// Bits of slot control.
  private enum Control {
    static let powerIndicator: UInt32 = 0b11 << 8
    static let indicatorOn: UInt32 = 0b01 << 8
    static let indicatorOff: UInt32 = 0b11 << 8
    static let powerOff: UInt32 = 1 << 10
    static let all: UInt32 = 0xFFFF
  }

  /// Bits of slot status, where they stand in the word.
  private enum Status {
    static let buttonPressed: UInt32 = 1 << 16
    static let presenceChanged: UInt32 = 1 << 19
    static let isPresent: UInt32 = 1 << 22
    static let linkChanged: UInt32 = 1 << 24
    static let events = buttonPressed | presenceChanged | linkChanged
  }

  /// The port of a function; nil when it has no slot that devices can come into.
  ///
  /// What the slot had to tell before is forgotten: what is there now was there at the start.
  init?<M: Machine>(of function: PCIAddress, on machine: M.Type) {
    guard let place = function.capability(0x10, on: machine) else { return nil }
    let flags = function.read(place &+ Offset.flags, on: machine) >> 16
    // A root port or the downstream port of a switch, with a slot.
    guard flags >> 4 & 0xF == 4 || flags >> 4 & 0xF == 6, flags >> 8 & 1 == 1,
      function.read(place &+ Offset.slotCapabilities, on: machine) >> 6 & 1 == 1
    else { return nil }
    bridge = function
    capability = place
    let word = read(on: machine)
    write(word & Control.all | word & Status.events, on: machine)
    isOccupied = word & Status.isPresent != 0
  }

  private func read<M: Machine>(on machine: M.Type) -> UInt32 {
    bridge.read(capability &+ Offset.slot, on: machine)
  }

  /// Status bits that are set are cleared.
  private func write<M: Machine>(_ word: UInt32, on machine: M.Type) {
    bridge.write(capability &+ Offset.slot, word, on: machine)
  }

  /// Looks at the slot: gives power to what came, and takes it from what somebody wants to take
  /// out.
  ///
  /// - Returns: What user space was not told yet.
  mutating func look<M: Machine>(on machine: M.Type) -> HotplugEvent? {
    var word = read(on: machine)
    guard word & Status.events != 0 else { return nil }
    let control = word & Control.all & ~(Control.powerIndicator | Control.powerOff)
    let events = word & Status.events
    if word & Status.isPresent != 0, isOccupied, word & Status.buttonPressed != 0 {
      write(control | Control.indicatorOff | Control.powerOff | events, on: machine)
      word = read(on: machine)
    } else if word & Status.isPresent != 0 {
      write(control | Control.indicatorOn | events, on: machine)
    } else {
      write(control | Control.indicatorOff | Control.powerOff | events, on: machine)
    }
    let isPresent = word & Status.isPresent != 0
    guard isPresent != isOccupied else { return nil }
    isOccupied = isPresent
    let device = bridge.firstBehind(on: machine)
    return isPresent ? .inserted(device) : .removed(device)
  }
}

/// All slots, looked at in turn.
struct HotplugPorts {
  private var pages = FrameNumber.none
  private(set) var count: UInt32 = 0
  private var next: UInt32 = 0

  private static let portsPerPage = UInt32(frameBytes / MemoryLayout<HotplugPort>.stride)
  /// Slots that one call looks at, so that it stays short on machines with many.
  private static let perLook: UInt32 = 16

  init() {}

  /// The order of the block of pages for so many slots.
  static func order(for count: UInt32) -> UInt8 {
    let pages = (max(count, 1) - 1) / portsPerPage
    return UInt8(truncatingIfNeeded: UInt32.bitWidth - pages.leadingZeroBitCount)
  }

  /// Takes over clean pages.
  mutating func use(_ pages: FrameNumber) { self.pages = pages }

  private func port(_ number: UInt32, in frames: FrameTable) -> Ref<HotplugPort> {
    precondition(number < count, "no such slot")
    let page = FrameNumber(pages.rawValue + number / Self.portsPerPage)
    return frames.table(of: HotplugPort.self, in: page)[Int(number % Self.portsPerPage)]
  }

  /// Adds a slot, for which there is room.
  mutating func append(_ port: HotplugPort, in frames: FrameTable) {
    count += 1
    self.port(count - 1, in: frames).object = port
  }

  /// Looks at the slots from where it stopped; the first that has something to tell ends the call.
  mutating func take<M: Machine>(on machine: M.Type, in frames: FrameTable) -> HotplugEvent? {
    for _ in 0..<min(count, Self.perLook) {
      let port = port(next, in: frames)
      next = next + 1 == count ? 0 : next + 1
      if let event = port.object.look(on: machine) { return event }
    }
    return nil
  }
}
