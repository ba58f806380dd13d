// What the root task of a test image makes once, before the first case.

import CapABI
import IPC
import Runtime
import Sys

/// Slots, memory and buffers that outlive the cases.
public struct Kept {
  /// Untyped memory for the cases.
  let pool: CapSlot
  /// It has 2^poolOrder pages.
  public let poolOrder: UInt8
  /// The first of the frames with a copy of the program's image; one page each.
  let image: CapSlot
  /// How many there are.
  let imagePages: UInt32
  /// The root thread's IPC buffer.
  let buffer: MessageBuffer
  /// The first slot that cases may use.
  let firstFreeSlot: UInt32

  /// Makes everything.
  ///
  /// - Returns: Nil when the kernel refuses a step, after a line that says which.
  init?(_ facts: RootFacts) {
    var next = facts.firstFreeSlot
    func take(_ count: UInt32) -> CapSlot {
      defer { next += count }
      return CapSlot(rawValue: next)
    }
    let frame = take(1)
    let notes = take(1)
    pool = take(1)
    imagePages = UInt32(truncatingIfNeeded: (facts.imageSize + 4095) / 4096)
    image = take(imagePages)
    firstFreeSlot = next
    poolOrder = min(facts.untypedBits - 13, 20)
    guard Self.done(1, .retype(facts.untyped, order: 0, into: frame), .memory),
      Self.done(2, .setBuffer(of: RootSlot.thread.slot, frame), .threadControl),
      Self.done(
        3,
        .map(
          frame, into: RootSlot.vspace.slot, at: Workshop.keptAddress, rights: .read | .write),
        .vspaceControl),
      let buffer = Memory.buffer(at: Workshop.keptAddress),
      Self.done(8, .retype(facts.untyped, order: 0, into: notes), .memory),
      Self.done(
        9, .map(notes, into: RootSlot.vspace.slot, at: Notes.address, rights: .read | .write),
        .vspaceControl),
      Self.done(4, .split(facts.untyped, order: UInt64(poolOrder), into: pool), .objects)
    else { return nil }
    self.buffer = buffer
    for page in 0..<imagePages {
      guard copyPage(page, facts) else { return nil }
    }
  }

  /// Copies one page of the image into a frame.
  private func copyPage(_ page: UInt32, _ facts: RootFacts) -> Bool {
    let frame = CapSlot(rawValue: image.rawValue + page)
    let window = Workshop.keptAddress + 2 * Workshop.pageSize
    let vspace = RootSlot.vspace.slot
    guard Self.done(5, .retype(facts.untyped, order: 0, into: frame), .memory),
      Self.done(6, .map(frame, into: vspace, at: window, rights: .read | .write), .vspaceControl)
    else { return false }
    let source = facts.imageBase + UInt64(page) * Workshop.pageSize
    for word in 0..<Workshop.pageSize / 8 {
      Memory.store(Memory.load(source + word * 8), at: window + word * 8)
    }
    return Self.done(7, .unmap(window, from: vspace, into: frame), .vspaceControl)
  }

  private static func done(_ step: UInt64, _ call: ControlCall, _ family: RootSlot) -> Bool {
    let code = call.perform(on: family.slot).code
    guard code != .ok else { return true }
    var line = TextLine("FAIL set-up ")
    line.append(decimal: step)
    line.append(" code ")
    line.append(decimal: UInt64(code.rawValue))
    Log(RootSlot.log.slot).write(line)
    return false
  }
}
