// The root task as the boot makes it: inventory, memory, image, handoff.

import Bytes
import CapABI
import ELF
import Handoff
import KernelCore
import KernelMachine
import Testing

struct BootTests {
  /// A world whose RAM the handoff describes, and what the boot made in it.
  struct Booted {
    let world: World
    let thread: Ref<Thread>
    let cspace: Ref<CSpace>
    let vspace: Ref<VSpace>
    let handoff: [UInt8]

    var process: Ref<Process> { thread.object.process }

    init(
      frames: Int = 6000, devices: SimulatedDevices = SimulatedDevices(),
      _ change: (inout BootSample) -> Void = { _ in }
    ) throws {
      let world = try World(frames: frames)
      let space = world.state.objects
      var sample = BootSample(
        ram: PageRange(
          base: space.frames.address(of: FrameNumber(0)).rawValue,
          pageCount: UInt64(space.frames.records.count)))
      change(&sample)
      let bytes = try sample.encoded()
      let view = try BootloaderHandoff(decoding: bytes.span.rawBytes)
      SimulatedMachine.$devices.withValue(devices) {
        #expect(throws: Never.self) { try world.state.prepare(from: view) }
      }
      thread = try world.state.makeRootTask(view, file: BootSample.program.span.rawBytes)
      let process = thread.object.process
      cspace = try #require(process.object.cspace)
      vspace = try #require(process.object.vspace)
      self.world = world
      var handoff: [UInt8] = []
      let start = thread.object.context.rdi
      let words = Self.words(world, vspace, at: start, count: 512 * 32)
      for word in words {
        for index in 0..<8 { handoff.append(UInt8(truncatingIfNeeded: word >> UInt64(index * 8))) }
      }
      let size = Int(words[1] >> 32)
      self.handoff = Array(handoff.prefix(size))
    }

    /// The mapping that has an address, and the frame's pages from its start on.
    static func mapping(_ world: World, _ vspace: Ref<VSpace>, _ address: UInt64)
      -> (slot: Ref<Slot>, page: UInt64)?
    {
      for order in 0...9 as ClosedRange<UInt64> {
        let page = address >> 12 & ~(1 << order - 1)
        let index = UInt32(truncatingIfNeeded: page)
        let found = vspace.object.records.slot(index, in: world.state.objects.frames)
        guard let found, !found.object.isEmpty else { continue }
        let frame = found.object.object?.object.kind == .frame
        let size: UInt64 =
          frame
          ? found.object.object.map { 1 << UInt64($0.cast(to: Frame.self).object.order) } ?? 0
          : found.object.object.map { 1 << UInt64($0.cast(to: DeviceFrame.self).object.order) } ?? 0
        guard address >> 12 - page < size else { continue }
        return (found, address >> 12 - page)
      }
      return nil
    }

    static func words(_ world: World, _ vspace: Ref<VSpace>, at address: UInt64, count: Int)
      -> [UInt64]
    {
      (0..<count).compactMap { index in
        let place = address + UInt64(index) * 8
        guard let (slot, page) = mapping(world, vspace, place),
          let frame = slot.object.object?.cast(to: Frame.self)
        else { return nil }
        let number = FrameNumber(frame.object.block.rawValue + UInt32(page))
        let table = world.state.objects.frames.table(of: UInt64.self, in: number)
        return table[Int(place % 4096 / 8)].object
      }
    }

    func word(at address: UInt64) -> UInt64? {
      Self.words(world, vspace, at: address, count: 1).first
    }

    func rights(at address: UInt64) -> Rights? {
      Self.mapping(world, vspace, address)?.slot.object.mapping.rights
    }
  }

  @Test func `the root task finds exactly its inventory`() throws {
    let booted = try Booted()
    let handoff = try RootHandoff(decoding: booted.handoff.span.rawBytes)
    try handoff.checkInventory()
    for index in 0..<handoff.capabilities.count {
      let descriptor = try handoff.capabilities.entry(at: index).descriptor
      let held = try booted.world.query(descriptor.slot.rawValue, by: booted.cspace)
      #expect(held.type == descriptor.type && held.rights == descriptor.rights)
      #expect(held.family == descriptor.kind)
    }
    #expect(booted.process.object.state == .running)
    #expect(booted.thread.object.state == .ready)
    #expect(booted.world.slot(6, in: booted.cspace) == nil)
    expectSound(booted.world)
  }

