// Section names: alphabet and length.

import BootImg
import Bytes
import Testing

struct SectionNameTests {
  private func name(_ text: String) -> SectionName? {
    let bytes = Array(text.utf8)
    return SectionName(bytes.span.rawBytes)
  }

  @Test(arguments: [1, 31, 32]) func `names up to the limit are accepted`(length: Int) {
    #expect(name(String(repeating: "a", count: length))?.length == length)
  }

  @Test(arguments: [0, 33, 1000]) func `empty and longer names are refused`(length: Int) {
    #expect(name(String(repeating: "a", count: length)) == nil)
  }

  @Test(arguments: 0...255) func `the alphabet is a to z, digits and hyphen`(byte: UInt8) {
    let allowed = Array("abcdefghijklmnopqrstuvwxyz0123456789-".utf8).contains(byte)
    let bytes = [UInt8(ascii: "x"), byte]
    #expect((SectionName(bytes.span.rawBytes) != nil) == allowed)
  }
}
