// The kernel in memory: which pages it needs, how they are filled, where they are mapped. The
// checks are those of lib-elf with the limits for kernels (docs/reference/elf.md).

import BootImg
import Bytes
import CapABI
import ELF
import Handoff

/// The kernel's executable, checked, and the physical memory it goes to.
///
/// The physical layout is that of the link addresses, so one difference places every segment.
struct KernelImage: ~Escapable {
  private let elf: ELFImage

  /// Checks the kernel section.
  ///
  /// - Throws: `BootError.image` when there is none, `kernel`, `kernelNotFixed`.
  @_lifetime(copy image)
  init(_ image: borrowing VerifiedBootImage) throws(BootError) {
    let payload: RawSpan
    do throws(BootImageError) { payload = try image.required(.kernel).payload } catch {
      throw .image(error)
    }
    do throws(ELFError) { elf = try ELFImage(payload, limits: .kernel) } catch {
      throw .kernel(error)
    }
    guard elf.kind == .fixed else { throw .kernelNotFixed }
  }

  /// Virtual address of the first instruction.
  var entry: UInt64 { elf.entry }
  /// How many segments there are, at least 1.
  var segmentCount: Int { elf.segments.count }
  /// Bytes from the first page to the end of the last; at most 64 MiB.
  var byteCount: Int { Int(elf.pages.upperBound - elf.pages.lowerBound) }
  /// More page tables than the kernel can need: one for each 2 MiB, and the way to them.
  var tableBound: Int { byteCount / Int(AddressSpace.largePage) + 4 }

  /// Copies all segments to their places.
  ///
  /// - Parameter memory: `byteCount` bytes or more. What no segment covers is left as it is and is
  ///   not mapped either.
  /// - Throws: `BootError.kernel` when the memory is too small.
  func load(into memory: inout MutableRawSpan) throws(BootError) {
    for index in 0..<elf.segments.count {
      let pages = elf.segments[index].pages
      let start = Int(pages.lowerBound - elf.pages.lowerBound)
      let end = Int(pages.upperBound - elf.pages.lowerBound)
      guard end <= memory.byteCount else {
        throw .kernel(.notInSegment(address: pages.lowerBound, size: end - start))
      }
      var part = memory._mutatingExtracting(start..<end)
      do { try elf.load(into: &part, address: pages.lowerBound, bias: 0) } catch {
        throw .kernel(error)
      }
    }
  }

  /// Maps all segments, which lie in memory from `base` on.
  ///
  /// - Throws: `BootError.pageTables`.
  func map(in tables: inout PageTableBuilder, base: UInt64) throws(BootError) {
    for index in 0..<segmentCount {
      let segment = segment(at: index, base: base)
      try tables.mapping(
        segment.virtual, to: segment.physical, byteCount: segment.pageCount * PageRange.pageSize,
        Self.access(elf.segments[index].rights))
    }
  }

  /// What the handoff says about a segment below `segmentCount`.
  func segment(at index: Int, base: UInt64) -> KernelSegment {
    let segment = elf.segments[index]
    let pages = segment.pages
    return KernelSegment(
      physical: base + (pages.lowerBound - elf.pages.lowerBound), virtual: pages.lowerBound,
      pageCount: (pages.upperBound - pages.lowerBound) / PageRange.pageSize,
      rights: Self.rights(segment.rights))
  }

  private static func access(_ rights: SegmentRights) -> PageAccess {
    switch rights {
    case .read: .read
    case .readWrite: .readWrite
    case .readExecute: .readExecute
    }
  }

  private static func rights(_ rights: SegmentRights) -> Rights {
    switch rights {
    case .read: .read
    case .readWrite: .read | .write
    case .readExecute: .read | .execute
    }
  }
}
