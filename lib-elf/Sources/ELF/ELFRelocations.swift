// The relocation table of a position-independent image (psABI, "Relocation"): entries with addend,
// of the one kind that needs no symbol.

import Bytes

/// One relative relocation: the 8 bytes at `bias + target` become `bias + addend`.
public struct ELFRelocation: Equatable, Sendable {
  /// Link address of the 8 bytes to write, a multiple of 8, in a writable segment.
  public let target: UInt64
  /// Link address that the written pointer means, inside the image or at its end.
  public let addend: UInt64
}

/// The relocations of an image, in file order.
///
/// A new value starts at the first. The entries of an `ELFImage` were all checked when the image
/// was made, so going through them again meets no error.
public struct ELFRelocations: ~Escapable {
  static let entrySize = 24
  private static let relative: UInt32 = 8

  private let bytes: RawSpan
  private let table: SegmentTable
  private var index = 0

  /// Goes through `bytes`, a whole number of entries, for an image of the segments in `table`.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, table: SegmentTable) {
    self.bytes = bytes
    self.table = table
  }

  /// How many relocations there are in all.
  public var count: Int { bytes.byteCount / Self.entrySize }

  /// The next relocation, or nil after the last.
  ///
  /// - Throws: `ELFError.relocationType`, `relocationSymbol`, `relocationAlignment`,
  ///   `relocationTarget`, `relocationAddend` with the refused value.
  @_lifetime(self: copy self)
  public mutating func next() throws(ELFError) -> ELFRelocation? {
    guard index < count else { return nil }
    let start = index * Self.entrySize
    let type: UInt32 = try bytes.field(at: start + 8)
    guard type == Self.relative else { throw .relocationType(type) }
    let symbol: UInt32 = try bytes.field(at: start + 12)
    guard symbol == 0 else { throw .relocationSymbol(symbol) }
    let relocation = ELFRelocation(
      target: try bytes.field(at: start), addend: try bytes.field(at: start + 16))
    try check(relocation)
    index += 1
    return relocation
  }

  /// Checks target and addend against the segments.
  private func check(_ relocation: ELFRelocation) throws(ELFError) {
    guard relocation.target.isMultiple(of: 8) else {
      throw .relocationAlignment(relocation.target)
    }
    guard isWritable(relocation.target) else { throw .relocationTarget(relocation.target) }
    // One past the end is a pointer that programs do form, such as the end of the last table.
    let pages = table.pages
    guard relocation.addend >= pages.lowerBound, relocation.addend <= pages.upperBound else {
      throw .relocationAddend(relocation.addend)
    }
  }

  /// Whether 8 bytes at `target` are memory of one writable segment.
  private func isWritable(_ target: UInt64) -> Bool {
    let segments = table.segments
    for index in segments.indices where segments[index].rights.isWritable {
      if segments[index].containsMemory(target, size: 8) { return true }
    }
    return false
  }
}
