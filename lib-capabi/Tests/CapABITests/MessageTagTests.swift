// The tag word: packing, unpacking, and what is refused.

import CapABI
import Testing

struct MessageTagTests {
  @Test func `parts come back as they went in`() {
    let tag = MessageTag(label: 0x402, length: 1024, capabilityCount: 4, flags: .deadline)
    #expect(tag.label == 0x402)
    #expect(tag.length == 1024)
    #expect(tag.capabilityCount == 4)
    #expect(tag.flags == .deadline)
    #expect(tag.rawValue == 0x0000_0104_0400_0402)
  }

  @Test func `a reply's label is a result code`() {
    #expect(MessageTag(label: 4).result == .busy)
  }

  @Test func `the largest message is accepted and one byte more is refused`() {
    #expect(MessageTag(validating: MessageTag(label: 1, length: 1024).rawValue) != nil)
    #expect(MessageTag(validating: MessageTag(label: 1, length: 1025).rawValue) == nil)
  }

  @Test func `four capabilities are accepted and five refused`() {
    #expect(MessageTag(validating: MessageTag(label: 1, capabilityCount: 4).rawValue) != nil)
    #expect(MessageTag(validating: MessageTag(label: 1, capabilityCount: 5).rawValue) == nil)
  }

  @Test(arguments: (36..<40).map { $0 } + (48..<64).map { $0 })
  func `a reserved bit is refused`(bit: UInt64) {
    #expect(MessageTag(validating: 1 << bit) == nil)
  }

  @Test(arguments: [MessageFlags.notified, .oneWay, .fromKernel])
  func `a sender may not set what only the kernel sets`(flag: MessageFlags) {
    let raw = MessageTag(label: 1, flags: flag).rawValue
    #expect(MessageTag(validating: raw) == nil)
    #expect(MessageTag(validating: raw, allowing: .all) != nil)
  }

  @Test func `the undefined flag is refused even where all are allowed`() {
    #expect(MessageTag(validating: 1 << 43, allowing: .all) == nil)
  }

  @Test func `one comparison finds the messages that travel in registers`() {
    let short = MessageTag(label: 0xFFFF, length: MessageTag.registerBytes)
    #expect(short.rawValue >> MessageTag.lengthShift <= UInt64(MessageTag.registerBytes))
    let others = [
      MessageTag(label: 0, length: 33), MessageTag(label: 0, capabilityCount: 1),
      MessageTag(label: 0, flags: .deadline),
    ]
    for tag in others {
      #expect(tag.rawValue >> MessageTag.lengthShift > UInt64(MessageTag.registerBytes))
    }
  }
}
