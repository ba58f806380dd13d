// What every kernel object begins with. docs/reference/kernel-memory.md, section 3.

package import CapABI

/// The kind of a kernel object; fixed when the object is made.
package enum ObjectKind: UInt8, Sendable {
  /// Cleared memory: no object. A reference to a freed object fails its kind check.
  case none
  /// Memory of an untyped capability or a budget.
  case pool
  /// A table of capability slots.
  case cspace
  /// A meeting point for messages.
  case endpoint
  /// A word of signal bits.
  case notification
  /// The owner of a CSpace, a VSpace, threads and a memory budget.
  case process
  /// What runs.
  case thread
  /// The page tables of a process, and the records of what is mapped.
  case vspace
  /// Memory that can be mapped.
  case frame
  /// A range of device addresses.
  case deviceUntyped
  /// Device registers that can be mapped.
  case deviceFrame
  /// The permission to install capabilities into one staged process.
  case installGrant
}

/// The first 32 bytes of every object.
package struct ObjectHeader {
  /// Unique for all time; what audits show instead of an address.
  package let id: UInt64
  /// The next object on the finalise list.
  package internal(set) var link: Ref<ObjectHeader>?
  /// Capabilities that name the object, hidden ones included.
  ///
  /// 64 bits, because 2^32 slots fit into the memory of a large machine, and an overflow would be
  /// a kernel panic that a program can cause.
  package var references: UInt64 = 0
  /// What the object is.
  package let kind: ObjectKind
  /// Whether the object is on the finalise list.
  package var isQueued = false
}

/// An object with a header.
///
/// The header must be the first stored property: `Ref.header` relies on it.
package protocol KernelObject {
  /// The kind that the header of such an object holds.
  static var kind: ObjectKind { get }
  /// The type of the capabilities that name such an object.
  static var capabilityType: CapabilityType { get }
  /// The header.
  var header: ObjectHeader { get }
}
