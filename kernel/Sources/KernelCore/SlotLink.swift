// The sideways links of the derivation tree. One of the accessor files that may be unsafe: a link
// is an address with a tag in bit 0, which the alignment of slots to 64 bytes leaves free.

/// A link to a sibling, to the parent, or to nothing.
package struct SlotLink: BitwiseCopyable, Equatable {
  private let bits: UInt

  private init(bits: UInt) {
    self.bits = bits
  }

  /// The end of a list without a parent; all zero.
  package static let none = SlotLink(bits: 0)

  /// A link to the neighbour in a list.
  @inline(__always) static func sibling(_ slot: Ref<Slot>) -> SlotLink {
    SlotLink(bits: slot.address)
  }

  /// A link from the end of a list to the capability that the list was derived from.
  @inline(__always) static func parent(_ slot: Ref<Slot>) -> SlotLink {
    SlotLink(bits: slot.address | 1)
  }

  /// Whether this is the end of a list with a parent.
  @inline(__always) package var isParent: Bool { bits & 1 != 0 }

  /// The slot that the link leads to, sibling or parent.
  @inline(__always) package var slot: Ref<Slot>? {
    // SAFETY: the bits come from a live slot (`sibling`, `parent`), and a slot is unlinked from all
    // its neighbours before it is emptied, so a link in use leads to a live slot.
    unsafe Ref<Slot>(address: bits & ~1)
  }

  /// The sibling that the link leads to; nil at the end of a list.
  @inline(__always) package var siblingSlot: Ref<Slot>? { isParent ? nil : slot }
}
