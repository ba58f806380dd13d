// Compares an image as firmware loads it with the executable as this project's loader fills it.

import Bytes
import ELF
import PEImage
import Testing

/// Converts an executable, loads both forms at one base and compares every page.
func expectSameMemory(_ elf: [UInt8]) throws {
  let base: UInt64 = 0x6B40_0000
  let file = PEFile(try PEWriter.convert(elf.span.rawBytes))
  let memory = file.loaded(at: base)
  let limits = ELFLimits(addresses: 0..<UInt64.max, maximumImageSize: 0x8000_0000)
  let image = try ELFImage(elf.span.rawBytes, limits: limits)
  #expect(file.relocationTargets.count == image.relocations.count)
  #expect(file.optional(16, 4) == Int(image.entry))
  for index in image.segments.indices {
    let pages = image.segments[index].pages
    var expected = [UInt8](repeating: 0xEE, count: Int(pages.upperBound - pages.lowerBound))
    var span = expected.mutableSpan
    var raw = span.mutableRawBytes
    try image.load(into: &raw, address: pages.lowerBound, bias: base)
    let isSame = memory[Int(pages.lowerBound)..<Int(pages.upperBound)].elementsEqual(expected)
    #expect(isSame, "segment \(index)")
  }
}
