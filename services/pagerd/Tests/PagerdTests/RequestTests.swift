// The requests of vspaced and procd: each operation, each error.

import Bootstrap
import CapABI
import IPC
import PagerdCore
import Service
import ServiceTesting
import Testing

private let base: UInt64 = 0x40_0000
private let owner = Scene.owner
private let other = Badge(rawValue: 0x1_0012)

struct RequestTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  private func unregister(_ from: UInt64, _ count: UInt32) throws {
    try scene.ask(.unregisterRegion(owner: owner, pages(from, count)))
  }

  /// Base and page count of the owner's regions.
  private func regions() throws -> [[UInt64]] {
    var found: [[UInt64]] = []
    var address: UInt64 = 0
    while let (region, _) = try? scene.query(address) {
      found.append([region.pages.base, UInt64(region.pages.pageCount)])
      address = region.pages.upperBound
    }
    return found
  }

  // MARK: Faces

  @Test(arguments: [0, 0x1_0003, 0x1_0011, 0x5_0003] as [UInt64])
  func `only the control face may ask`(_ badge: UInt64) {
    #expect(throws: ResultCode.denied) {
      try scene.ask(.releaseOwner(owner), as: Badge(rawValue: badge))
    }
  }

  @Test func `the boot configuration declares the same faces`() throws {
    let pagerd = try DeclaredService(.pagerd)
    #expect(pagerd.face("public") == PagerdFaces.owners)
    #expect(pagerd.face("control") == PagerdFaces.control)
    for role in [RoleID.vspaced, .procd] {
      let badges = try DeclaredService(role).badges(at: .pagerd)
      #expect(badges.contains { PagerdFaces.control.contains($0) })
    }
  }

  // MARK: Regions

  @Test func `a region that overlaps another of its owner is refused`() throws {
    try scene.register(base, 4)
    for (from, count) in [(base, 1), (base - 0x1000, 2), (base + 0x3000, 9), (base - 0x1000, 9)] {
      #expect(throws: ResultCode.exists) { try scene.register(from, UInt32(count)) }
    }
    try scene.register(base - 0x1000, 1)
    try scene.register(base + 0x4000, 1)
    try scene.register(base, 4, owner: other)
    #expect(try regions() == [[base - 0x1000, 1], [base, 4], [base + 0x4000, 1]])
  }

  @Test func `what backs a region is checked`() throws {
    let source = try #require(try scene.source(.read))
    let all = try #require(SourceExtent(source: source, offset: 0, length: 0x8000))
    let beyond = try #require(SourceExtent(source: source, offset: 0x1000, length: 0x7001))
    let none = try #require(PageSourceID(rawValue: 77))
    let unknown = try #require(SourceExtent(source: none, offset: 0, length: 1))
    #expect(throws: ResultCode.notFound) { try scene.register(base, 8, .read, .image(unknown)) }
    #expect(throws: ResultCode.tooLarge) { try scene.register(base, 8, .read, .image(beyond)) }
    #expect(throws: ResultCode.missingRight) {
      try scene.register(base, 8, .readExecute, .image(all))
    }
    try scene.register(base, 8, .read, .image(all))
  }

  @Test func `there are as many regions as the heap has room for`() throws {
    let small = try Scene(heap: 0x4000, slots: 2056)
    var count: UInt64 = 0
    do {
      while true {
        try small.register(base + count * 0x1000, 1)
        count += 1
      }
    } catch {
      #expect(error as? ResultCode == .limitReached)
    }
    #expect(count > 16)
    try small.ask(.unregisterRegion(owner: owner, pages(base, 1)))
    try small.register(base, 1)
  }

  @Test func `a part of a region goes and the rest stays`() throws {
    try scene.register(base, 8)
    for page in 0..<UInt64(8) { _ = try scene.fault(base + page * 0x1000) }
    try unregister(base + 0x2000, 3)
    #expect(try regions() == [[base, 2], [base + 0x5000, 3]])
    #expect(scene.frames.count == 5)
    try unregister(base, 1)
    try unregister(base + 0x7000, 1)
    #expect(try regions() == [[base + 0x1000, 1], [base + 0x5000, 2]])
    #expect(try scene.query(base + 0x5000)?.1 == 2)
    try unregister(base + 0x1000, 1)
    try unregister(base + 0x5000, 2)
    #expect(try regions() == [])
    #expect(scene.frames.isEmpty)
  }

  @Test func `the parts of an image keep their place in the source`() throws {
    let source = try #require(try scene.source())
    let extent = try #require(SourceExtent(source: source, offset: 0x1000, length: 0x3800))
    try scene.register(base, 6, .read, .image(extent))
    try unregister(base + 0x1000, 1)
    let head = try #require(SourceExtent(source: source, offset: 0x1000, length: 0x1000))
    let tail = try #require(SourceExtent(source: source, offset: 0x3000, length: 0x1800))
    #expect(try scene.query(base)?.0.backing == .image(head))
    #expect(try scene.query(base + 0x2000)?.0.backing == .image(tail))
    try unregister(base + 0x2000, 2)
    #expect(try scene.query(base + 0x4000)?.0.backing == .zeroFill)
    #expect(throws: ResultCode.busy) { try scene.ask(.releaseSource(source), as: Scene.procd) }
    try unregister(base, 1)
    try scene.ask(.releaseSource(source), as: Scene.procd)
  }

  @Test func `pages that are not within one region are not found`() throws {
    try scene.register(base, 2)
    try scene.register(base + 0x2000, 2)
    for (from, count) in [(base + 0x1000, 2), (base - 0x1000, 2), (base + 0x4000, 1)] {
      #expect(throws: ResultCode.notFound) { try unregister(from, UInt32(count)) }
    }
  }

  @Test func `a split without room for its second part changes nothing`() throws {
    let small = try Scene(heap: 0x4000, slots: 2056)
    try small.register(base, 3)
    var next = base + 0x10000
    while (try? small.register(next, 1)) != nil { next += 0x1000 }
    _ = try small.fault(base + 0x1000)
    let middle = PagerdRequest.unregisterRegion(owner: owner, pages(base + 0x1000, 1))
    #expect(throws: ResultCode.limitReached) { try small.ask(middle) }
    #expect(small.frames.count == 1)
    try small.ask(.unregisterRegion(owner: owner, pages(base + 0x10000, 1)))
    try small.ask(middle)
    #expect(small.frames.isEmpty)
  }

  @Test func `a request gives back so many frames, and the next goes on`() throws {
    let count = UInt64(Pagerd.framesPerRequest) * 2 + 1
    try scene.register(base, UInt32(count))
    for page in 0..<count { _ = try scene.fault(base + page * 0x1000) }
    for left in [count - 64, 1] {
      #expect(throws: ResultCode.retry) { try unregister(base, UInt32(count)) }
      #expect(scene.frames.count == Int(left))
    }
    try unregister(base, UInt32(count))
    #expect(try regions() == [])
  }

  @Test func `the end of the regions is not found`() throws {
    #expect(throws: ResultCode.notFound) { try scene.query(0) }
    try scene.register(base, 1)
    #expect(throws: ResultCode.notFound) { try scene.query(base + 0x1000) }
    #expect(throws: ResultCode.notFound) { try scene.query(0, of: other) }
    #expect(try scene.query(base + 0xFFF)?.0.owner == owner)
  }

  // MARK: Owners

  @Test func `a dead owner is forgotten, and memd is not asked`() throws {
    try scene.register(base, 4)
    try scene.register(base + 0x8000, 4)
    try scene.register(base, 1, owner: other)
    _ = try scene.fault(base)
    _ = try scene.fault(base, of: other)
    let reply = try scene.ask(.releaseOwner(owner), as: Scene.procd)
    #expect(reply == .releaseOwner(regionCount: 2))
    #expect(scene.frames.count == 2)
    #expect(try regions() == [])
    #expect(try scene.query(base, of: other)?.1 == 1)
    #expect(try scene.ask(.releaseOwner(owner)) == .releaseOwner(regionCount: 0))
  }

  @Test func `much is forgotten in steps`() throws {
    let count = UInt64(Pagerd.recordsPerRequest)
    try scene.register(base, UInt32(count))
    for page in 0..<count { _ = try scene.fault(base + page * 0x1000) }
    #expect(throws: ResultCode.retry) { try scene.ask(.releaseOwner(owner)) }
    #expect(try scene.ask(.releaseOwner(owner)) == .releaseOwner(regionCount: 1))
  }

  // MARK: Sources

  @Test func `a source is a frame that can be read, of the size that it is said to have`() throws {
    let wrong: [(TestCapability, ResultCode)] = [
      (TestCapability(.untyped, .all), .wrongType),
      (TestCapability(.deviceFrame, .read | .write), .wrongType),
      (TestCapability(.frame, .write), .missingRight),
    ]
    for (capability, code) in wrong {
      #expect(throws: code) {
        try scene.ask(.registerSource(pageCount: 8), as: Scene.procd, [capability])
      }
    }
    let frame = TestCapability(.frame, .read)
    #expect(throws: ResultCode.invalidArgument) {
      try scene.ask(.registerSource(pageCount: 4), as: Scene.procd, [frame])
    }
    #expect(scene.kernel.slots.isEmpty)
  }

  @Test func `sources end with the slots for them`() throws {
    let small = try Scene(slots: 2058)
    let first = try #require(try small.source())
    _ = try small.source()
    #expect(throws: ResultCode.limitReached) { try small.source() }
    try small.ask(.releaseSource(first), as: Scene.procd)
    let last = try #require(try small.source())
    #expect(last.rawValue == 3)
  }

  @Test func `a source is given up by who brought it, once nothing uses it`() throws {
    let source = try #require(try scene.source())
    #expect(throws: ResultCode.notFound) {
      try scene.ask(.releaseSource(source), as: Scene.vspaced)
    }
    let extent = try #require(SourceExtent(source: source, offset: 0, length: 1))
    try scene.register(base, 1, .read, .image(extent))
    #expect(throws: ResultCode.busy) { try scene.ask(.releaseSource(source), as: Scene.procd) }
    try scene.ask(.releaseOwner(owner))
    try scene.ask(.releaseSource(source), as: Scene.procd)
    #expect(scene.kernel.slots.isEmpty)
    #expect(throws: ResultCode.notFound) { try scene.ask(.releaseSource(source), as: Scene.procd) }
  }

  @Test func `a heap without room for a record of each kind is too small`() {
    #expect(throws: ReadinessCode.noMemory) { try Scene(heap: 256, slots: 2057) }
  }
}
