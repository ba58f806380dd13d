// Starts as services get them, for their tests.

import Bootstrap
import Bytes
public import CapABI
public import Handoff
public import Service
import Store
import StoreTesting

extension Start {
  /// The start of a service with a heap of its own.
  ///
  /// - Parameters:
  ///   - role: Whose start.
  ///   - heapBytes: Memory for its tables.
  ///   - cspaceSlots: Slots of its CSpace.
  ///   - resourceCount: Capabilities in its run of resources.
  ///   - startNanoseconds: The time of the start.
  ///   - wallOffset: UTC at monotonic 0.
  ///   - profile: Of the image.
  /// - Returns: The start.
  public static func sample(
    _ role: RoleID, heapBytes: Int = 1 << 20, cspaceSlots: UInt32 = 4096,
    resourceCount: UInt32 = 0, startNanoseconds: UInt64 = 0, wallOffset: UInt64 = 0,
    profile: BuildProfile = .smoke
  ) -> Start {
    var seed = FixedBytes<32>()
    for index in 0..<32 { seed[index] = UInt8(index + 1) }
    let info = EnvelopeInfo(
      role: role, instance: 1, profile: profile, cspaceSlots: cspaceSlots, processID: 1,
      image: UserImage(base: 0x40_0000, size: 0x1000, entry: 0x40_0000), stackBase: 0x100_0000,
      stackSize: 0x4000, buffer: 0x200_0000, heapBase: 0x300_0000, heapSize: UInt64(heapBytes),
      budget: 1 << 20, seed: seed, priority: 150, syscalls: .all, affinity: .max,
      startNanoseconds: startNanoseconds, watchdogMilliseconds: 0,
      wallOffset: wallOffset)
    return Start(info: info, heap: .allocated(heapBytes), resourceCount: resourceCount)
  }
}
