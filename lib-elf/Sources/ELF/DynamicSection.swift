// The dynamic section of a static position-independent executable (gABI chapter 5, "Dynamic
// Section"): it yields the place of the relocation table. Whatever asks for a dynamic linker or a
// start-up runtime is refused.

import Bytes

/// What the dynamic section says about relocations; values as in the file.
struct DynamicSection {
  static let entrySize = 16

  /// Tags this library acts on or knows to be harmless.
  private enum Tag {
    static let null: UInt64 = 0
    static let needed: UInt64 = 1
    static let rela: UInt64 = 7
    static let relaSize: UInt64 = 8
    static let relaEntry: UInt64 = 9
    static let textRelocations: UInt64 = 22
    static let flags: UInt64 = 30
    static let relaCount: UInt64 = 0x6FFF_FFF9
    static let flags1: UInt64 = 0x6FFF_FFFB
    static let gnuHash: UInt64 = 0x6FFF_FEF5
  }

  private static let textRelocationFlag: UInt64 = 4
  private static let bindNow: UInt64 = 8
  private static let bindNow1: UInt64 = 1
  private static let executable1: UInt64 = 0x0800_0000

  private(set) var tableAddress: UInt64?
  private(set) var tableSize: UInt64?
  private(set) var entrySize: UInt64?
  private(set) var relativeCount: UInt64?
  private var flags: UInt64?
  private var flags1: UInt64?

  /// Reads all entries of `bytes`, the whole section.
  init(_ bytes: RawSpan) throws(ELFError) {
    var isEnded = false
    for index in 0..<(bytes.byteCount / Self.entrySize) {
      let tag: UInt64 = try bytes.field(at: index * Self.entrySize)
      let value: UInt64 = try bytes.field(at: index * Self.entrySize + 8)
      guard !isEnded || tag == Tag.null else { throw .dynamicAfterEnd(tag: tag) }
      isEnded = tag == Tag.null
      try take(tag, value)
    }
    guard isEnded else { throw .dynamicUnterminated }
    let flags1 = flags1 ?? 0
    guard flags1 & Self.executable1 != 0 else { throw .notExecutable(flags: flags1) }
  }

  /// Notes or ignores one entry, or refuses it.
  private mutating func take(_ tag: UInt64, _ value: UInt64) throws(ELFError) {
    switch tag {
    case Tag.rela: try Self.note(value, tag, in: &tableAddress)
    case Tag.relaSize: try Self.note(value, tag, in: &tableSize)
    case Tag.relaEntry: try Self.note(value, tag, in: &entrySize)
    case Tag.relaCount: try Self.note(value, tag, in: &relativeCount)
    case Tag.flags:
      try Self.note(value, tag, in: &flags)
      guard value & Self.textRelocationFlag == 0 else { throw .textRelocations(tag: tag) }
      guard value & ~Self.bindNow == 0 else { throw .dynamicFlags(tag: tag, value: value) }
    case Tag.flags1:
      try Self.note(value, tag, in: &flags1)
      guard value & ~(Self.bindNow1 | Self.executable1) == 0 else {
        throw .dynamicFlags(tag: tag, value: value)
      }
    case Tag.null, 4, 5, 6, 10, 11, 21, Tag.gnuHash:
      break  // The end, hash, string and symbol tables, and the debugger's word.
    case Tag.needed: throw .neededLibrary(nameOffset: value)
    case Tag.textRelocations: throw .textRelocations(tag: tag)
    case 2, 3, 17...20, 23, 35...37: throw .relocationTableKind(tag: tag)
    case 12, 13, 25...28, 32, 33: throw .initialiser(tag: tag)
    default: throw .unknownDynamicTag(tag)
    }
  }

  private static func note(
    _ value: UInt64, _ tag: UInt64, in place: inout UInt64?
  ) throws(ELFError) {
    guard place == nil else { throw .duplicateDynamicTag(tag) }
    place = value
  }
}
