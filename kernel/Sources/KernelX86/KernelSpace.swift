// The kernel's address space: built anew at boot from what the loader handed over, so that the
// kernel relies on no table that it did not make. docs/reference/kernel-space.md.

import CKernelX86
import CapABI
package import Handoff

/// The kernel's address space, finished.
package struct KernelSpace {
  /// Physical address of the top-level table.
  package let root: UInt64
  /// Physical range of all its tables.
  package let tables: Range<UInt64>
  /// What is left of the run that the tables were made in.
  package let rest: PageRange

  /// Where device registers that the kernel uses are mapped: the last gigabyte.
  private static let deviceWindow: UInt64 = 0xFFFF_FFFF_C000_0000

  /// Builds the address space; nil without memory for it, or with more than the kernel can count.
  ///
  /// - Parameters:
  ///   - handoff: What the loader says about memory and the kernel's segments.
  ///   - features: What the processor offers.
  ///   - devices: The device registers that are mapped, in the order of `window`.
  ///   - leftOut: Protections that a smoke image leaves out.
  package init?(
    _ handoff: borrowing BootloaderHandoff, features: ProcessorFeatures, devices: DeviceList,
    leavingOut leftOut: Protections
  ) {
    guard let run = handoff.largestFreeRun(), run.pageCount >= Self.leastPages,
      handoff.frameCount() <= UInt64(UInt32.max)
    else { return nil }
    let directMapBase = handoff.info.directMapBase
    var space = KernelTables(
      memory: BootTables(in: run, directMapBase: directMapBase),
      hasGigabytePages: features.gigabytePages)
    Self.mapMemory(handoff, in: &space)
    Self.mapImage(handoff, in: &space, leavingOut: leftOut)
    for index in 0..<devices.count {
      space.map(
        Self.window(index), to: devices.pages[index], bytes: PageRange.pageSize, .device)
    }
    if !leftOut.contains(.readOnlyTables) {
      // Splitting large pages makes further tables, which are protected in their turn.
      var page = run.base
      while page < space.memory.end {
        space.protect(directMapBase &+ page, bytes: PageRange.pageSize)
        page += PageRange.pageSize
      }
    }
    root = space.root
    tables = run.base..<space.memory.end
    rest = PageRange(
      base: space.memory.end, pageCount: (run.end - space.memory.end) / PageRange.pageSize)
  }

  /// Where the registers of a device are; offsets in the page stay.
  package static func window(_ index: Int) -> UInt64 {
    deviceWindow + UInt64(index) * PageRange.pageSize
  }

  /// More than the tables of any machine take; the rest of the run is much larger.
  private static let leastPages: UInt64 = 2048

  private static func mapMemory(
    _ handoff: borrowing BootloaderHandoff, in space: inout KernelTables<BootTables>
  ) {
    for index in 0..<handoff.memoryMap.count {
      guard let region = handoff.memoryMap[index], let access = access(to: region.kind) else {
        continue
      }
      space.map(
        handoff.info.directMapBase &+ region.range.base, to: region.range.base,
        bytes: region.range.end - region.range.base, access)
    }
  }

  /// What of physical memory the direct map shows, and how; the kernel's image is not in it.
  static func access(to kind: MemoryRegion.Kind) -> KernelAccess? {
    switch kind {
    case .usable, .loaderReclaimable: .readWrite
    case .module, .acpiReclaimable, .acpiNVS: .read
    case .kernelImage, .mmio, .reserved, .persistent, .firmwareRuntime, .defective: nil
    }
  }

  private static func mapImage(
    _ handoff: borrowing BootloaderHandoff, in space: inout KernelTables<BootTables>,
    leavingOut leftOut: Protections
  ) {
    for index in 0..<handoff.segments.count {
      guard let segment = handoff.segments[index] else { continue }
      var access = KernelAccess.read
      if segment.rights.contains(.write) { access = .readWrite }
      if segment.rights.contains(.execute) { access = .execute }
      // Page by page: large pages here would have to be split below.
      for page in 0..<segment.pageCount {
        let offset = page * PageRange.pageSize
        space.map(
          segment.virtual &+ offset, to: segment.physical + offset, bytes: PageRange.pageSize,
          access)
      }
    }
    // What the processor reads at every entry was written by entry.S and stays as it is.
    let tables = erix_entry_tables_address()
    space.protect(tables, bytes: erix_cpu_address() - tables)
    guard !leftOut.contains(.stackGuards) else { return }
    for index in 0..<GuardPages.count {
      space.unmap(guardPages[index], bytes: PageRange.pageSize)
    }
  }

  private static var guardPages: GuardPages {
    let first = erix_exception_stacks_address()
    let size = PageRange.pageSize + UInt64(EXCEPTION_STACK_SIZE)
    return GuardPages([
      erix_stack_guard_address(), erix_entry_stack_guard_address(), first, first + size,
      first + 2 * size, first + 3 * size,
    ])
  }

  /// What the finished tables are compared with.
  package var parts: KernelParts { KernelParts(tables: tables, guards: Self.guardPages) }
}

/// Pages of device registers.
package struct DeviceList {
  /// Physical addresses of pages.
  package private(set) var pages = InlineArray<17, UInt64>(repeating: 0)
  /// How many there are.
  package private(set) var count = 0

  /// Nothing.
  package init() {}

  /// Adds the page of a register, unless it is there.
  ///
  /// - Returns: The virtual address of the register; nil when the list is full.
  package mutating func add(_ register: UInt64) -> UInt64? {
    let offset = register % PageRange.pageSize
    let page = register - offset
    for index in 0..<count where pages[index] == page {
      return KernelSpace.window(index) + offset
    }
    guard count < pages.count else { return nil }
    pages[count] = page
    count += 1
    return KernelSpace.window(count - 1) + offset
  }
}
