// Loading the sample executable: contents, rights, relocations, small scratch memory, refusals.

import Bytes
import CapABI
import ELF
import ELFTesting
import Load
import Store
import StoreTesting
import Testing

struct ProcessLoaderTests {
  private func load(
    _ sample: Sample = .pie(), at base: UInt64 = 0x40_0000, scratch size: Int = 1 << 16,
    room: Int = .max
  ) throws -> FakeTarget {
    let scratch = Region.allocated(size)
    var target = FakeTarget(scratch: scratch)
    target.room = room
    var loader = ProcessLoader(scratch: scratch)
    let image = try ELFImage(sample.bytes.span.rawBytes, limits: .program)
    #expect(try loader.load(image, at: base, into: &target) == base)
    return target
  }

  @Test(arguments: [1 << 16, 4096])
  func `contents, zeros and relocations are in place, whatever the scratch memory`(
    _ scratch: Int
  ) throws {
    let target = try load(scratch: scratch)
    #expect(target.word(0x40_11C0) == 0x9090_9090_9090_9090)
    #expect(target.word(0x40_2230) == 0x40_11C0)
    #expect(target.word(0x40_2238) == 0xAFAE_ADAC_ABAA_A9A8)
    #expect(target.word(0x40_33C8) == 0x40_4000)
    #expect(target.word(0x40_2240) == 0)
    #expect(target.word(0x40_0000) == 0x0001_0102_464C_457F)
  }

  @Test func `no page is writable and executable, and relocated constants are read-only`() throws {
    let target = try load()
    let rights = target.pages.mapValues(\.rights)
    #expect(
      rights == [
        0x40_0000: .read, 0x40_1000: .read | .execute, 0x40_2000: .read,
        0x40_3000: .read | .write,
      ])
  }

  @Test func `large ranges take few pieces`() throws {
    let scratch = Region.allocated(4096)
    var target = FakeTarget(scratch: scratch)
    let loader = ProcessLoader(scratch: scratch)
    try loader.map(0x1F_F000..<0x60_3000, .read, into: &target)
    #expect(target.orders == [0, 9, 9, 1, 0])
  }

  @Test func `an image that ends too high, without scratch memory or without memory is refused`() {
    #expect(throws: ResultCode.invalidArgument) { try load(at: 0x40_0800) }
    #expect(throws: ResultCode.noMemory) { try load(scratch: 64) }
    #expect(throws: ResultCode.noMemory) { try load(room: 3) }
    let large = Sample.pie { $0.set(.data, .memorySize, ProcessLayout.maximumImageSize) }
    #expect(throws: ResultCode.invalidArgument) { try load(large) }
  }

  @Test func `written bytes arrive, and nothing written is an error`() throws {
    let scratch = Region.allocated(4096)
    var target = FakeTarget(scratch: scratch)
    var loader = ProcessLoader(scratch: scratch)
    try loader.map(0x5000..<0x6000, .read, into: &target)
    try loader.fill(0x5008, in: &target) { bytes in
      do { try bytes.store(UInt64(77), at: 0) } catch { return 0 }
      return 8
    }
    #expect(target.word(0x5008) == 77)
    #expect(throws: ResultCode.internal) { try loader.fill(0x5000, in: &target) { _ in 0 } }
  }
}

struct ProcessLayoutTests {
  @Test func `parts never touch, whatever the seed`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<10_000 {
      let seed = LayoutSeed(
        region: random.next(), image: random.next(), stack: random.next(), heap: random.next())
      let layout = ProcessLayout(seed)
      let region = layout.imageBase >> 30
      #expect(region >= 1 && region < 1 << 14 - 1)
      let ends = [
        layout.imageBase + ProcessLayout.maximumImageSize, layout.stackBase,
        layout.buffer + 4096, layout.envelope, layout.envelope + (1 << 20), layout.heapBase,
      ]
      for index in ends.indices.dropFirst() where index % 2 == 1 {
        #expect(ends[index - 1] < ends[index])
      }
      let last = layout.heapBase + ProcessLayout.maximumHeapSize
      #expect(last >> 30 == region)
      #expect(layout.modules(afterHeapOf: 4096) % (2 << 20) == 0)
      #expect(layout.modules(afterHeapOf: 4096) > layout.heapBase + 4096)
    }
  }

  @Test func `the seed decides`() {
    let one = ProcessLayout(LayoutSeed(region: 1, image: 2, stack: 3, heap: 4))
    #expect(one == ProcessLayout(LayoutSeed(region: 1, image: 2, stack: 3, heap: 4)))
    #expect(one != ProcessLayout(LayoutSeed(region: 1, image: 3, stack: 3, heap: 4)))
  }
}
