// The base relocation table (PE Format, "The .reloc Section"): the pointers to which firmware adds
// the address where it loads the image.

import ELF

/// Encodes base relocations.
enum BaseRelocations {
  private static let dir64: UInt16 = 0xA000
  private static let pageMask: UInt32 = 0xFFF

  /// The sorted addresses of all pointers of an image whose addresses are below 2 GiB.
  ///
  /// - Throws: `PEImageError.relocationInZeroFill` and `duplicateRelocation` with the target.
  static func targets(of image: borrowing ELFImage) throws(PEImageError) -> [UInt32] {
    var targets: [UInt32] = []
    var relocations = image.relocations
    do {
      while let relocation = try relocations.next() { targets.append(UInt32(relocation.target)) }
    } catch {
      throw .elf(error)
    }
    targets.sort()
    for (target, next) in zip(targets, targets.dropFirst()) where target == next {
      throw .duplicateRelocation(target: UInt64(target))
    }
    for target in targets {
      guard isInFile(UInt64(target), of: image) else {
        throw .relocationInZeroFill(target: UInt64(target))
      }
    }
    return targets
  }

  /// Whether the 8 bytes at `target` come from the file.
  private static func isInFile(_ target: UInt64, of image: borrowing ELFImage) -> Bool {
    for index in image.segments.indices {
      let segment = image.segments[index]
      let fileEnd = segment.address + UInt64(segment.fileSize)
      if target >= segment.address, target < fileEnd, fileEnd - target >= 8 { return true }
    }
    return false
  }

  /// The table for sorted, different addresses: one block for each page that has any.
  static func encode(_ targets: [UInt32]) -> [UInt8] {
    var table: [UInt8] = []
    var rest = targets[...]
    while let first = rest.first {
      let page = first & ~pageMask
      let entries = rest.prefix { $0 & ~pageMask == page }
      append(page, entries.map { dir64 | UInt16($0 & pageMask) }, to: &table)
      rest = rest.dropFirst(entries.count)
    }
    // No table at all would mean that the image can only run at its own base, which is 0.
    if table.isEmpty { append(0, [0, 0], to: &table) }
    return table
  }

  private static func append(_ page: UInt32, _ entries: [UInt16], to table: inout [UInt8]) {
    // Blocks begin at multiples of 4: an odd number of entries is filled up with one that says
    // nothing.
    let padded = entries.count.isMultiple(of: 2) ? entries : entries + [0]
    table.appendInteger(page)
    table.appendInteger(UInt32(8 + 2 * padded.count))
    for entry in padded { table.appendInteger(entry) }
  }
}
