// One section of a PE32+ image (PE Format, "Section Table"), made from one ELF segment. Rights are
// carried over as they are; none is added.

import Bytes
import ELF

/// A section: its place in memory, its contents and its rights.
struct PESection {
  /// At most 8 bytes; for people only, so segments with equal rights have equal names.
  let name: String
  /// Relative virtual address, a multiple of 4096.
  let address: UInt32
  /// Bytes of memory from `address` on.
  let memorySize: UInt32
  /// The bytes in the file, not yet padded; the rest of the memory is zero.
  let contents: [UInt8]
  let characteristics: UInt32

  // Section Flags of the specification; W^X holds because every set comes from `SegmentRights`.
  static let code: UInt32 = 0x20
  static let initializedData: UInt32 = 0x40
  static let uninitializedData: UInt32 = 0x80
  static let discardable: UInt32 = 0x0200_0000
  static let execute: UInt32 = 0x2000_0000
  static let read: UInt32 = 0x4000_0000
  static let write: UInt32 = 0x8000_0000

  /// Size of the contents in the file.
  var rawSize: Int { PELayout.aligned(contents.count, to: PELayout.fileAlignment) }

  /// Whether the section counts as code in the headers.
  var isCode: Bool { characteristics & Self.code != 0 }

  /// Memory beyond what the file gives.
  var zeroFill: Int { max(0, Int(memorySize) - rawSize) }
}

extension PESection {
  /// The section for a segment whose addresses are below 2 GiB.
  init(_ segment: ELFSegment, of image: borrowing ELFImage) throws(PEImageError) {
    let kind = Self.kind(segment)
    name = kind.name
    characteristics = kind.characteristics
    address = UInt32(segment.pages.lowerBound)
    memorySize = UInt32(segment.end - segment.pages.lowerBound)
    contents = try Self.contents(segment, of: image)
  }

  /// The name and flags for the segment's rights.
  private static func kind(_ segment: ELFSegment) -> (name: String, characteristics: UInt32) {
    switch segment.rights {
    case .readExecute: (".text", code | execute | read)
    case .read: (".rodata", initializedData | read)
    case .readWrite where segment.fileSize == 0: (".bss", uninitializedData | read | write)
    case .readWrite: (".data", initializedData | read | write)
    }
  }

  /// The segment's bytes from its first page to its last file byte, with pointers relocated for
  /// base 0: the values to which firmware adds the real base.
  private static func contents(
    _ segment: ELFSegment, of image: borrowing ELFImage
  ) throws(PEImageError) -> [UInt8] {
    guard segment.fileSize > 0 else { return [] }
    let first = segment.pages.lowerBound
    let count = Int(segment.address - first) + segment.fileSize
    var bytes = [UInt8](repeating: 0, count: PELayout.aligned(count, to: 8))
    var span = bytes.mutableSpan
    var raw = span.mutableRawBytes
    do {
      try image.load(into: &raw, address: first, bias: 0)
    } catch {
      throw .elf(error)
    }
    return bytes
  }
}
