// The permission to install capabilities into one staged process.
// docs/reference/kernel-memory.md, section 7.

package import CapABI

/// An install grant.
///
/// It lives in the budget of the process it is for, and below that budget in the derivation tree:
/// it dies with the process, whoever holds it.
package struct InstallGrant: KernelObject {
  package static var kind: ObjectKind { .installGrant }
  package static var capabilityType: CapabilityType { .installGrant }

  package var header: ObjectHeader
  /// The process that may get capabilities.
  package let process: Ref<Process>
  /// The first slot that may be filled.
  package let firstSlot: UInt32
  /// How many slots may be filled.
  package let slotCount: UInt32

  /// Whether the grant is for a slot.
  func covers(_ slot: CapSlot) -> Bool {
    slot.rawValue >= firstSlot && slot.rawValue - firstSlot < slotCount
  }
}

extension ObjectSpace {
  /// Makes a grant that no capability names yet; nil without memory.
  mutating func makeInstallGrant(
    for process: Ref<Process>, firstSlot: UInt32, slotCount: UInt32
  ) -> Ref<InstallGrant>? {
    guard let pool = process.object.pool,
      let piece = allocatePiece(bytes: MemoryLayout<InstallGrant>.size, from: pool)
    else { return nil }
    process.object.liveGrants += 1
    return Ref(
      piece,
      initial: InstallGrant(
        header: newHeader(.installGrant), process: process, firstSlot: firstSlot,
        slotCount: slotCount))
  }

  /// The last capability to a grant went.
  mutating func finalise(_ grant: Ref<InstallGrant>) {
    unqueue(grant.header)
    let process = grant.object.process
    grant.object.process.object.liveGrants -= 1
    freePiece(grant)
    // A process that ended while its grant stood deeper on the finalise list waited for this.
    guard process.object.state == .dead, process.object.liveGrants == 0,
      process.object.header.references == 0
    else { return }
    queue(process.header)
  }
}
