// pagerd beside a set of pages: any sequence of requests and faults gives the same answers, and
// every frame that memd gave out belongs to a page that the model knows.

import CapABI
import IPC
import PagerdCore
import ServiceTesting
import StoreTesting
import Testing

/// What pagerd shall be: pages by owner, with what they allow, and whether they have a frame.
private struct Model {
  struct Page: Equatable {
    /// The same number for pages of one region.
    var region: Int
    var isWritable: Bool
    var isResident = false
  }

  var pages: [[UInt64: Page]] = [[:], [:]]
  private var lastRegion = 0

  var residentCount: Int { pages.reduce(0) { $0 + $1.values.count { $0.isResident } } }

  mutating func register(_ owner: Int, _ range: Range<UInt64>, isWritable: Bool) -> ResultCode {
    guard range.allSatisfy({ pages[owner][$0] == nil }) else { return .exists }
    lastRegion += 1
    for page in range {
      pages[owner][page] = Page(region: lastRegion, isWritable: isWritable)
    }
    return .ok
  }

  mutating func unregister(_ owner: Int, _ range: Range<UInt64>) -> ResultCode {
    let regions = Set(range.map { pages[owner][$0]?.region })
    guard regions.count == 1, let only = regions.first, let region = only else { return .notFound }
    for page in range { pages[owner][page] = nil }
    // What lies behind the gap is a region of its own from now on.
    lastRegion += 1
    var page = range.upperBound
    while pages[owner][page]?.region == region {
      pages[owner][page]?.region = lastRegion
      page += 1
    }
    return .ok
  }

  mutating func fault(_ owner: Int, _ page: UInt64, isWrite: Bool) -> ResultCode {
    guard let found = pages[owner][page] else { return .notFound }
    guard found.isWritable || !isWrite else { return .denied }
    pages[owner][page]?.isResident = true
    return .ok
  }

  mutating func release(_ owner: Int) -> UInt32 {
    let count = Set(pages[owner].values.map(\.region)).count
    pages[owner] = [:]
    return UInt32(count)
  }
}

private func owner(_ index: Int) -> Badge { Badge(rawValue: 0x1_0011 + UInt64(index)) }

struct ModelTests {
  @Test(arguments: 1...6) func `answers like a set of pages`(_ seed: UInt64) throws {
    var generator = Seeded(state: seed)
    let scene = try Scene()
    var model = Model()
    for _ in 0..<800 {
      let index = Int(generator.next() % 2)
      let first = 1 + generator.next() % 40
      let range = first..<first + 1 + generator.next() % 6
      let place = pages(range.lowerBound * 4096, UInt32(range.count))
      switch generator.next() % 16 {
      case 0...3:
        let isWritable = generator.next() % 2 == 0
        let code = code {
          try scene.register(
            place.base, place.pageCount, isWritable ? .readWrite : .read, owner: owner(index))
        }
        #expect(code == model.register(index, range, isWritable: isWritable))
      case 4...7:
        let code = code {
          try scene.ask(.unregisterRegion(owner: owner(index), place))
        }
        #expect(code == model.unregister(index, range))
      case 8:
        let resident = model.pages[index].values.count { $0.isResident }
        let count = model.release(index)
        let reply = try scene.ask(.releaseOwner(owner(index)))
        #expect(reply == .releaseOwner(regionCount: count))
        // memd takes these back by itself.
        let lost = scene.frames.filter { $0.value == owner(index) }
        #expect(lost.count == resident)
        for handle in lost.keys { scene.frames[handle] = nil }
      default:
        let isWrite = generator.next() % 2 == 0
        let code = try scene.fault(
          place.base + 8, isWrite ? .write : .none, of: owner(index))
        #expect((code ?? .ok) == model.fault(index, range.lowerBound, isWrite: isWrite))
      }
      #expect(scene.frames.count == model.residentCount)
    }
    try compareRegions(scene, model)
  }

  private func code(_ body: () throws -> Void) -> ResultCode {
    do {
      try body()
      return .ok
    } catch {
      return error as? ResultCode ?? .internal
    }
  }

  /// Every region has the model's pages, and as many frames.
  private func compareRegions(_ scene: Scene, _ model: Model) throws {
    for index in 0..<2 {
      var found: [UInt64: Int] = [:]
      var resident = 0
      var address: UInt64 = 0
      while let (region, count) = try? scene.query(address, of: owner(index)) {
        let first = region.pages.base / 4096
        for page in first..<first + UInt64(region.pages.pageCount) { found[page] = 1 }
        resident += Int(count)
        address = region.pages.upperBound
      }
      #expect(Set(found.keys) == Set(model.pages[index].keys))
      #expect(resident == model.pages[index].values.count { $0.isResident })
    }
  }
}
