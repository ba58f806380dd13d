// Putting capabilities into slots and taking them out: the only places where reference counts and
// the counts of leaves change.

import CapABI

extension ObjectSpace {
  /// Puts a capability into an empty slot, as the youngest child of `parent` if there is one.
  @inline(__always)
  mutating func place(_ capability: Slot, in slot: Ref<Slot>, under parent: Ref<Slot>?) {
    slot.object = capability
    enter(slot, under: parent)
  }

  /// Counts a capability that was put into its slot, and links it.
  @inline(never) private mutating func enter(_ slot: Ref<Slot>, under parent: Ref<Slot>?) {
    if !slot.object.flags.contains(.chunk) { slot.object.object?.object.references += 1 }
    countSlot(slot, change: 1)
    if let parent { slot.link(under: parent) }
  }

  /// Deletes the capability in a slot; what was derived from it passes to its parent.
  ///
  /// A slot that keeps a process alive is not emptied here: it leaves the tree together with
  /// everything below it, and the finaliser of the process does the rest.
  @inline(never) mutating func delete(_ slot: Ref<Slot>) {
    if !slot.object.flags.isEmpty {
      guard (slot.object.flags & .killing).isEmpty else { return detach(slot) }
      release(slot)
    }
    slot.unlinkSplicingChildren()
    empty(slot)
  }

  /// Empties a slot that is out of the tree and has no children.
  @inline(never) mutating func empty(_ slot: Ref<Slot>) {
    let object = slot.object.object
    if slot.object.type == .reply { abandonCaller(of: slot) }
    let isReference = !slot.object.flags.contains(.chunk)
    slot.object = Slot()
    uncountSlot(slot)
    if let object, isReference { release(object) }
  }

  /// Moves a capability to an empty slot; its place in the tree goes with it.
  @inline(never) mutating func relocate(_ source: Ref<Slot>, to destination: Ref<Slot>) {
    destination.object.take(source)
    source.relink(to: destination)
    countSlot(destination, change: 1)
    source.object = Slot()
    uncountSlot(source)
  }

  private mutating func detach(_ slot: Ref<Slot>) {
    slot.unlinkKeepingChildren()
    guard let process = slot.object.object?.cast(to: Pool.self).object.process else { return }
    kill(process)
  }

  /// Counts a capability that goes into or leaves a leaf; hidden slots are in no leaf.
  @inline(__always) mutating func countSlot(_ slot: Ref<Slot>, change: UInt16) {
    let record = frames[frames.frame(of: slot)]
    if record.object.state == .leaf { record.object.used += change }
  }

  /// Counts a capability that left a leaf, and gives the leaf back after the last one.
  @inline(never) mutating func uncountSlot(_ slot: Ref<Slot>) {
    let record = frames[frames.frame(of: slot)]
    guard record.object.state == .leaf else { return }
    record.object.used -= 1
    if record.object.used == 0 { giveBackLeaf(record) }
  }

  private mutating func giveBackLeaf(_ record: Ref<FrameRecord>) {
    guard let owner = frames.tableOwner(record) else {
      preconditionFailure("leaf without an owner")
    }
    let table =
      owner.object.kind == .vspace
      ? owner.cast(to: VSpace.self).object.records : owner.cast(to: CSpace.self).object.table
    trim(record.object.next, of: table)
  }

  /// Takes one capability less into account; the last one sends the object to the finaliser.
  @inline(__always) private mutating func release(_ object: Ref<ObjectHeader>) {
    object.object.references -= 1
    if object.object.references == 0 { queue(object) }
  }
}
