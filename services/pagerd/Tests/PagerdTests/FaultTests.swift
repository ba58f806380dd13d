// Page faults: what a region allows, where contents come from, what is left when a step fails.

import CapABI
import IPC
import PagerdCore
import Service
import ServiceTesting
import Testing

private let base: UInt64 = 0x40_0000

struct FaultTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  @Test func `a page of zeros is mapped with the rights of its region`() throws {
    try scene.register(base, 4)
    let code = try scene.fault(base + 0x1234, .write)
    #expect(code == nil)
    #expect(scene.resolved == [Resolution(address: base + 0x1000, rights: .read | .write)])
    #expect(Array(scene.frames.values) == [Scene.owner])
    #expect(try scene.query(base)?.1 == 1)
  }

  @Test func `where there is no region nothing is found`() throws {
    try scene.register(base, 4)
    let outside: [(UInt64, Badge)] = [
      (base - 1, Scene.owner), (base + 0x4000, Scene.owner), (base, Badge(rawValue: 0x1_0012)),
      (0, Scene.owner), (.max, Scene.owner),
    ]
    for (address, owner) in outside {
      #expect(try scene.fault(address, of: owner) == .notFound)
    }
    #expect(scene.frames.isEmpty && scene.resolved.isEmpty)
  }

  @Test(arguments: [
    (PageAccess.read, PageFaultBits.write), (.read, .fetch), (.readWrite, .fetch),
    (.readExecute, .write), (.readWrite, .write | .present), (.readExecute, .present),
  ])
  func `an access that the region forbids is denied`(
    _ access: PageAccess, _ bits: PageFaultBits
  ) throws {
    try scene.register(base, 1, access)
    #expect(try scene.fault(base, bits) == .denied)
    #expect(scene.frames.isEmpty)
  }

  @Test(arguments: [
    (PageAccess.read, PageFaultBits.none), (.readWrite, .write), (.readWrite, .none),
    (.readExecute, .fetch), (.readExecute, .none),
  ])
  func `an access that the region allows is resolved`(
    _ access: PageAccess, _ bits: PageFaultBits
  ) throws {
    try scene.register(base, 1, access)
    let code = try scene.fault(base, bits)
    #expect(code == nil)
    #expect(scene.resolved.map(\.rights) == [access.rights])
  }

  @Test func `an image comes from its source, its last bytes too, and zeros follow`() throws {
    let source = try #require(try scene.source())
    let slot = ServiceSlot.firstFree
    let extent = try #require(SourceExtent(source: source, offset: 0x2000, length: 0x1800))
    try scene.register(base, 3, .readExecute, .image(extent))
    for page in 0..<UInt64(3) { _ = try scene.fault(base + page * 0x1000) }
    let rights: Rights = .read | .execute
    #expect(
      scene.resolved == [
        Resolution(
          address: base, rights: rights, source: slot, sourcePage: 2, byteCount: 0x1000),
        Resolution(
          address: base + 0x1000, rights: rights, source: slot, sourcePage: 3, byteCount: 0x800),
        Resolution(address: base + 0x2000, rights: rights),
      ])
  }

  @Test func `a copy can be written`() throws {
    let source = try #require(try scene.source(.read))
    let extent = try #require(SourceExtent(source: source, offset: 0, length: 1))
    try scene.register(base, 1, .readWrite, .copyOnWrite(extent))
    _ = try scene.fault(base, .write)
    #expect(
      scene.resolved == [
        Resolution(
          address: base, rights: .read | .write, source: ServiceSlot.firstFree, byteCount: 1)
      ])
  }

  @Test(arguments: [ResultCode.limitReached, .noMemory])
  func `what memd refuses is the answer`(_ code: ResultCode) throws {
    try scene.register(base, 1)
    scene.memdRefusal = code
    #expect(try scene.fault(base) == code)
    #expect(scene.resolved.isEmpty)
  }

  @Test func `a frame that cannot be mapped returns to memd`() throws {
    try scene.register(base, 1)
    scene.resolveRefusal = .noMemory
    #expect(try scene.fault(base) == .noMemory)
    #expect(scene.frames.isEmpty)
    #expect(scene.kernel.slots[Scene.landing] == nil)
    #expect(try scene.query(base)?.1 == 0)
    #expect(try scene.fault(base) == nil)
  }

  @Test func `a page that another thread brought is enough`() throws {
    try scene.register(base, 1)
    scene.resolveRefusal = .exists
    #expect(try scene.fault(base) == .ok)
    #expect(scene.frames.isEmpty)
  }

  @Test func `a page that lost its frame gets another`() throws {
    try scene.register(base, 1)
    _ = try scene.fault(base)
    _ = try scene.fault(base)
    #expect(scene.resolved.count == 2)
    #expect(scene.frames.count == 1)
    #expect(try scene.query(base)?.1 == 1)
  }

  @Test func `without a record there is no page`() throws {
    let small = try Scene(heap: 0x4000, slots: 2056)
    try small.register(base, 4096)
    var resolved: UInt64 = 0
    while try small.fault(base + resolved * 0x1000) == nil { resolved += 1 }
    #expect(resolved > 16 && resolved < 4096)
    #expect(small.frames.count == Int(resolved))
    #expect(try small.fault(base + resolved * 0x1000) == .limitReached)
    // Pages that are known are not refused.
    #expect(try small.fault(base) == nil)
  }

  @Test func `other faults are not a pager's`() throws {
    scene.kernel.arrive(
      TestMessage(
        MessageTag(label: FaultKind.divide.rawValue, length: 32, flags: .fromKernel),
        [UInt8](repeating: 0, count: 32)), badge: Scene.owner)
    scene.kernel.run(&scene.pagerd)
    #expect(scene.kernel.replies.map(\.message.tag.result) == [.unsupported])
  }
}