  @Test func `every slot that is filled stands in the handoff`() throws {
    let booted = try Booted()
    let handoff = try RootHandoff(decoding: booted.handoff.span.rawBytes)
    var listed: Set<UInt32> = []
    for index in 0..<handoff.capabilities.count {
      listed.insert(try handoff.capabilities.entry(at: index).descriptor.slot.rawValue)
    }
    for index in 0..<handoff.untypeds.count {
      listed.insert(try handoff.untypeds.entry(at: index).slot.rawValue)
    }
    let filled = (UInt32(1)..<4096).filter { booted.world.slot($0, in: booted.cspace) != nil }
    #expect(Set(filled) == listed)
    #expect(handoff.info.firstFreeSlot.rawValue > filled.max() ?? 0)
  }

  @Test func `untyped memory is what the capabilities name, and all that is large`() throws {
    let booted = try Booted()
    let world = booted.world
    let handoff = try RootHandoff(decoding: booted.handoff.span.rawBytes)
    var ram: UInt64 = 0
    for index in 0..<handoff.untypeds.count {
      let entry = try handoff.untypeds.entry(at: index)
      let slot = try #require(world.slot(entry.slot.rawValue, in: booted.cspace))
      #expect(slot.object.type == (entry.isDevice ? .deviceUntyped : .untyped))
      let overlaps = entry.base < 0xFEF0_0000 && entry.pages.end > 0xFEC0_0000
      #expect(!overlaps || !entry.isDevice)
      guard !entry.isDevice else { continue }
      let pool = try #require(slot.object.object?.cast(to: Pool.self))
      #expect(pool.object.totalBytes == 1 << UInt64(entry.sizeBits))
      ram += pool.object.totalBytes
    }
    let rest = try #require(world.state.ram.object.object?.cast(to: Pool.self))
    #expect(ram > 8 << 20)
    for order in 6...Pool.maximumOrder { #expect(rest.object.freeBlocks[Int(order)] == 0) }
    let last = UInt32(64 + handoff.untypeds.count - 1)
    let usable = try #require(
      (64...last).first { world.slot($0, in: booted.cspace)?.object.type == .untyped })
    try world.split(usable, order: 0, into: 3000, by: booted.cspace)
    expectSound(world)
  }

