// The writer: determinism and its own errors.

import BootImg
import Bytes
import Crypto
import Testing

struct BootImageEncoderTests {
  private func encode(
    bufferSize: Int, announced: Int, sections: [SampleSection], version: UInt64 = 1
  ) throws(BootImageError) {
    var bytes = [UInt8](repeating: 0, count: bufferSize)
    var span = bytes.mutableSpan
    var encoder = try BootImageEncoder(span.mutableRawBytes, sectionCount: announced)
    for section in sections { try encoder.append(section) }
    try encoder.finish(profile: .dev, imageVersion: version)
  }

  @Test func `equal input gives equal bytes`() throws {
    #expect(try SampleImage().bytes == SampleImage().bytes)
  }

  @Test func `a chosen build id is kept`() throws {
    var buildID = FixedBytes<32>()
    buildID[31] = 7
    var bytes = [UInt8](repeating: 0, count: 8192)
    do {
      var span = bytes.mutableSpan
      var encoder = try BootImageEncoder(span.mutableRawBytes, sectionCount: 1)
      try encoder.append(.bootConfig)
      try encoder.finish(profile: .dev, imageVersion: 1, buildID: buildID)
    }
    let view = try UnverifiedBootImage(parsing: bytes.span.rawBytes)
    let manifest = view.manifest
    #expect(manifest.buildID == buildID)
  }

  @Test func `the default build id is the hash of the table`() throws {
    let image = try SampleImage([.bootConfig])
    let view = try UnverifiedBootImage(parsing: image.bytes.span.rawBytes)
    let table = try image.bytes.span.rawBytes.slice(at: 128, count: 96)
    let expected = SHA256.hash(table)
    let manifest = view.manifest
    #expect(manifest.buildID == expected)
  }

  @Test func `a buffer below the first section is refused`() {
    #expect(throws: BootImageError.wrongBufferSize(found: 4095, needed: 4096)) {
      try encode(bufferSize: 4095, announced: 1, sections: [.bootConfig])
    }
  }

  @Test func `a payload that does not fit is refused`() {
    #expect(throws: BootImageError.wrongBufferSize(found: 8192, needed: 9096)) {
      try encode(bufferSize: 8192, announced: 1, sections: [.kernel])
    }
  }

  @Test func `padding that does not fit is refused`() {
    #expect(throws: BootImageError.wrongBufferSize(found: 8000, needed: 8192)) {
      try encode(bufferSize: 8000, announced: 1, sections: [.bootConfig])
    }
  }

  @Test func `a longer buffer is refused`() {
    #expect(throws: BootImageError.wrongBufferSize(found: 8193, needed: 8192)) {
      try encode(bufferSize: 8193, announced: 1, sections: [.bootConfig])
    }
  }

  @Test func `more sections than announced are refused`() {
    #expect(throws: BootImageError.tooManySections(limit: 1)) {
      try encode(bufferSize: 16384, announced: 1, sections: [.bootConfig, .kernel])
    }
  }

  @Test func `fewer sections than announced are refused`() {
    #expect(throws: BootImageError.tooFewSections(found: 1, expected: 2)) {
      try encode(bufferSize: 8192, announced: 2, sections: [.bootConfig])
    }
  }

  @Test(arguments: [0, -1, 257]) func `a section count out of range is refused`(count: Int) {
    let found = UInt32(clamping: count)
    #expect(throws: BootImageError.sectionCountOutOfRange(found: found, limit: 256)) {
      try encode(bufferSize: 8192, announced: count, sections: [])
    }
  }

  @Test func `image version 0 is refused`() {
    #expect(throws: BootImageError.zeroImageVersion) {
      try encode(bufferSize: 8192, announced: 1, sections: [.bootConfig], version: 0)
    }
  }

  @Test func `an empty payload has no layout`() {
    #expect(
      throws: BootImageError.sectionSizeOutOfRange(
        section: 1, found: 0, available: UInt64(256 << 20) - 8192)
    ) { try BootImageLayout.totalSize(payloadSizes: [1, 0].span) }
  }

  @Test func `the file size limit holds for the writer`() throws {
    let most = (256 << 20) - 4096
    #expect(try BootImageLayout.totalSize(payloadSizes: [most].span) == 256 << 20)
    for size in [most + 1, Int.max] {
      #expect(
        throws: BootImageError.sectionSizeOutOfRange(
          section: 0, found: UInt64(size), available: UInt64(most))
      ) { try BootImageLayout.totalSize(payloadSizes: [size].span) }
    }
  }
}
