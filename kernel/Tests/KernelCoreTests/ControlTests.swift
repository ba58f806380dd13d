// The dispatch of control operations, and the families that need no other object: clock, platform,
// ports, PCI, screen, capabilities of the caller, budgets.

import CapABI
import Handoff
import KernelCore
import KernelMachine
import Testing

struct ControlTests {
  @Test func `a family offers what it publishes and nothing else`() throws {
    let world = try World()
    for kind in EndpointKind.allCases where kind != .testRoot {
      for operation in ControlOperation.allCases where !operation.isReserved {
        guard !kind.accepts(operation) else { continue }
        #expect(throws: SyscallError.unsupported) { try world.call(operation, through: kind) }
      }
    }
    expectSound(world)
  }

  @Test func `reserved operations are denied everywhere`() throws {
    let world = try World()
    for kind in EndpointKind.allCases {
      #expect(throws: SyscallError.denied) { try world.call(.createProcess, through: kind) }
      #expect(throws: SyscallError.denied) { try world.call(.capCopy, through: kind) }
    }
  }

  @Test func `words that an operation does not use must be zero`() throws {
    let world = try World()
    let wordCounts: [(ControlOperation, Int)] = [
      (.readMonotonicClock, 0), (.readPlatformCaps, 0), (.waitHotplugEvent, 0), (.queryFont, 0),
      (.queryFramebuffer, 0), (.auditHardening, 0), (.ioPortRead8, 1), (.ioPortWrite8, 2),
      (.readPCIConfigDWord, 2), (.queryCap, 1), (.capMove, 1), (.capDrop, 1), (.createEndpoint, 1),
      (.capCopyAttenuated, 3), (.createNotification, 1), (.splitUntyped, 2), (.readBudget, 1),
      (.topUpBudget, 2), (.createStagedProcess, 3), (.deriveInstallGrant, 2),
      (.installWithGrant, 3), (.setCSpaceWindow, 2), (.abortStagedProcess, 1), (.killProcess, 1),
      (.readKernelLog, 2),
    ]
    for (operation, used) in wordCounts {
      for index in used..<4 {
        var words: [UInt64] = [0, 0, 0, 0]
        words[index] = 1
        #expect(throws: SyscallError.invalidArgument, "\(operation) word \(index)") {
          try world.call(operation, words[0], words[1], words[2], words[3])
        }
      }
    }
    expectSound(world)
  }

  @Test func `the clock has a thousand ticks a second`() throws {
    let world = try World()
    let reply = try world.call(.readMonotonicClock, through: .time)
    #expect(reply.word0 == reply.word1 / 1_000_000)
  }

  @Test func `a machine without slots has no hot-plug event`() throws {
    let world = try World()
    #expect(throws: SyscallError.retry) { try world.call(.waitHotplugEvent, through: .hotplug) }
  }

  @Test func `ports are read and written inside the family's range only`() throws {
    let devices = SimulatedDevices()
    devices.ports = [0x3FD: 0x60, 0x64: 0x1C]
    try SimulatedMachine.$devices.withValue(devices) {
      let world = try World()
      #expect(try world.call(.ioPortRead8, through: .com1, 0x3FD).word0 == 0x60)
      #expect(try world.call(.ioPortRead8, through: .i8042, 0x64).word0 == 0x1C)
      try world.call(.ioPortWrite8, through: .com1, 0x3F8, 0x41)
      #expect(devices.writes.map(\.port) == [0x3F8] && devices.writes.map(\.value) == [0x41])
      for port in [0x3F7, 0x400, 0x60, 0xCF8] as [UInt64] {
        #expect(throws: SyscallError.denied) { try world.call(.ioPortRead8, through: .com1, port) }
        #expect(throws: SyscallError.denied) {
          try world.call(.ioPortWrite8, through: .com1, port, 1)
        }
      }
      for port in [0x5F, 0x61, 0x63, 0x65] as [UInt64] {
        #expect(throws: SyscallError.denied) {
          try world.call(.ioPortRead8, through: .i8042, port)
        }
      }
      #expect(throws: SyscallError.invalidArgument) {
        try world.call(.ioPortRead8, through: .com1, 0x1_03F8)
      }
      #expect(throws: SyscallError.invalidArgument) {
        try world.call(.ioPortWrite8, through: .com1, 0x3F8, 0x100)
      }
      #expect(devices.writes.count == 1)
    }
  }

  @Test func `configuration space is read by bus, device, function and offset`() throws {
    let devices = SimulatedDevices()
    devices.configuration = [1 << 31 | 3 << 16 | 31 << 11 | 7 << 8 | 0xFC: 0x1234_5678]
    try SimulatedMachine.$devices.withValue(devices) {
      let world = try World()
      let address: UInt64 = 3 | 31 << 8 | 7 << 16
      #expect(throws: SyscallError.notFound) {
        try world.call(.readPCIConfigDWord, through: .pciConfig, address, 0xFC)
      }
      world.state.platform.capabilities = .pci
      let value = try world.call(.readPCIConfigDWord, through: .pciConfig, address, 0xFC).word0
      #expect(value == 0x1234_5678)
      for bad in [32 << 8, 8 << 16, 1 << 24] as [UInt64] {
        #expect(throws: SyscallError.invalidArgument) {
          try world.call(.readPCIConfigDWord, through: .pciConfig, bad, 0)
        }
      }
      for offset in [1, 2, 0xFF, 0x100] as [UInt64] {
        #expect(throws: SyscallError.invalidArgument) {
          try world.call(.readPCIConfigDWord, through: .pciConfig, address, offset)
        }
      }
    }
  }

  @Test func `screen and font are described when they exist`() throws {
    let world = try World()
    #expect(throws: SyscallError.notFound) { try world.call(.queryFramebuffer, through: .console) }
    #expect(throws: SyscallError.notFound) { try world.call(.queryFont, through: .console) }
    var platform = Platform()
    platform.screen = ScreenInfo(
      base: PhysicalAddress(truncating: 0x8000_0000), size: 0x40_0000, width: 1280, height: 800,
      stride: 5120, format: 1)
    platform.font = PhysicalAddress(truncating: 0x9000_0000)
    platform.fontBytes = 5000
    platform.capabilities = .framebuffer | .acpi
    let isPrepared = world.state.prepare(platform)
    #expect(isPrepared)
    let screen = try world.call(.queryFramebuffer, through: .console)
    #expect(screen.word0 == 1280 | 800 << 32 && screen.word1 == 5120 | 1 << 32)
    #expect(screen.word2 == 0x40_0000)
    #expect(try world.call(.queryFont, through: .console).word0 == 5000)
    let bits = try world.call(.readPlatformCaps, through: .acpi).word0
    #expect(bits == (PlatformCapabilities.framebuffer | .acpi).rawValue)
  }

  @Test func `own capabilities are queried, copied, moved and dropped inside the window`() throws {
    let world = try World()
    world.cspace.object.windowCount = 100
    try world.call(.createEndpoint, through: .childPopulate, 5)
    try world.call(
      .capCopyAttenuated, through: .childPopulate, World.pair(5, 6),
      UInt64(Rights.send.rawValue), 77)
    let copy = try world.call(.queryCap, through: .time, 6)
    #expect(copy.word0 == UInt64(CapabilityType.endpoint.rawValue))
    #expect(copy.word1 == UInt64(Rights.send.rawValue))
    try world.create(.endpoint(.irq), in: 9)
    #expect(try world.call(.queryCap, 9).word1 >> 32 == 0)
    #expect(
      try world.call(.queryCap, World.pair(9, 1)).word1 >> 32
        == UInt64(EndpointKind.irq.rawValue))
    #expect(try world.call(.queryCap, World.pair(1, 1)).word1 >> 32 == 0)
    #expect(try world.call(.queryCap, 9).word2 == 0)
    #expect(throws: SyscallError.invalidArgument) { try world.call(.queryCap, World.pair(9, 2)) }
    #expect(throws: SyscallError.slotOutOfRange) { try world.call(.queryCap, 100) }
    try world.call(.capMove, through: .process, World.pair(6, 7))
    #expect(throws: SyscallError.slotOutOfRange) { try world.call(.capMove, World.pair(7, 100)) }
    #expect(throws: SyscallError.emptySlot) { try world.call(.capDrop, 6) }
    #expect(throws: SyscallError.invalidArgument) { try world.call(.capDrop, World.pair(7, 1)) }
    try world.call(.capDrop, through: .process, 7)
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.capCopyAttenuated, World.pair(5, 6), 1 << 32)
    }
    #expect(throws: SyscallError.occupiedSlot) { try world.call(.createEndpoint, 5) }
    expectSound(world)
  }

  @Test func `budgets are topped up and read`() throws {
    let world = try World()
    try world.createProcess(order: 3, into: 4)
    try world.call(.topUpBudget, through: .budget, World.pair(4, 1), 2)
    let reading = try world.call(.readBudget, through: .budget, 4)
    #expect(reading.word0 == 12 * 4096 && reading.word1 < reading.word0)
    #expect(reading.word2 <= reading.word1)
    #expect(throws: SyscallError.invalidArgument) {
      try world.call(.topUpBudget, World.pair(4, 1), 256)
    }
    expectSound(world)
  }

  @Test func `protections in force are read back`() throws {
    let devices = SimulatedDevices()
    devices.hardening = 0b1011
    try SimulatedMachine.$devices.withValue(devices) {
      let world = try World()
      let always: Protections = .syscallFilter | .copyOnWrite | .memoryClearing
      let bits = try world.call(.auditHardening, through: .audit).word0
      #expect(bits == always.rawValue | 0b1011)
    }
  }
}
