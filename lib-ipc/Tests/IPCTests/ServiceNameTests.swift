// Names: every length, every byte, and the padding.

import Bytes
import IPC
import Testing

private func isName(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  return ServiceName(bytes.span.rawBytes) != nil
}

private func padded(_ bytes: [UInt8]) throws -> ServiceName? {
  ServiceName(padded: try FixedBytes<16>(copying: bytes.span.rawBytes))
}

struct ServiceNameTests {
  @Test(arguments: ["a", "named", "drv-ps2-kbd", "abcdefghijklmno", "a--", "z9"])
  func `letters, digits and hyphens make a name`(text: String) {
    #expect(isName(text))
  }

  @Test(arguments: ["", "abcdefghijklmnop", "9a", "-a", "Named", "a_b", "a b", "a.b", "é", "a\0"])
  func `anything else does not`(text: String) {
    #expect(!isName(text))
  }

  @Test func `exactly the allowed bytes may follow the first`() {
    let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789-".utf8)
    for byte in UInt8.min...UInt8.max {
      let bytes = [UInt8(ascii: "a"), byte]
      #expect((ServiceName(bytes.span.rawBytes) != nil) == allowed.contains(byte))
    }
  }

  @Test(arguments: 1...15)
  func `the length is the number of bytes before the padding`(length: Int) throws {
    #expect(try name(String(repeating: "a", count: length)).length == length)
  }

  @Test func `a padded name equals the same name`() throws {
    let bytes = hex("6E616D65640000000000000000000000")
    #expect(try padded(bytes) == name("named"))
  }

  @Test func `padding that is not zero is refused`() throws {
    for offset in 6..<16 {
      var bytes = hex("6E616D65640000000000000000000000")
      bytes[offset] = UInt8(ascii: "a")
      #expect(try padded(bytes) == nil)
    }
  }

  @Test func `16 bytes without padding are refused`() throws {
    #expect(try padded([UInt8](repeating: UInt8(ascii: "a"), count: 16)) == nil)
  }
}
