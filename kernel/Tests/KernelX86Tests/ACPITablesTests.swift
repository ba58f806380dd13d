// The ACPI tables that the kernel reads itself: valid ones, every truncation, every changed byte.

import KernelX86
import Testing

struct ACPITablesTests {
  /// Bytes with the checksum at an offset made right.
  private static func summed(_ bytes: [UInt8], at offset: Int, count: Int? = nil) -> [UInt8] {
    var bytes = bytes
    bytes[offset] = 0
    bytes[offset] = 0 &- bytes.prefix(count ?? bytes.count).reduce(0, &+)
    return bytes
  }

  private static func table(_ signature: String, _ body: [UInt8]) -> [UInt8] {
    let length = UInt8(36 + body.count)
    let header = Array(signature.utf8) + [length, 0, 0, 0] + Array(repeating: 0, count: 28)
    return summed(header + body, at: 9)
  }

  private static func parse<Value>(_ bytes: [UInt8], _ parse: (RawSpan) -> Value?) -> Value? {
    // SAFETY: bytes have no padding, and the array outlives the call.
    unsafe parse(bytes.span.bytes)
  }
  private static func controllers(in bytes: [UInt8]) -> InterruptControllers? {
    parse(bytes) { InterruptControllers($0) }
  }
  private static func timer(in bytes: [UInt8]) -> PowerTimer? { parse(bytes) { PowerTimer($0) } }
  private static func root(in bytes: [UInt8]) -> ACPIRootPointer? {
    parse(bytes) { ACPIRootPointer($0) }
  }
  private static func header(in bytes: [UInt8]) -> ACPIHeader? { parse(bytes) { ACPIHeader($0) } }

  private static let controllersTable = table(
    "APIC",
    [0, 0, 0xE0, 0xFE, 1, 0, 0, 0]
      + [0, 8, 0, 0, 1, 0, 0, 0]
      + [1, 12, 0, 0, 0, 0, 0xC0, 0xFE, 0, 0, 0, 0]
      + [2, 10, 0, 0, 2, 0, 0, 0, 0, 0]
      + [1, 12, 1, 0, 0, 0x10, 0xC0, 0xFE, 24, 0, 0, 0])

  @Test func `controllers are found with their lines`() throws {
    let found = try #require(Self.controllers(in: Self.controllersTable))
    #expect(found.localAddress == 0xFEE0_0000)
    #expect(found.count == 2)
    #expect(found.controllers[0].address == 0xFEC0_0000)
    #expect(found.controllers[1].address == 0xFEC0_1000)
    #expect(found.controllers[1].firstLine == 24)
  }

  @Test func `a longer local address replaces the short one`() throws {
    let body: [UInt8] =
      [0, 0, 0xE0, 0xFE, 1, 0, 0, 0] + [5, 12, 0, 0, 0, 0, 0, 0xFD, 1, 0, 0, 0]
    let table = Self.table("APIC", body)
    let found = try #require(Self.controllers(in: table))
    #expect(found.localAddress == 0x1_FD00_0000)
  }

  @Test func `truncated and changed tables are refused`() {
    for length in 0..<Self.controllersTable.count {
      let cut = Array(Self.controllersTable.prefix(length))
      #expect(Self.controllers(in: cut) == nil)
    }
    for index in Self.controllersTable.indices {
      var changed = Self.controllersTable
      changed[index] &+= 1
      #expect(Self.controllers(in: changed) == nil)
    }
  }

  @Test(arguments: [0, 1, 200] as [UInt8])
  func `an entry of impossible length is refused`(length: UInt8) {
    let table = Self.table("APIC", [0, 0, 0xE0, 0xFE, 1, 0, 0, 0] + [9, length, 0, 0])
    #expect(Self.controllers(in: table) == nil)
  }

  @Test func `more controllers than are used are counted up to the limit`() throws {
    let one: [UInt8] = [1, 12, 0, 0, 0, 0, 0xC0, 0xFE, 0, 0, 0, 0]
    var body: [UInt8] = [0, 0, 0xE0, 0xFE, 1, 0, 0, 0]
    for _ in 0..<17 { body += one }
    let table = Self.table("APIC", body)
    let found = try #require(Self.controllers(in: table))
    #expect(found.count == InterruptControllers.limit)
  }

  private static func fixed(port: UInt8 = 8, length: UInt8 = 4, wide: Bool = true) -> [UInt8] {
    var body = [UInt8](repeating: 0, count: 80)
    body[76 - 36] = port
    body[77 - 36] = port == 0 ? 0 : 6
    body[91 - 36] = length
    body[113 - 36] = wide ? 1 : 0
    return table("FACP", body)
  }

  @Test func `the timer is found with its width`() throws {
    let wide = try #require(Self.timer(in: Self.fixed()))
    #expect(wide.port == 0x608 && wide.mask == .max)
    let narrow = try #require(Self.timer(in: Self.fixed(wide: false)))
    #expect(narrow.mask == 0xFF_FFFF)
  }

  @Test func `a machine without the timer has none`() {
    #expect(Self.timer(in: Self.fixed(port: 0)) == nil)
    #expect(Self.timer(in: Self.fixed(length: 0)) == nil)
    #expect(Self.timer(in: Array(Self.fixed().prefix(100))) == nil)
  }

  private static func pointer(revision: UInt8, long: UInt8) -> [UInt8] {
    var bytes = Array("RSD PTR ".utf8) + Array(repeating: 0, count: 28)
    bytes[15] = revision
    bytes[17] = 0x10
    bytes[20] = 36
    bytes[25] = long
    return summed(summed(bytes, at: 8, count: 20), at: 32)
  }

  @Test func `the root pointer leads to the long list where there is one`() throws {
    let long = try #require(Self.root(in: Self.pointer(revision: 2, long: 0x20)))
    #expect(long.list == 0x2000 && long.entryBytes == 8)
    let old = try #require(Self.root(in: Self.pointer(revision: 0, long: 0x20)))
    #expect(old.list == 0x1000 && old.entryBytes == 4)
    let short = try #require(Self.root(in: Self.pointer(revision: 2, long: 0)))
    #expect(short.list == 0x1000 && short.entryBytes == 4)
  }

  @Test func `a wrong sum or signature is no root pointer`() {
    for index in 0..<20 {
      var changed = Self.pointer(revision: 2, long: 0x20)
      changed[index] ^= 0x40
      #expect(Self.root(in: changed) == nil)
    }
  }

  @Test func `headers of impossible length are refused`() {
    var header = Array("APIC".utf8) + Array(repeating: 0 as UInt8, count: 32)
    #expect(Self.header(in: header) == nil)
    header[4] = 35
    #expect(Self.header(in: header) == nil)
    header[4] = 36
    #expect(Self.header(in: header)?.length == 36)
    header[6] = 0x11
    #expect(Self.header(in: header) == nil)
  }
}
