// Names: every length, every byte, and the padding.

import Bytes
import CapABI
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
  @Test(arguments: ["a", "named", "ps2-keys", "drv-virtio-block"])
  func `a name's words are the name, in its order`(text: String) throws {
    let bytes = Array(text.utf8)
    let made = ServiceName(bytes.span.rawBytes)
    let name = try #require(made)
    #expect(ServiceName(firstWord: name.firstWord, secondWord: name.secondWord) == name)
    #expect(UInt8(name.firstWord >> 56) == bytes[0])
  }

  @Test func `words that are no name's make none`() {
    #expect(ServiceName(firstWord: 0, secondWord: 0) == nil)
    #expect(ServiceName(firstWord: 0x61 << 56, secondWord: 0x61 << 56) == nil)
    #expect(ServiceName(firstWord: 0x41 << 56, secondWord: 0) == nil)
  }

  @Test(arguments: [
    "a", "named", "drv-ps2-kbd", "abcdefghijklmno", "drv-ps2-keyboard", "a--", "z9",
  ])
  func `letters, digits and hyphens make a name`(text: String) {
    #expect(isName(text))
  }

  @Test(arguments: ["", "abcdefghijklmnopq", "9a", "-a", "Named", "a_b", "a b", "a.b", "é", "a\0"])
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

  @Test(arguments: 1...16)
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

  @Test func `a name of 16 bytes has no padding`() throws {
    let bytes = Array("drv-virtio-block".utf8)
    let block = try #require(try padded(bytes))
    #expect(try block == name("drv-virtio-block"))
    #expect(block.length == 16)
    let isSame = block.paddedBytes.hasSameBytes(as: bytes.span.rawBytes)
    #expect(isSame)
  }

  @Test(arguments: [UInt8(ascii: "A"), 0x7F, 0xFF])
  func `a wrong last byte is refused`(last: UInt8) throws {
    #expect(try padded(Array("drv-virtio-bloc".utf8) + [last]) == nil)
  }

  @Test(arguments: 0..<RoleID.knownCount)
  func `the name of every role is a name`(index: Int) throws {
    let text = try #require(RoleID.known(at: index)?.name).description
    #expect(try name(text).length == text.utf8.count)
  }
}
