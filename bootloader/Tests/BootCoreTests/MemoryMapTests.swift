// Memory maps of firmware that is careless or worse.

import BootCore
import BootCoreTesting
import Bytes
import Handoff
import Testing

struct MemoryMapTests {
  private func error(_ change: (inout FakeMachine) -> Void) throws -> BootError? {
    var machine = try validMachine()
    change(&machine)
    let outcome = boot(machine)
    #expect((outcome.error == nil) == (outcome.record.entered != nil))
    return outcome.error
  }

  private func regions(_ change: (inout FakeMachine) -> Void) throws -> [MemoryRegion] {
    var machine = try validMachine()
    change(&machine)
    let handoff = try boot(machine).handoff()
    return handoff.memoryMap
  }

  @Test func `the order of the firmware's map does not matter`() throws {
    let forward = try regions { _ in }
    #expect(try regions { $0.regions.reverse() } == forward)
    #expect(try regions { $0.regions.swapAt(0, 3) } == forward)
  }

  @Test func `descriptors without pages are skipped`() throws {
    let plain = try regions { _ in }
    #expect(
      try regions { $0.regions.append(FakeRegion(type: 7, base: 0x100_0000, pages: 0)) } == plain)
  }

  @Test func `the map of the handoff has every page of the firmware's once`()
    throws
  {
    let found = try regions { $0.regions.append(FakeRegion(type: 4, base: 1 << 32, pages: 1)) }
    let pages = found.reduce(0) { $0 + $1.range.pageCount }
    #expect(pages == 0xA0 + 0x60 + 0xFE00 + 0x20 + 0x10 + 0xD0 + 1 + 1)
    for (first, second) in zip(found, found.dropFirst()) {
      #expect(first.range.end <= second.range.base)
    }
  }

  @Test(
    arguments: [
      (0, MemoryRegion.Kind.reserved), (1, .usable), (2, .usable), (3, .usable), (4, .usable),
      (5, .firmwareRuntime), (6, .firmwareRuntime), (7, .usable), (8, .defective),
      (9, .acpiReclaimable), (10, .acpiNVS), (11, .mmio), (12, .mmio), (13, .reserved),
      (14, .persistent), (15, .reserved), (16, .reserved), (0x8000_0000, .reserved),
      (0xFFFF_FFFF, .reserved),
    ] as [(UInt32, MemoryRegion.Kind)])
  func `types of the firmware become kinds`(type: UInt32, kind: MemoryRegion.Kind) throws {
    let found = try regions { $0.regions.append(FakeRegion(type: type, base: 1 << 33, pages: 2)) }
    #expect(found.last == MemoryRegion(range: PageRange(base: 1 << 33, pageCount: 2), kind: kind))
  }

  @Test func `memory for a special purpose is not free`() throws {
    let found = try regions {
      $0.regions.append(FakeRegion(type: 7, base: 1 << 33, pages: 2, attributes: 1 << 18))
    }
    #expect(found.last?.kind == .reserved)
  }

  @Test func `overlapping descriptors are refused`() throws {
    let error = try error { $0.regions.append(FakeRegion(type: 0, base: 0x200_0000, pages: 1)) }
    #expect(error == .memoryMap(.overlap(base: 0x200_0000)))
  }

  @Test func `a base inside a page is refused`() throws {
    let error = try error { $0.regions.append(FakeRegion(type: 0, base: 0x1_0000_0800, pages: 1)) }
    #expect(error == .memoryMap(.misaligned(base: 0x1_0000_0800)))
  }

  @Test(
    arguments: [(1 << 52, 1), (0x1000, 1 << 40), (0, UInt64.max), (0x1000, UInt64.max)]
      as [(UInt64, UInt64)])
  func `a region that passes the end of memory is refused`(base: UInt64, pages: UInt64) throws {
    let error = try error { $0.regions = [FakeRegion(type: 11, base: base, pages: pages)] }
    #expect(error == .memoryMap(.outOfRange(base: base, pageCount: pages)))
  }

  @Test func `memory above the direct map is refused`() throws {
    let error = try error { $0.regions.append(FakeRegion(type: 7, base: 1 << 46, pages: 1)) }
    #expect(error == .memoryMap(.aboveDirectMap(base: 1 << 46)))
  }

  @Test func `devices above the direct map are fine`() throws {
    #expect(try error { $0.regions.append(FakeRegion(type: 11, base: 1 << 46, pages: 1)) } == nil)
  }

  @Test(arguments: [0, 32, 44, 4104, UInt64.max]) func `odd descriptor sizes are refused`(
    size: UInt64
  ) throws {
    var machine = try validMachine()
    machine.rawMap = Array(repeating: 0, count: 48)
    machine.descriptorSize = size
    #expect(boot(machine).error == .memoryMap(.descriptorSize(size)))
  }

  @Test(arguments: [40, 48, 56, 4096] as [UInt64]) func `larger descriptors are read`(
    size: UInt64
  ) throws {
    #expect(try error { $0.descriptorSize = size } == nil)
  }

  @Test func `a length that is no whole number of descriptors is refused`() throws {
    let error = try error { $0.rawMap = Array(repeating: 0, count: 100) }
    #expect(error == .memoryMap(.length(100, descriptorSize: 48)))
  }

  @Test func `more regions than a handoff holds are refused`() throws {
    let error = try error { machine in
      machine.regions = (0..<4097).map { FakeRegion(type: 7, base: $0 << 13, pages: 1) }
    }
    #expect(error == .memoryMap(.tooManyRegions(limit: 4096)))
  }

  @Test func `a map of nearly as many regions as a handoff holds is handled`() throws {
    let error = try error { machine in
      machine.regions += (0..<4080).map { FakeRegion(type: 11, base: 1 << 32 + $0 << 13, pages: 1) }
    }
    #expect(error == nil)
  }

  @Test func `many regions are handled`() throws {
    let found = try regions { machine in
      machine.regions += (0..<1000).map {
        FakeRegion(type: 7, base: 1 << 32 + UInt64(1000 - $0) << 13, pages: 1)
      }
    }
    #expect(found.count > 1000)
  }

  @Test func `a map that the firmware does not give is an error`() throws {
    let error = try error { $0.mapFailure = FirmwareError(status: 5) }
    #expect(error == .memoryMap(.unavailable(status: 5)))
  }

  @Test func `memory of the loader that the map does not show as free is refused`() throws {
    let error = try error { $0.nextFree = 0xFF1_0000 }
    guard case .memoryMap(.lostRange) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a map that grows within the slack is followed`() throws {
    let late = (0..<40).map { FakeRegion(type: 7, base: 1 << 34 + UInt64($0) << 13, pages: 1) }
    let found = try regions { $0.lateRegions = (from: 5, regions: late) }
    #expect(found.count > 40)
  }

  @Test func `a map that outgrows its buffer is refused`() throws {
    let late = (0..<400).map { FakeRegion(type: 7, base: 1 << 34 + UInt64($0) << 13, pages: 1) }
    let error = try error { $0.lateRegions = (from: 5, regions: late) }
    guard case .memoryMap(.grew) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `new memory that needs more tables than there are is refused`() throws {
    let late = (0..<60).map { FakeRegion(type: 7, base: 1 << 40 + UInt64($0) << 39, pages: 1) }
    let error = try error { $0.lateRegions = (from: 5, regions: late) }
    guard case .pageTables(.full) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a switch page that is a kernel address cannot be mapped twice`() throws {
    let error = try error { $0.switchPage = 0x1000_0000_0000 }
    #expect(error == .memoryMap(.lostRange(base: 0x1000_0000_0000)))
  }
}
