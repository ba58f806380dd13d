// Entries of four-level page tables. Follows Intel SDM volume 3A, section 4.5. Pure: nothing here
// touches memory.

/// What a page may be used for; every mapped page can be read.
package struct PageAccess: Equatable, Sendable {
  /// Whether user code may write.
  package let isWritable: Bool
  /// Whether user code may execute.
  package let isExecutable: Bool
  /// Whether accesses bypass the caches, as device registers ask for.
  package let isUncached: Bool
  /// Whether the kernel may write it for the creator of a staged process.
  package let isPatchable: Bool

  /// Describes a page.
  package init(
    writable: Bool, executable: Bool, uncached: Bool = false, patchable: Bool = false
  ) {
    isWritable = writable
    isExecutable = executable
    isUncached = uncached
    isPatchable = patchable
  }
}

/// An entry of a page table of any level; all zero is an absent one.
package struct PageTableEntry: BitwiseCopyable, Equatable, Sendable {
  /// The bits, as the processor reads them.
  package let rawValue: UInt64

  private static let present: UInt64 = 1 << 0
  private static let writable: UInt64 = 1 << 1
  private static let user: UInt64 = 1 << 2
  private static let writeThrough: UInt64 = 1 << 3
  private static let cacheDisable: UInt64 = 1 << 4
  private static let pageSize: UInt64 = 1 << 7
  /// One of the bits that the processor leaves to software.
  private static let patchable: UInt64 = 1 << 9
  private static let noExecute: UInt64 = 1 << 63
  private static let addressMask: UInt64 = ((1 << 52) - 1) & ~0xFFF

  /// Wraps bits read from a table.
  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Leads to the next lower table; what its pages allow is decided there.
  @inline(__always) package init(table: PhysicalAddress) {
    rawValue = table.rawValue & Self.addressMask | Self.present | Self.writable | Self.user
  }

  /// Maps a page for user code; a large one stands in a page directory and has 2 MiB.
  @inline(__always) package init(
    page: PhysicalAddress, _ access: PageAccess, isLarge: Bool = false
  ) {
    var bits = page.rawValue & Self.addressMask | Self.present | Self.user
    if access.isWritable { bits |= Self.writable }
    if !access.isExecutable { bits |= Self.noExecute }
    // Both bits select uncached memory, whatever the page attribute table holds after a reset.
    if access.isUncached { bits |= Self.writeThrough | Self.cacheDisable }
    if access.isPatchable { bits |= Self.patchable }
    rawValue = isLarge ? bits | Self.pageSize : bits
  }

  /// No entry.
  package static let absent = PageTableEntry(rawValue: 0)
  /// Whether the processor uses the entry.
  @inline(__always) package var isPresent: Bool { rawValue & Self.present != 0 }
  /// Whether the entry maps a large page; meaningless at the lowest level.
  @inline(__always) package var isLarge: Bool { rawValue & Self.pageSize != 0 }
  /// Whether user code may write.
  package var isWritable: Bool { rawValue & Self.writable != 0 }
  /// Whether user code may execute.
  package var isExecutable: Bool { rawValue & Self.noExecute == 0 }
  /// Whether the page is RAM that whoever mapped it may write.
  package var isPatchable: Bool { rawValue & Self.patchable != 0 }
  /// Whether user code may use the page.
  package var isUser: Bool { rawValue & Self.user != 0 }
  /// Whether the caches are bypassed.
  package var isUncached: Bool { rawValue & Self.cacheDisable != 0 }
  /// The page or table that the entry leads to.
  @inline(__always) package var address: PhysicalAddress {
    PhysicalAddress(truncating: rawValue & Self.addressMask)
  }
}
