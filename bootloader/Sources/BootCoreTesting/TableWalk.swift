// Page tables read the way the processor reads them, and written a second time: Intel SDM volume 3,
// figure 4-8.

/// One page of an address space.
public struct MappedPage: Equatable {
  /// First virtual address.
  public var virtual: UInt64
  /// First physical address.
  public var physical: UInt64
  /// Bytes.
  public var size: UInt64
  /// Whether it can be written: all levels agree.
  public var isWritable: Bool
  /// Whether it can be executed: no level forbids it.
  public var isExecutable: Bool
  /// Whether user mode can reach it.
  public var isUser: Bool

  /// A page of these parts.
  public init(
    virtual: UInt64, physical: UInt64, size: UInt64, isWritable: Bool, isExecutable: Bool,
    isUser: Bool
  ) {
    self.virtual = virtual
    self.physical = physical
    self.size = size
    self.isWritable = isWritable
    self.isExecutable = isExecutable
    self.isUser = isUser
  }
}

/// An address space in the memory of a fake machine.
public struct TableWalk {
  private let memory: [UInt64: [UInt8]]
  private let root: UInt64

  /// The address space below a top-level table.
  public init(memory: [UInt64: [UInt8]], root: UInt64) {
    self.memory = memory
    self.root = root
  }

  /// Every page, in order of addresses.
  public var pages: [MappedPage] {
    var found: [MappedPage] = []
    walk(table: root, level: 4, prefix: 0, rights: (true, true, true), &found)
    return found
  }

  /// The physical address of a virtual one; nil when it is not mapped.
  public func physical(_ virtual: UInt64) -> UInt64? {
    pages.first { $0.virtual <= virtual && virtual - $0.virtual < $0.size }
      .map { $0.physical + (virtual - $0.virtual) }
  }

  private func walk(
    table: UInt64, level: UInt64, prefix: UInt64,
    rights: (write: Bool, execute: Bool, user: Bool), _ found: inout [MappedPage]
  ) {
    let size: UInt64 = 4096 << (9 * (level - 1))
    for index in 0..<512 as Range<UInt64> {
      let entry = word(table + index * 8)
      guard entry & 1 != 0 else { continue }
      var virtual = prefix + index * size
      if level == 4, index >= 256 { virtual |= 0xFFFF_0000_0000_0000 }
      let now = (
        write: rights.write && entry & 2 != 0, execute: rights.execute && entry >> 63 == 0,
        user: rights.user && entry & 4 != 0
      )
      let address = entry & 0x000F_FFFF_FFFF_F000
      if level == 1 || entry & 0x80 != 0 {
        found.append(
          MappedPage(
            virtual: virtual, physical: address, size: size, isWritable: now.write,
            isExecutable: now.execute, isUser: now.user))
      } else {
        walk(table: address, level: level - 1, prefix: virtual, rights: now, &found)
      }
    }
  }

  /// A word of physical memory; zero where the machine gave out none.
  private func word(_ address: UInt64) -> UInt64 {
    for (base, bytes) in memory where address >= base && address - base + 8 <= UInt64(bytes.count) {
      let offset = Int(address - base)
      return (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64($1 * 8) }
    }
    return 0
  }
}
