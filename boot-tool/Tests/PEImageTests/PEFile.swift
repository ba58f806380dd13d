// Reads a PE32+ file the way firmware does, from the specification and not from the writer.

/// A PE32+ file that was read.
struct PEFile {
  struct Section {
    let name: String
    let memorySize: Int
    let address: Int
    let rawSize: Int
    let rawOffset: Int
    let characteristics: Int
  }

  let bytes: [UInt8]
  let sections: [Section]

  static let optionalHeader = 88

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    sections = (0..<Self.number(bytes, 70, 2)).map { index in
      let start = 328 + 40 * index
      return Section(
        name: String(decoding: bytes[start..<(start + 8)].prefix { $0 != 0 }, as: UTF8.self),
        memorySize: Self.number(bytes, start + 8, 4), address: Self.number(bytes, start + 12, 4),
        rawSize: Self.number(bytes, start + 16, 4), rawOffset: Self.number(bytes, start + 20, 4),
        characteristics: Self.number(bytes, start + 36, 4))
    }
  }

  /// A field of the optional header.
  func optional(_ offset: Int, _ size: Int) -> Int {
    Self.number(bytes, Self.optionalHeader + offset, size)
  }

  /// A little-endian number anywhere in the file.
  static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> Int {
    (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }

  /// The blocks of base relocations: the page and the raw entries of each.
  var relocationBlocks: [(page: Int, entries: [Int])] {
    let address = optional(112 + 40, 4)
    let size = optional(112 + 44, 4)
    guard let section = sections.first(where: { $0.address == address }) else { return [] }
    var blocks: [(page: Int, entries: [Int])] = []
    var offset = section.rawOffset
    while offset < section.rawOffset + size {
      let length = Self.number(bytes, offset + 4, 4)
      let entries = stride(from: 8, to: length, by: 2).map {
        Self.number(bytes, offset + $0, 2)
      }
      blocks.append((Self.number(bytes, offset, 4), entries))
      offset += length
    }
    return blocks
  }

  /// Addresses of the pointers to which the base is added.
  var relocationTargets: [Int] {
    relocationBlocks.flatMap { block in
      block.entries.filter { $0 >> 12 == 10 }.map { block.page + $0 & 0xFFF }
    }
  }

  /// The memory of the image when it is loaded at `base`.
  func loaded(at base: UInt64) -> [UInt8] {
    var memory = [UInt8](repeating: 0, count: optional(56, 4))
    for section in sections {
      let count = min(section.rawSize, section.memorySize)
      memory.replaceSubrange(
        section.address..<(section.address + count),
        with: bytes[section.rawOffset..<(section.rawOffset + count)])
    }
    for target in relocationTargets {
      let value = UInt64(Self.number(memory, target, 8)) &+ base
      for index in 0..<8 { memory[target + index] = UInt8(value >> (8 * index) & 0xFF) }
    }
    return memory
  }
}
