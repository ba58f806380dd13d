// Places of vspaced's choice: apart, random by seed, within few page tables, anywhere when full.

import CapABI
import IPC
import Service
import ServiceTesting
import StoreTesting
import Testing
import VspacedCore

private let classes: [RegionClass] = [.image, .stack, .heap, .mapping]

struct PlacementTests {
  /// Where the first region of each class goes.
  private func firstBases(seed: UInt64) throws -> [UInt64] {
    let scene = try Scene()
    try scene.attach(seed: seed)
    return try classes.map { try scene.map(0, 4, .readWrite, $0) }
  }

  @Test func `the seed decides`() throws {
    #expect(try firstBases(seed: 7) == firstBases(seed: 7))
    var seen: Set<UInt64> = []
    for seed in 1...64 as ClosedRange<UInt64> { seen.formUnion(try firstBases(seed: seed)) }
    // Four in each space; two that fall together by chance would be one in a million.
    #expect(seen.count == 256)
  }

  @Test(arguments: 1...32 as ClosedRange<UInt64>)
  func `what a process starts with lies within 1 GiB`(_ seed: UInt64) throws {
    let bases = try firstBases(seed: seed)
    let lowest = try #require(bases.min())
    let highest = try #require(bases.max())
    #expect(lowest >> 30 == highest >> 30)
    #expect(lowest >= 1 << 30 && highest < 1 << 44)
    // Images below heaps below mappings below stacks.
    #expect(bases[0] < bases[2] && bases[2] < bases[3] && bases[3] < bases[1])
  }

  @Test func `regions that follow one another have a page between them`() throws {
    let scene = try Scene()
    try scene.attach()
    let first = try scene.map(0, 4)
    let second = try scene.map(0, 1)
    #expect(second == first + 0x5000)
  }

  @Test func `a stack has a free page below it`() throws {
    let scene = try Scene()
    try scene.attach()
    let first = try scene.map(0, 4, .readWrite, .stack)
    #expect(throws: ResultCode.exists) { _ = try scene.map(first - 0x1000, 1) }
    let second = try scene.map(0, 4, .readWrite, .stack)
    #expect(second >= first + 0x5000)
  }

  @Test func `a region that is larger than the window lies elsewhere`() throws {
    let scene = try Scene()
    try scene.attach()
    let count: UInt32 = 1 << 20
    let first = try scene.map(0, count)
    let second = try scene.map(0, count)
    #expect(max(first, second) - min(first, second) >= UInt64(count) << 12)
  }

  @Test func `what is larger than user space has no gap`() throws {
    let scene = try Scene()
    try scene.attach()
    #expect(throws: ResultCode.noMemory) { _ = try scene.map(0, .max) }
    #expect(try scene.ranges() == [])
  }

  @Test func `a full user space has no gap`() throws {
    let scene = try Scene()
    try scene.attach()
    let all = UInt32((UserPages.end - 0x1000) / UserPages.pageSize)
    _ = try scene.map(0x1000, all, .read)
    for regionClass in classes {
      #expect(throws: ResultCode.noMemory) { _ = try scene.map(0, 1, .read, regionClass) }
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `any sequence leaves regions apart and counted`(_ seed: UInt64) throws {
    var generator = Seeded(state: seed)
    let scene = try Scene(heap: 1 << 18)
    try scene.attach(seed: seed)
    var model: [UInt64: UInt64] = [:]
    for _ in 0..<400 {
      let count = 1 + generator.next() % 8
      let regionClass = classes[Int(generator.next() % 4)]
      switch generator.next() % 4 {
      case 0:
        let base = try scene.map(0, UInt32(count), .readWrite, regionClass)
        for page in 0..<count { model[base >> 12 + page] = base }
      case 1:
        let first = 0x40000 + generator.next() % 64
        let taken = (first..<first + count).contains { model[$0] != nil }
        let base = try? scene.map(first << 12, UInt32(count), .readWrite, .mapping)
        #expect((base == nil) == taken)
        guard base != nil else { continue }
        for page in first..<first + count { model[page] = first << 12 }
      default:
        guard let page = model.keys.sorted().dropFirst(Int(generator.next() % 9)).first,
          let region = model[page]
        else { continue }
        let run = (page..<page + count).prefix { model[$0] == region }
        try scene.unmap(page << 12, UInt32(run.count))
        for page in run { model[page] = nil }
        var next = page + UInt64(run.count)
        // What lies behind the gap is a region of its own from now on.
        let rest = next << 12
        while model[next] == region {
          model[next] = rest
          next += 1
        }
      }
    }
    var found: Set<UInt64> = []
    for region in try scene.regions() {
      let first = region.pages.base >> 12
      for page in first..<first + UInt64(region.pages.pageCount) {
        #expect(found.insert(page).inserted)
      }
    }
    #expect(found == Set(model.keys))
  }
}
