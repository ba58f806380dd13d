// Files of module frames: where they lie, and what is refused.

import Bootstrap
import Bytes
import CapABI
import Service
import ServiceTesting
import Store
import StoreTesting
import Sys
import Testing

struct ModulesTests {
  private static let control = ServiceSlot.control(0)
  private static let heapBytes = 1 << 16

  /// What the kernel says of a resource: type and pages.
  private struct Resource {
    var type = CapabilityType.frame
    var pages: UInt64
  }

  /// A start with resources, and the memory behind its heap.
  private func start(
    _ resources: [Resource], heapBytes: Int = heapBytes
  ) throws -> (Start, Region, TestKernel) {
    var memory = Region.allocated(Self.heapBytes + (6 << 20))
    var info = Start.sample(.procd).info
    info.heapBase = memory.address
    info.heapSize = UInt64(Self.heapBytes)
    _ = memory.take(Self.heapBytes)
    let kernel = TestKernel()
    kernel.answer(Self.control) { message in
      let resource = resources[Int(message.word(0)) - Int(StartupSlot.firstResource)]
      let words = [UInt64(resource.type.rawValue), 0, resource.pages, 0]
      let body = words.flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
      }
      return TestMessage(MessageTag(label: 0, length: 32), body)
    }
    let start = Start(
      info: info, heap: .allocated(heapBytes), resourceCount: UInt32(resources.count))
    return (start, memory, kernel)
  }

  private func refusal(
    _ resources: [Resource], heapBytes: Int = heapBytes
  ) throws -> ReadinessCode? {
    var (start, _, kernel) = try start(resources, heapBytes: heapBytes)
    var system = kernel.system
    do throws(ReadinessCode) {
      _ = try start.takeModules(on: Self.control, &system)
      return nil
    } catch {
      return error
    }
  }

  @Test func `each file lies at the next multiple of its size behind the heap`() throws {
    let sizes: [UInt64] = [1, 4, 2, 256]
    var (start, memory, kernel) = try start(sizes.map { Resource(pages: $0) })
    let large: UInt64 = 2 << 20
    var address =
      (start.info.heapBase + start.info.heapSize + 4096 + large - 1) / large * large
    for (index, pages) in sizes.enumerated() {
      address = (address + pages * 4096 - 1) / (pages * 4096) * (pages * 4096)
      let offset = Int(address - memory.address)
      var bytes = memory.mutableBytes
      try bytes.store(UInt32(100 + index), at: offset)
      address += pages * 4096
    }
    var system = kernel.system
    let modules = try start.takeModules(on: Self.control, &system)
    #expect(modules.count == 4)
    for (index, pages) in sizes.enumerated() {
      let file = try #require(modules[UInt32(index)])
      #expect(file.byteCount == Int(pages) * 4096)
      #expect(try file.bytes.integer(at: 0, as: UInt32.self) == UInt32(100 + index))
    }
    #expect(modules[4] == nil)
  }

  @Test func `a resource that is no frame, or has no size, is refused`() throws {
    #expect(try refusal([Resource(pages: 1)]) == nil)
    #expect(try refusal([Resource(type: .untyped, pages: 1)]) == .capabilityMismatch)
    #expect(try refusal([Resource(pages: 1), Resource(pages: 0)]) == .capabilityMismatch)
    #expect(try refusal([Resource(pages: 1 << 21)]) == .capabilityMismatch)
  }

  @Test func `without room for the files the service does not start`() throws {
    #expect(try refusal([Resource(pages: 1), Resource(pages: 1)], heapBytes: 16) == .noMemory)
  }
}
