// MAP_FRAME and MAP_SHARED: frames that callers bring.

import CapABI
import IPC
import Service
import ServiceTesting
import Testing

private let base: UInt64 = 0x4000_0000

struct FrameTests {
  let scene: Scene

  init() throws {
    scene = try Scene()
    try scene.attach()
  }

  @Test func `a frame is mapped with the rights that were asked for`() throws {
    #expect(try scene.mapFrame(base, .readExecute, .image) == base)
    let mapping = Mapping(
      space: ServiceSlot.firstFree, address: base, rights: .read | .execute)
    #expect(scene.mapped == [mapping])
    #expect(scene.backed.isEmpty)
    #expect(try scene.ranges() == [[base, 1]])
  }

  @Test func `a frame that can lie anywhere lies at a multiple of its size`() throws {
    scene.framePages = 512
    for _ in 0..<4 {
      let address = try scene.mapFrame(0)
      #expect(address.isMultiple(of: 0x20_0000))
    }
    #expect(throws: ResultCode.invalidArgument) { _ = try scene.mapFrame(base + 0x1000) }
  }

  @Test func `what is no frame, or lacks a right, is refused`() throws {
    let wrong: [(PageAccess, RegionClass, TestCapability, ResultCode)] = [
      (.read, .mapping, TestCapability(.endpoint, .all), .wrongType),
      (.read, .mapping, TestCapability(.deviceFrame, .read), .wrongType),
      (.read, .device, TestCapability(.frame, .read), .wrongType),
      (.readWrite, .mapping, TestCapability(.frame, .read), .missingRight),
      (.readExecute, .image, TestCapability(.frame, .read | .write), .missingRight),
      (.read, .mapping, TestCapability(.frame, .write), .missingRight),
    ]
    for (access, regionClass, frame, code) in wrong {
      #expect(throws: code) { _ = try scene.mapFrame(base, access, regionClass, frame) }
    }
    _ = try scene.mapFrame(
      base, .readWrite, .device, TestCapability(.deviceFrame, .read | .write))
  }

  @Test func `a region as large as the frame, and no other`() throws {
    let region = UserRegion(pages: pages(base, 2), access: .read, regionClass: .mapping)
    for count in [1, 4] as [UInt64] {
      scene.framePages = count
      #expect(throws: ResultCode.tooLarge) {
        try scene.ask(.mapFrame(owner: .none, region), [TestCapability(.frame, .read)])
      }
    }
    #expect(scene.mapped.isEmpty)
  }

  @Test(arguments: [ResultCode.busy, .exists, .noMemory, .wrongState])
  func `what the kernel refuses is not mapped`(_ code: ResultCode) throws {
    scene.kernelRefusal = code
    #expect(throws: code) { _ = try scene.mapFrame(base) }
    #expect(try scene.ranges() == [])
    #expect(scene.kernel.slots.count == 1)
    _ = try scene.mapFrame(base)
  }

  @Test func `a frame does not lie over something else`() throws {
    _ = try scene.map(base, 1)
    #expect(throws: ResultCode.exists) { _ = try scene.mapFrame(base) }
  }

  @Test func `a shared frame is mapped like one's own`() throws {
    let region = UserRegion(pages: pages(base, 1), access: .readWrite, regionClass: .shared)
    let reply = try scene.ask(
      .mapShared(owner: .none, region), [TestCapability(.frame, .read | .write)])
    #expect(reply == .mapShared(base: base))
    #expect(try scene.regions() == [region])
    #expect(throws: ResultCode.missingRight) {
      try scene.ask(.mapShared(owner: .none, region), [TestCapability(.frame, .read)])
    }
  }

  @Test func `an unmapped frame is dropped`() throws {
    _ = try scene.mapFrame(base)
    try scene.unmap(base, 1)
    #expect(scene.mapped.isEmpty)
    #expect(scene.kernel.slots.count == 1)
    #expect(try scene.ranges() == [])
  }

  @Test func `a frame is unmapped as a whole`() throws {
    scene.framePages = 4
    _ = try scene.mapFrame(base)
    #expect(throws: ResultCode.invalidArgument) { try scene.unmap(base, 1) }
    #expect(throws: ResultCode.invalidArgument) { try scene.unmap(base + 0x1000, 2) }
    try scene.unmap(base, 4)
  }

  @Test(arguments: [ResultCode.notFound, .wrongState, .emptySlot])
  func `a frame that was revoked, or whose process died, is forgotten`(_ code: ResultCode) throws {
    _ = try scene.mapFrame(base)
    scene.kernelRefusal = code
    try scene.unmap(base, 1)
    #expect(try scene.ranges() == [])
  }

  @Test func `a frame that the kernel keeps stays mapped`() throws {
    _ = try scene.mapFrame(base)
    scene.kernelRefusal = .noMemory
    #expect(throws: ResultCode.noMemory) { try scene.unmap(base, 1) }
    #expect(try scene.ranges() == [[base, 1]])
  }
}
