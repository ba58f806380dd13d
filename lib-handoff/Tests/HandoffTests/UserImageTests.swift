// Bounds of a process: its image, its entry, the size of its CSpace.

import Bytes
import Handoff
import HandoffTesting
import Testing

struct UserImageTests {
  /// What is refused about an image whose fields begin at 500 in their file.
  private func refusal(_ base: UInt64, _ size: UInt64, _ entry: UInt64) -> FormatError? {
    let bytes = [UInt8](repeating: 0, count: 24)
    do throws(FormatError) {
      try UserImage(base: base, size: size, entry: entry)
        .check(Record(bytes.span.rawBytes, base: 500), at: 0)
      return nil
    } catch { return error }
  }

  @Test func `an image may fill the user half up to its last page`() {
    #expect(refusal(0x1000, UserImage.limit - 0x1000, UserImage.limit - 1) == nil)
  }

  @Test(arguments: [0, 0x1001, UserImage.limit, UInt64.max])
  func `a base outside the user half or between pages is refused`(_ base: UInt64) {
    #expect(refusal(base, 0x1000, base) == .invalidValue(offset: 500, found: base))
  }

  @Test(arguments: [0, UserImage.limit - 0x1000 + 1, UInt64.max])
  func `a size of nothing or past the end is refused`(_ size: UInt64) {
    #expect(refusal(0x1000, size, 0x1000) == .invalidValue(offset: 508, found: size))
  }

  @Test(arguments: [0, 0xFFF, 0x3000, UInt64.max])
  func `an entry outside the image is refused`(_ entry: UInt64) {
    #expect(refusal(0x1000, 0x2000, entry) == .invalidValue(offset: 516, found: entry))
  }

  @Test(arguments: [
    (0, false), (1, false), (32, false), (63, false), (64, true), (65, false), (4096, true),
    (1 << 20, true), (1 << 21, false), (UInt32.max, false),
  ])
  func `a CSpace has a power of two of slots within the limits`(
    _ slots: UInt32, _ isValid: Bool
  ) {
    #expect(CSpaceSize.isValid(slots) == isValid)
  }
}
