// The kernel's first address space, read back table by table.

import BootCore
import BootCoreTesting
import Bytes
import Handoff
import Testing

struct AddressSpaceTests {
  private static let directMap: UInt64 = 0xFFFF_8000_0000_0000

  private func pages(_ machine: FakeMachine? = nil) throws -> [MappedPage] {
    let machine = try machine ?? validMachine()
    return try #require(boot(machine).walk).pages
  }

  @Test func `no page is writable and executable`() throws {
    #expect(try pages().allSatisfy { !($0.isWritable && $0.isExecutable) })
  }

  @Test func `no page can be reached from user mode`() throws {
    #expect(try pages().allSatisfy { !$0.isUser })
  }

  @Test func `executable memory has no writable second address`() throws {
    let pages = try pages()
    for code in pages where code.isExecutable {
      for page in pages where page.isWritable {
        let apart =
          page.physical + page.size <= code.physical || code.physical + code.size <= page.physical
        #expect(apart)
      }
    }
  }

  @Test func `only the switch page is in the lower half, at its own address, without write`() throws
  {
    let low = try pages().filter { $0.virtual < 1 << 47 }
    #expect(
      low == [
        MappedPage(
          virtual: 0x20_0000, physical: 0x20_0000, size: 4096, isWritable: false,
          isExecutable: true, isUser: false)
      ])
  }

  @Test func `kernel segments have exactly their rights`() throws {
    let kernel = try pages().filter { $0.virtual >= SampleKernel.base }
    #expect(kernel.map(\.virtual) == (0..<4).map { SampleKernel.base + $0 * 0x1000 })
    #expect(kernel.map(\.isExecutable) == [true, false, false, false])
    #expect(kernel.map(\.isWritable) == [false, false, true, true])
  }

  @Test func `the direct map shows the memory of the handoff and nothing else`() throws {
    let outcome = boot(try validMachine())
    let handoff = try outcome.handoff()
    var expected: [UInt64: Bool] = [:]
    for region in handoff.memoryMap {
      let isWritable: Bool
      switch region.kind {
      case .usable, .loaderReclaimable: isWritable = true
      case .module, .acpiReclaimable, .acpiNVS: isWritable = false
      default: continue
      }
      for page in 0..<region.range.pageCount {
        expected[region.range.base + page * 4096] = isWritable
      }
    }
    var found: [UInt64: Bool] = [:]
    for page in try #require(outcome.walk).pages
    where page.virtual >= Self.directMap && page.virtual < SampleKernel.base {
      #expect(page.virtual == Self.directMap + page.physical)
      #expect(!page.isExecutable)
      for offset in stride(from: 0, to: page.size, by: 4096) {
        found[page.physical + offset] = page.isWritable
      }
    }
    #expect(found == expected)
  }

  @Test func `large pages are used where they fit`() throws {
    var machine = try validMachine()
    machine.regions.append(FakeRegion(type: 7, base: 1 << 32, pages: 3 << 18))
    let sizes = Set(try pages(machine).map(\.size))
    #expect(sizes == [1 << 12, 1 << 21, 1 << 30])
  }
}
