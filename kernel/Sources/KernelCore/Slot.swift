// A place for one capability, and the links of the derivation tree inside it.
// docs/reference/kernel-memory.md, section 4.

package import CapABI

/// What else a slot is.
package struct SlotFlags: FlagSet {
  /// The bit pattern.
  package let rawValue: UInt8

  /// Wraps a bit pattern without checking it.
  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The hidden capability of a process to its budget.
  ///
  /// Everything made from the budget is below it.
  package static let budget = SlotFlags(rawValue: 1 << 0)
  /// The hidden mark of a chunk that a budget was topped up with; does not count as a reference.
  package static let chunk = SlotFlags(rawValue: 1 << 1)
  /// The record of a mapping, in the table of an address space.
  package static let mapping = SlotFlags(rawValue: 1 << 2)
  /// The hidden capability of a thread to the frame of its IPC buffer.
  package static let buffer = SlotFlags(rawValue: 1 << 3)
  /// The answer that a Reply capability stands for may carry capabilities.
  static let grants = SlotFlags(rawValue: 1 << 4)
  /// Every flag there is.
  package static let all = SlotFlags(rawValue: 31)
  /// The flags of slots whose deletion kills a process.
  static let killing = budget | chunk
}

/// A capability and its place in the derivation tree; all zero is an empty slot.
///
/// INVARIANT: a slot with a type other than null has an object, and is linked with neighbours that
/// link back; an empty slot is all zero.
package struct Slot: ZeroInitialised {
  /// What the capability names.
  package internal(set) var object: Ref<ObjectHeader>?
  /// By which a receiver knows the capability; 0 for none.
  package internal(set) var badge: UInt64 = 0
  /// The oldest capability derived from this one.
  package internal(set) var firstChild: Ref<Slot>?
  /// The youngest capability derived from this one.
  package internal(set) var lastChild: Ref<Slot>?
  /// The elder sibling, or the parent of a first child.
  package internal(set) var previous = SlotLink.none
  /// The younger sibling, or the parent of a last child.
  package internal(set) var next = SlotLink.none
  /// Where the frame is mapped, in records of mappings.
  package internal(set) var mapping = Mapping.none
  /// The type of the object.
  package internal(set) var type = CapabilityType.null
  private var rightsBits: UInt8 = 0
  /// What else the slot is.
  package internal(set) var flags = SlotFlags.none

  /// An empty slot.
  package init() {}

  /// A capability without a place in the tree.
  init(
    _ object: Ref<ObjectHeader>, type: CapabilityType, rights: Rights, badge: UInt64 = 0,
    flags: SlotFlags = .none
  ) {
    self.object = object
    self.type = type
    // Rights have 7 bits, which `Rights.all` fixes; no stored right is lost.
    rightsBits = UInt8(truncatingIfNeeded: rights.rawValue)
    self.badge = badge
    self.flags = flags
  }

  /// Takes over the contents of another slot, field by field: as a whole it would be a call of
  /// `memmove`, because the compiler cannot know that two slots never overlap.
  @inline(__always) mutating func take(_ other: Ref<Slot>) {
    object = other.object.object
    badge = other.object.badge
    firstChild = other.object.firstChild
    lastChild = other.object.lastChild
    previous = other.object.previous
    next = other.object.next
    mapping = other.object.mapping
    type = other.object.type
    rightsBits = other.object.rightsBits
    flags = other.object.flags
  }

  /// Takes rights away: those that the mask does not keep.
  package mutating func attenuate(to mask: Rights) {
    rightsBits = UInt8(truncatingIfNeeded: rights.attenuated(to: mask).rawValue)
  }

  /// What the capability allows.
  @inline(__always) package var rights: Rights { Rights(rawValue: UInt32(rightsBits)) }
  /// Whether the slot holds nothing.
  @inline(__always) package var isEmpty: Bool { type == .null }
}
