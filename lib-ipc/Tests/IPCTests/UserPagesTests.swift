// Page ranges at both ends of the user half, and the rights of page accesses.

import CapABI
import IPC
import Testing

struct UserPagesTests {
  @Test func `the last page that can be mapped ends where user space does`() {
    #expect(UserPages(base: 0xFFF_FFFF_E000, pageCount: 1) != nil)
    #expect(UserPages(base: 0xFFF_FFFF_F000, pageCount: 1) == nil)
    #expect(UserPages(base: 0xFFF_FFFF_E000, pageCount: 2) == nil)
  }

  @Test(arguments: [0x1000_0000_1000, 0x8000_0000_0000, 0xFFFF_8000_0000_0000, UInt64.max - 4095])
  func `addresses above the lower half are refused`(base: UInt64) {
    #expect(UserPages(base: base, pageCount: 1) == nil)
  }

  @Test func `a range may fill user space`() {
    #expect(UserPages(base: 0x1000, pageCount: .max - 1)?.sizeInBytes == 0xFFF_FFFF_E000)
    #expect(UserPages(base: 0x1000, pageCount: .max) == nil)
  }

  @Test(arguments: [1, 0xFFF, 0x1001] as [UInt64])
  func `an unaligned base is refused`(base: UInt64) {
    #expect(UserPages(base: base, pageCount: 1) == nil)
  }

  @Test func `an empty range is refused`() {
    #expect(UserPages(base: 0x1000, pageCount: 0) == nil)
  }

  @Test func `base 0 means that the place is open`() {
    #expect(UserPages(base: 0, pageCount: 1)?.isPlaced == false)
    #expect(UserPages(base: 0x1000, pageCount: 1)?.isPlaced == true)
  }

  @Test func `no access is both writable and executable`() {
    let accesses: [PageAccess] = [.none, .read, .readWrite, .readExecute]
    let rights = accesses.map(\.rights)
    #expect(rights == [.none, .read, .read | .write, .read | .execute])
    #expect(PageAccess(rawValue: 4) == nil)
  }
}
