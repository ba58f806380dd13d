// Header and directory in the smallest file of the common form: every field has one value.

import Bytes
import Handoff
import HandoffTesting
import Testing

struct TableFileTests {
  private static let layout = TableLayout(
    magic: 0x0807_0605_0403_0201, fixedSize: 8, TableSpec(entrySize: 8, limit: 2))

  /// A file with one entry.
  private static let file: [UInt8] =
    [1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 0, 0, 64, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0]
    + [0, 0, 0, 0, 0, 0, 0, 0, 56, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]
    + [UInt8](repeating: 0xAA, count: 16)

  private func refusal(_ bytes: [UInt8]) -> FormatError? {
    do throws(FormatError) {
      _ = try TableFile(bytes.span.rawBytes, layout: Self.layout)
      return nil
    } catch { return error }
  }

  @Test func `a valid header is accepted whatever the contents are`() {
    #expect(refusal(Self.file) == nil)
  }

  @Test func `no bytes are truncated`() {
    #expect(refusal([]) == .truncated(needed: 48, available: 0))
  }

  @Test(arguments: [0, 47, 48, 63])
  func `a file that ends early is truncated`(_ length: Int) {
    let needed = length < 48 ? 48 : 64
    #expect(
      refusal(Array(Self.file[..<length])) == .truncated(needed: needed, available: length))
  }

  @Test func `every change of header and directory is refused`() {
    for offset in 0..<48 {
      for mask in [0x01, 0x80, 0xFF] as [UInt8] {
        #expect(refusal(Self.file.replacing(at: offset, with: [Self.file[offset] ^ mask])) != nil)
      }
    }
  }

  @Test func `the largest total size and the largest count are refused without a trap`() {
    let largest = [UInt8](repeating: 0xFF, count: 4)
    #expect(
      refusal(Self.file.replacing(at: 12, with: largest))
        == .tooLarge(size: .max, limit: 1 << 20))
    #expect(
      refusal(Self.file.replacing(at: 36, with: largest))
        == .tooManyEntries(table: 0, count: .max, limit: 2))
    #expect(
      refusal(Self.file.replacing(at: 32, with: largest))
        == .wrongHeaderField(offset: 32, found: .max, expected: 56))
  }
}
