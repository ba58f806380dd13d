// Where things stand in the root task's address space: everything in one region of 1 GiB, so that
// few page tables are needed, and each at a random place of its part of the region.

package import ELF
import KernelMachine

/// The layout of one root task.
package struct RootLayout: Equatable, Sendable {
  private static let mebibyte: UInt64 = 1 << 20
  /// Pages of the stack; the one below stays unmapped.
  static let stackOrder: UInt8 = 4
  /// Pages for the handoff.
  static let handoffOrder: UInt8 = 5
  /// Room for the modules, which begin on a 2-MiB boundary.
  static let moduleWindowBytes = 256 * mebibyte
  /// What a root task may look like.
  package static var limits: ELFLimits {
    ELFLimits(
      addresses: UInt64(frameBytes)..<VSpace.addressLimit - UInt64(frameBytes),
      maximumImageSize: 128 * mebibyte)
  }

  /// The first page of the image.
  package let imageBase: UInt64
  /// The first address above the stack; the IPC buffer is the page from there on.
  package let stackTop: UInt64
  /// The handoff.
  package let handoff: UInt64
  /// The window of the modules.
  package let modules: UInt64

  /// Draws a layout; the same one every time with `isRandom` false.
  init(_ random: inout BootRandom, alignment: UInt64, isRandom: Bool) {
    // Regions 1 to 8192 of the 16384 below the end of user space.
    let region = (random.next(below: isRandom ? 8192 : 1) + 1) << 30
    // Up to 128 MiB, to which at most 128 MiB of image are added; alignments are powers of two of
    // at most 2 MiB.
    let offset = random.next(below: isRandom ? 128 * Self.mebibyte : 1)
    imageBase = (region + 2 * Self.mebibyte + offset) & ~(alignment - 1)
    let stackBytes = UInt64(frameBytes) << UInt64(Self.stackOrder)
    let stackSteps = isRandom ? 64 * Self.mebibyte / stackBytes : 1
    stackTop = region + 512 * Self.mebibyte + random.next(below: stackSteps) * stackBytes
    let handoffBytes = UInt64(frameBytes) << UInt64(Self.handoffOrder)
    let handoffSteps = isRandom ? 64 * Self.mebibyte / handoffBytes : 1
    handoff = region + 640 * Self.mebibyte + random.next(below: handoffSteps) * handoffBytes
    modules = region + 768 * Self.mebibyte
  }
}
