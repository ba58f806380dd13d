// The encoder and the views that all formats share.

import Bytes
import CapABI
import Handoff
import Testing

struct TableEncoderTests {
  let contents = BootloaderContents.sample
  let counts = BootloaderHandoff.counts(
    memoryMap: 1, reservations: 0, modules: 1, segments: 1, stamps: 0)

  @Test func `a buffer that is one byte short is refused`() {
    let needed = BootloaderContents.sampleSize
    #expect(throws: FormatError.bufferTooSmall(needed: needed, available: needed - 1)) {
      try contents.encoded(room: needed - 1)
    }
  }

  @Test func `an empty buffer is refused`() {
    #expect(
      throws: FormatError.bufferTooSmall(
        needed: BootloaderContents.sampleSize, available: 0)
    ) { try contents.encoded(room: 0) }
  }

  @Test func `bytes behind the file stay as they are`() throws {
    let size = BootloaderContents.sampleSize
    let output = try contents.encoded(room: size + 3)
    #expect(output[size...] == [0xEE, 0xEE, 0xEE])
    #expect(try Array(output[..<size]) == contents.encoded())
  }

  @Test func `an entry more than announced is refused`() {
    var output = [UInt8](repeating: 0, count: 4096)
    #expect(throws: FormatError.wrongEntryCount(table: 0, appended: 2, announced: 1)) {
      var target = output.mutableSpan
      var encoder = try TableEncoder<BootloaderFormat>(
        into: target.mutableRawBytes, info: contents.info, counts: counts)
      try encoder.append(contents.memoryMap[0])
      try encoder.append(contents.memoryMap[1])
    }
  }

  @Test func `an entry less than announced is refused`() {
    var output = [UInt8](repeating: 0, count: 4096)
    #expect(throws: FormatError.wrongEntryCount(table: 2, appended: 0, announced: 1)) {
      var target = output.mutableSpan
      var encoder = try TableEncoder<BootloaderFormat>(
        into: target.mutableRawBytes, info: contents.info, counts: counts)
      try encoder.append(contents.memoryMap[0])
      _ = try encoder.finish()
    }
  }

  @Test func `values that the reader refuses are refused by the writer`() {
    var contents = contents
    contents.memoryMap[0].range.base = 1
    #expect(throws: FormatError.invalidValue(offset: 392, found: 1)) { try contents.encoded() }
  }

  @Test func `counts outside the bounds are refused`() {
    let layout = BootloaderFormat.layout
    func counts(_ memoryMap: Int) -> TableCounts {
      BootloaderHandoff.counts(
        memoryMap: memoryMap, reservations: 0, modules: 1, segments: 1, stamps: 0)
    }
    #expect(throws: FormatError.tooFewEntries(table: 0, count: 0, minimum: 1)) {
      try layout.size(of: counts(0))
    }
    #expect(throws: FormatError.tooManyEntries(table: 0, count: 4097, limit: 4096)) {
      try layout.size(of: counts(4097))
    }
    #expect(throws: FormatError.tooManyEntries(table: 0, count: .max, limit: 4096)) {
      try layout.size(of: counts(-1))
    }
    #expect(throws: Never.self) { try layout.size(of: counts(4096)) }
  }

  @Test func `a format whose tables together pass the limit is refused`() {
    let layout = TableLayout(
      magic: 1, fixedSize: 8, TableSpec(entrySize: 1024, limit: 2048))
    #expect(throws: FormatError.tooLarge(size: 2_097_208, limit: 1_048_576)) {
      try layout.size(of: TableCounts(2048))
    }
  }

  @Test func `the views give nothing outside their tables`() throws {
    let file = try contents.encoded()
    let view = try BootloaderHandoff(decoding: file.span.rawBytes)
    #expect(view.memoryMap[-1] == nil)
    #expect(view.memoryMap[3] == nil)
    #expect(view.memoryMap[.max] == nil)
    #expect(throws: FormatError.truncated(needed: 488, available: 464)) {
      try BootloaderHandoff(decoding: file.span.rawBytes).memoryMap.entry(at: .max)
    }
    let run = view.memoryMap.run(from: 1, count: 100)
    #expect(run.count == 2)
    #expect(run[0] == contents.memoryMap[1])
    #expect(view.memoryMap.run(from: -5, count: -1).count == 0)
    #expect(view.memoryMap.run(from: .max, count: .max).count == 0)
  }
}
