// The requests of processes and procd: each operation, each error.

import Bootstrap
import CapABI
import IPC
import Service
import ServiceTesting
import Testing
import VspacedCore

private let base: UInt64 = 0x4000_0000
private let reserved = UserRegion(
  pages: pages(base, 1), access: .none, regionClass: .guardPages)

struct RequestTests {
  let scene: Scene

  init() throws {
    scene = try Scene()
    try scene.attach()
  }

  // MARK: Faces

  @Test(arguments: [0, 0x3_0003, 0x5_0005] as [UInt64])
  func `other faces may ask nothing`(_ badge: UInt64) {
    #expect(throws: ResultCode.denied) {
      try scene.ask(.query(owner: .none, address: 0), as: Badge(rawValue: badge))
    }
  }

  @Test func `the boot configuration declares the same faces`() throws {
    let vspaced = try DeclaredService(.vspaced)
    #expect(vspaced.face("public") == VspacedFaces.client)
    #expect(vspaced.face("control") == VspacedFaces.control)
    let badges = try DeclaredService(.procd).badges(at: .vspaced)
    #expect(badges.contains { VspacedFaces.control.contains($0) })
  }

  @Test func `only the control face names another, attaches and detaches`() throws {
    let foreign: [VspacedRequest] = [
      .reserve(owner: Scene.owner, reserved), .unmap(owner: Scene.owner, reserved.pages),
      .query(owner: Scene.owner, address: 0), .detachSpace(owner: Scene.owner),
    ]
    for request in foreign {
      #expect(throws: ResultCode.denied) { try scene.ask(request, as: Scene.other) }
    }
    #expect(throws: ResultCode.denied) {
      try scene.ask(
        .attachSpace(owner: Scene.other, placementSeed: 0), as: Scene.other,
        [TestCapability(.vspace, .all)])
    }
    try scene.ask(.reserve(owner: Scene.owner, reserved), as: Scene.procd)
    try scene.ask(.unmap(owner: Scene.owner, reserved.pages), as: Scene.owner)
  }

  @Test func `without an address space nothing is found`() throws {
    let code = ResultCode.notFound
    #expect(throws: code) { _ = try scene.map(base, 1, as: Scene.other) }
    #expect(throws: code) { try scene.ask(.reserve(owner: .none, reserved), as: Scene.other) }
    #expect(throws: code) {
      try scene.ask(.unmap(owner: .none, reserved.pages), as: Scene.other)
    }
    #expect(throws: code) { try scene.ask(.query(owner: .none, address: 0), as: Scene.other) }
    let region = UserRegion(pages: pages(base, 1), access: .read, regionClass: .shared)
    #expect(throws: code) {
      try scene.ask(
        .mapShared(owner: .none, region), as: Scene.other, [TestCapability(.frame, .read)])
    }
  }

  // MARK: Spaces

  @Test func `an owner has one space`() {
    #expect(throws: ResultCode.exists) { try scene.attach() }
  }

  @Test func `a space is a VSpace with all rights or a process with MANAGE`() throws {
    let wrong: [(TestCapability, ResultCode)] = [
      (TestCapability(.frame, .all), .wrongType),
      (TestCapability(.vspace, .read | .manage), .missingRight),
      (TestCapability(.process, .read | .write), .missingRight),
    ]
    for (capability, code) in wrong {
      #expect(throws: code) {
        try scene.ask(
          .attachSpace(owner: Scene.other, placementSeed: 0), as: Scene.procd, [capability])
      }
    }
    try scene.ask(
      .attachSpace(owner: Scene.other, placementSeed: 0), as: Scene.procd,
      [TestCapability(.process, .manage)])
    #expect(scene.kernel.slots.count == 2)
  }

  @Test func `spaces end with the slots for them`() throws {
    let small = try Scene(slots: 2057)
    try small.attach()
    #expect(throws: ResultCode.limitReached) { try small.attach(Scene.other) }
    try small.ask(.detachSpace(owner: Scene.owner), as: Scene.procd)
    try small.attach(Scene.other)
  }

  @Test func `a space is forgotten with its regions`() throws {
    _ = try scene.map(base, 4)
    try scene.attach(Scene.other)
    _ = try scene.map(base, 4, as: Scene.other)
    try scene.ask(.detachSpace(owner: Scene.owner), as: Scene.procd)
    #expect(scene.kernel.slots.count == 1)
    #expect(try scene.regions(of: Scene.other).count == 1)
    #expect(throws: ResultCode.notFound) {
      try scene.ask(.detachSpace(owner: Scene.owner), as: Scene.procd)
    }
    try scene.attach()
    #expect(try scene.regions().isEmpty)
  }

  @Test func `much is forgotten in steps`() throws {
    let large = try Scene(heap: 1 << 20)
    try large.attach()
    let count = UInt64(Vspaced.regionsPerRequest) + 1
    for index in 0..<count { _ = try large.map(base + index * 0x1000, 1) }
    #expect(throws: ResultCode.retry) {
      try large.ask(.detachSpace(owner: Scene.owner), as: Scene.procd)
    }
    #expect(try large.regions().count == 1)
    try large.ask(.detachSpace(owner: Scene.owner), as: Scene.procd)
  }

  @Test func `a heap without room for a space and regions is too small`() {
    #expect(throws: ReadinessCode.noMemory) { try Scene(heap: 512, slots: 2057) }
  }

  // MARK: MAP and RESERVE

  @Test func `fresh pages are pagerd's`() throws {
    #expect(try scene.map(base, 4, .read, .heap) == base)
    let region = BackedRegion(
      owner: Scene.owner, pages: pages(base, 4), access: .read, backing: .zeroFill)
    #expect(scene.backed == [region])
    let known = UserRegion(pages: pages(base, 4), access: .read, regionClass: .heap)
    #expect(try scene.regions() == [known])
  }

  @Test(arguments: [(ResultCode.limitReached, ResultCode.limitReached), (.exists, .internal)])
  func `what pagerd refuses is not mapped`(_ refusal: ResultCode, _ code: ResultCode) throws {
    scene.pagerRefusal = refusal
    #expect(throws: code) { _ = try scene.map(base, 4) }
    #expect(try scene.regions().isEmpty)
    _ = try scene.map(base, 4)
  }

  @Test func `what lies there stays there`() throws {
    _ = try scene.map(base, 4)
    for (from, count) in [(base, 1), (base + 0x3000, 2), (base - 0x1000, 2), (base - 0x1000, 9)] {
      #expect(throws: ResultCode.exists) { _ = try scene.map(from, UInt32(count)) }
    }
    _ = try scene.map(base - 0x1000, 1)
    _ = try scene.map(base + 0x4000, 1)
  }

  @Test func `the page below a stack stays free`() throws {
    _ = try scene.map(base, 4, .readWrite, .stack)
    #expect(throws: ResultCode.exists) { _ = try scene.map(base - 0x1000, 1) }
    _ = try scene.map(base - 0x2000, 1)
    #expect(throws: ResultCode.exists) {
      _ = try scene.map(base + 0x4000, 1)
      _ = try scene.map(base + 0x5000, 1, .readWrite, .stack)
    }
    _ = try scene.map(base + 0x6000, 1, .readWrite, .stack)
  }

  @Test func `the last page of user space can be mapped`() throws {
    let last = UserPages.end - UserPages.pageSize
    #expect(try scene.map(last, 1) == last)
  }

  @Test func `one space has an eighth of the records`() throws {
    let large = try Scene(heap: 1 << 14, slots: 2058)
    try large.attach()
    try large.attach(Scene.other)
    var count: UInt64 = 0
    while (try? large.map(base + count * 0x2000, 1)) != nil { count += 1 }
    #expect(count > 8)
    #expect(throws: ResultCode.limitReached) { _ = try large.map(0, 1) }
    for index in 0..<count { _ = try large.map(base + index * 0x2000, 1, as: Scene.other) }
  }

  @Test func `reserved addresses have nothing behind them`() throws {
    try scene.ask(.reserve(owner: .none, reserved))
    #expect(scene.backed.isEmpty)
    #expect(throws: ResultCode.exists) { _ = try scene.map(base, 1) }
    try scene.unmap(base, 1)
    #expect(scene.unregistered.isEmpty)
  }

  // MARK: UNMAP and QUERY

  @Test func `a part of a region goes and the rest stays`() throws {
    _ = try scene.map(base, 8)
    try scene.unmap(base + 0x2000, 3)
    #expect(try scene.ranges() == [[base, 2], [base + 0x5000, 3]])
    try scene.unmap(base, 1)
    try scene.unmap(base + 0x7000, 1)
    #expect(try scene.ranges() == [[base + 0x1000, 1], [base + 0x5000, 2]])
    try scene.unmap(base + 0x1000, 1)
    try scene.unmap(base + 0x5000, 2)
    #expect(try scene.ranges() == [])
    #expect(scene.unregistered.map(\.1.pageCount) == [3, 1, 1, 1, 2])
  }

  @Test func `pages that are not within one region are not found`() throws {
    _ = try scene.map(base, 2)
    _ = try scene.map(base + 0x2000, 2)
    for (from, count) in [(base + 0x1000, 2), (base - 0x1000, 2), (base + 0x4000, 1)] {
      #expect(throws: ResultCode.notFound) { try scene.unmap(from, UInt32(count)) }
    }
    #expect(scene.unregistered.isEmpty)
  }

  @Test func `a split without room for its second part changes nothing`() throws {
    let small = try Scene(heap: 1 << 14, slots: 2058)
    try small.attach()
    _ = try small.map(base, 3)
    while (try? small.map(0, 1)) != nil {}
    let before = try small.ranges()
    #expect(throws: ResultCode.limitReached) { try small.unmap(base + 0x1000, 1) }
    #expect(try small.ranges() == before)
    #expect(small.unregistered.isEmpty)
  }

  @Test func `what pagerd has not finished is asked again`() throws {
    _ = try scene.map(base, 4)
    scene.pagerRefusal = .retry
    #expect(throws: ResultCode.retry) { try scene.unmap(base, 4) }
    #expect(try scene.ranges() == [[base, 4]])
    try scene.unmap(base, 4)
  }

  @Test(arguments: [(ResultCode.limitReached, ResultCode.limitReached), (.denied, .internal)])
  func `what pagerd keeps stays mapped`(_ refusal: ResultCode, _ code: ResultCode) throws {
    _ = try scene.map(base, 4)
    scene.pagerRefusal = refusal
    #expect(throws: code) { try scene.unmap(base, 4) }
    #expect(try scene.ranges() == [[base, 4]])
  }

  @Test func `what pagerd does not know is unmapped`() throws {
    _ = try scene.map(base, 4)
    scene.pagerRefusal = .notFound
    try scene.unmap(base, 4)
    #expect(try scene.ranges() == [])
  }

  @Test func `a query finds the region at an address or the next`() throws {
    _ = try scene.map(base, 2, .read, .heap)
    let known = UserRegion(pages: pages(base, 2), access: .read, regionClass: .heap)
    for address in [0, base, base + 0x1FFF] {
      let reply = try scene.ask(.query(owner: .none, address: address))
      #expect(reply == .query(known))
    }
    #expect(throws: ResultCode.notFound) {
      try scene.ask(.query(owner: .none, address: base + 0x2000))
    }
  }
}
