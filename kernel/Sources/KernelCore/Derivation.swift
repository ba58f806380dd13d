// The derivation tree, threaded through the slots. Every function is a fixed number of loads and
// stores. docs/reference/kernel-memory.md, section 5.

extension Ref where Object == Slot {
  /// Makes the slot the youngest child of `parent`.
  @inline(__always) func link(under parent: Ref<Slot>) {
    object.next = .parent(parent)
    if let youngest = parent.object.lastChild {
      object.previous = .sibling(youngest)
      youngest.object.next = .sibling(self)
    } else {
      object.previous = .parent(parent)
      parent.object.firstChild = self
    }
    parent.object.lastChild = self
  }

  /// Takes the slot out of the tree; its children take its place.
  @inline(__always) func unlinkSplicingChildren() {
    let previous = object.previous
    let next = object.next
    guard let first = object.firstChild, let last = object.lastChild else {
      Self.join(previous, next)
      return
    }
    // Previous and next point outwards from the children as they did from the slot, so the list of
    // children fits in unchanged, whether an end is a sibling, the parent or nothing.
    first.object.previous = previous
    last.object.next = next
    previous.pointForward(to: first)
    next.pointBack(to: last)
  }

  /// Makes the children elder siblings: the slot keeps its place and has nothing below it.
  func raiseChildren() {
    guard let first = object.firstChild, let last = object.lastChild else { return }
    first.object.previous = object.previous
    object.previous.pointForward(to: first)
    last.object.next = .sibling(self)
    object.previous = .sibling(last)
    object.firstChild = nil
    object.lastChild = nil
  }

  /// Takes the slot out of the tree together with everything derived from it: it becomes a root.
  func unlinkKeepingChildren() {
    Self.join(object.previous, object.next)
    object.previous = .none
    object.next = .none
  }

  /// Makes everything that links to this slot link to `destination`, which has the same contents.
  @inline(__always) func relink(to destination: Ref<Slot>) {
    object.previous.pointForward(to: destination)
    object.next.pointBack(to: destination)
    object.firstChild?.object.previous = .parent(destination)
    object.lastChild?.object.next = .parent(destination)
  }

  /// Closes the gap between two links.
  @inline(__always) private static func join(_ previous: SlotLink, _ next: SlotLink) {
    // The neighbour on each side takes over the link of the other side. Where both sides are the
    // parent, the list of children becomes empty.
    if let elder = previous.slot {
      if previous.isParent {
        elder.object.firstChild = next.siblingSlot
      } else {
        elder.object.next = next
      }
    }
    if let younger = next.slot {
      if next.isParent {
        younger.object.lastChild = previous.siblingSlot
      } else {
        younger.object.previous = previous
      }
    }
  }
}

extension SlotLink {
  /// Makes the elder neighbour, or the parent's first child, be `slot`.
  @inline(__always) fileprivate func pointForward(to slot: Ref<Slot>) {
    guard let neighbour = self.slot else { return }
    if isParent {
      neighbour.object.firstChild = slot
    } else {
      neighbour.object.next = .sibling(slot)
    }
  }

  /// Makes the younger neighbour, or the parent's last child, be `slot`.
  @inline(__always) fileprivate func pointBack(to slot: Ref<Slot>) {
    guard let neighbour = self.slot else { return }
    if isParent {
      neighbour.object.lastChild = slot
    } else {
      neighbour.object.previous = .sibling(slot)
    }
  }
}