  @Test func `the image is loaded, relocated and mapped with its rights`() throws {
    let booted = try Booted()
    let handoff = try RootHandoff(decoding: booted.handoff.span.rawBytes)
    let base = handoff.info.imageBase
    #expect(
      handoff.info.entry == base + 0x11C0 && booted.thread.object.context.rip == base + 0x11C0)
    #expect(booted.word(at: base) == 0x0001_0102_464C_457F)
    #expect(booted.word(at: base + 0x11C0) == 0x9090_9090_9090_9090)
    #expect(booted.word(at: base + 0x2230) == base + 0x11C0)
    #expect(booted.word(at: base + 0x33C8) == 0)
    #expect(booted.rights(at: base) == .read)
    #expect(booted.rights(at: base + 0x1000) == .read | .execute)
    #expect(booted.rights(at: base + 0x2000) == .read)
    #expect(booted.rights(at: base + 0x3000) == .read | .write)
    #expect(booted.rights(at: base + 0x4000) == nil)
  }

  @Test func `the stack has a hole below it and the IPC buffer above it`() throws {
    let booted = try Booted()
    let top = booted.thread.object.context.rsp
    #expect(booted.rights(at: top - 8) == .read | .write)
    #expect(booted.rights(at: top - 16 * 4096) == .read | .write)
    #expect(booted.rights(at: top - 16 * 4096 - 1) == nil)
    #expect(booted.rights(at: top) == .read | .write)
    #expect(booted.rights(at: top + 4096) == nil)
    let text = Array("a line of more than thirty-two bytes".utf8)
    let words = (0..<5).map { word in
      (0..<8).reversed().reduce(UInt64(0)) { value, index in
        let place = word * 8 + index
        return value << 8 | UInt64(place < text.count ? text[place] : 0)
      }
    }
    let buffer = try #require(Booted.mapping(booted.world, booted.vspace, top))
    let frame = try #require(buffer.slot.object.object?.cast(to: Frame.self))
    let table = booted.world.state.objects.frames.table(of: UInt64.self, in: frame.object.block)
    table[IPCBuffer.payloadOffset / 8 + 4].object = words[4]
    try booted.world.call(
      .logString, words[0], words[1], words[2], words[3], length: UInt16(text.count),
      by: booted.thread)
    #expect(booted.world.logText.hasSuffix("a line of more than thirty-two bytes\n"))
  }

  @Test func `modules are mapped read-only where the handoff says`() throws {
    let booted = try Booted { $0.servicePages = 700 }
    let handoff = try RootHandoff(decoding: booted.handoff.span.rawBytes)
    #expect(handoff.modules.count == 4)
    for index in 0..<4 {
      let module = try handoff.modules.entry(at: index)
      let pages = (module.size + 4095) / 4096
      for page in 0..<pages {
        let address = module.address + page * 4096
        let (slot, offset) = try #require(Booted.mapping(booted.world, booted.vspace, address))
        let frame = try #require(slot.object.object?.cast(to: DeviceFrame.self))
        #expect(slot.object.mapping.rights == .read && !frame.object.isUncached)
        #expect(
          frame.object.start.rawValue + offset * 4096 - BootSample.moduleBase
            == address - (try handoff.modules.entry(at: 0)).address)
      }
      #expect(booted.rights(at: module.address + pages * 4096) == nil)
    }
    #expect(handoff.info.bootConfigModule == 2)
    expectSound(booted.world)
  }

  @Test func `the same seed gives the same layout, another seed another`() throws {
    let first = try Booted()
    let again = try Booted()
    let fixed = try Booted { $0.entropy = .fixed }
    #expect(first.thread.object.context.rip == again.thread.object.context.rip)
    #expect(first.thread.object.context.rip == fixed.thread.object.context.rip)
    let none = try Booted { $0.entropy = .none }
    #expect(first.thread.object.context.rip != none.thread.object.context.rip)
    #expect(first.thread.object.context.rsp != none.thread.object.context.rsp)
    let sources = try [first, fixed, none].map {
      try RootHandoff(decoding: $0.handoff.span.rawBytes).info.entropy.source
    }
    #expect(sources == [.kernel, .fixed, .none])
    let inForce = [first, fixed, none].map {
      $0.world.state.protectionsInForce.contains(.aslr)
    }
    #expect(inForce == [true, false, false])
  }

  @Test func `without randomisation everything stands at the start of its part`() throws {
    let plain = try Booted { $0.switches.leaveOut = .aslr }
    #expect(plain.thread.object.context.rip == 1 << 30 + 2 << 20 + 0x11C0)
    #expect(plain.thread.object.context.rsp == 1 << 30 + 512 << 20)
    #expect(!plain.world.state.protectionsInForce.contains(.aslr))
  }

  @Test func `the endpoint with the whole surface is given when the image asks for it`() throws {
    let plain = try Booted()
    #expect(plain.world.slot(5, in: plain.cspace) == nil)
    let test = try Booted { $0.switches.flags = .testOperations }
    #expect(try test.world.query(5, by: test.cspace).family == .testRoot)
    let handoff = try RootHandoff(decoding: test.handoff.span.rawBytes)
    #expect(try handoff.capabilities.entry(at: 4).descriptor.kind == .testRoot)
  }

  @Test func `what the loader knows of the machine is kept`() throws {
    let devices = SimulatedDevices()
    devices.ports = [0x3FD: 0x60]
    let booted = try Booted(devices: devices)
    let platform = booted.world.state.platform
    #expect(platform.capabilities == .serialPort | .framebuffer | .ioAPIC)
    #expect(platform.ownsSerial)
    #expect(platform.fontBytes == 5000)
    #expect(platform.font?.rawValue == BootSample.moduleBase + 0x900 * 4096)
    #expect(platform.screen?.width == 1024)
    let handoff = try RootHandoff(decoding: booted.handoff.span.rawBytes)
    #expect(handoff.info.platform == platform.capabilities)
    #expect(handoff.info.wallClock?.utcSeconds == 1_795_000_000)
    let pool = try #require(booted.process.object.pool)
    #expect(handoff.info.budgetTotal == pool.object.totalBytes)
  }

  @Test func `a broken file, too little memory and far modules stop the boot`() throws {
    let world = try World(frames: 6000)
    let ram = PageRange(
      base: world.state.objects.frames.address(of: FrameNumber(0)).rawValue,
      pageCount: UInt64(world.state.objects.frames.records.count))
    let bytes = try BootSample(ram: ram).encoded()
    let view = try BootloaderHandoff(decoding: bytes.span.rawBytes)
    let broken = Array(BootSample.program.dropLast(0x100))
    #expect(throws: BootFailure.self) {
      try world.state.makeRootTask(view, file: broken.span.rawBytes)
    }
    let small = try World(frames: 600)
    #expect(throws: BootFailure.noMemory) {
      try small.state.makeRootTask(view, file: BootSample.program.span.rawBytes)
    }
  }

  @Test func `killing the root task gives everything back`() throws {
    let booted = try Booted()
    let world = booted.world
    let process = booted.process
    guard case .consumed = try world.outcome(.killProcess, 1, by: booted.thread) else {
      Issue.record("whoever kills itself does not go on")
      return
    }
    expectSound(world)
    #expect(process.object.state == .dead)
  }
}
