// A child process that runs the same image as the root task, at the same addresses, and does what
// its mailbox says. Its image is shared, readable and executable; its stack and buffer are its own.

public import CapABI
import IPC
public import Sys

/// A staged or started process with an assistant inside.
public struct Child {
  /// The process.
  public let process: CapSlot
  /// The thread inside, once it runs.
  public let assistant: Assistant

  /// The address of its IPC buffer, in root and in the child.
  public let bufferAddress: UInt64

  /// Slots of the child's CSpace.
  public static let slots: UInt32 = 256
  /// The slot that the child waits on.
  public static let wakeSlot = CapSlot(rawValue: 8)
  /// A notification that is never signalled: the first thread waits for it, and leaves the work to
  /// the assistant.
  public static let parkSlot = CapSlot(rawValue: 9)
  /// The first slot of the child that cases may use.
  public static let firstFreeSlot: UInt32 = 16
  /// Pages of the child's budget, as a power of two.
  public static let budgetOrder: UInt32 = 6

  /// A free slot of the child.
  public static func slot(_ index: UInt32) -> CapSlot {
    CapSlot(rawValue: firstFreeSlot + index)
  }
}

extension Workshop {
  /// A staged process with the image, a stack, a mailbox and a buffer frame, not started.
  ///
  /// - Throws: `Failure` when the kernel refuses a step.
  @inline(never)
  public mutating func stagedChild(line: UInt = #line) throws(Failure) -> Child {
    let process = slot()
    let create = ControlCall.createStagedProcess(
      from: pool, into: process, budgetOrder: Child.budgetOrder, slots: Child.slots,
      windowBase: 1, windowCount: Child.slots - 1)
    try expect(create.perform(on: RootSlot.processControl.slot).code, line: line)
    try mapImage(into: process, line: line)
    let bell = try bell(line: line)
    try give(bell.notification, to: process, at: Child.wakeSlot, line: line)
    try give(try notification(line: line), to: process, at: Child.parkSlot, line: line)
    let frame = try frame(order: Self.helperOrder, line: line)
    let shared = try copy(frame, line: line)
    let pages = try map(frame, order: Self.helperOrder, line: line)
    try place(shared, in: process, at: pages, line: line)
    let bufferFrame = try self.frame(line: line)
    let thread = try helperThread(
      of: process, buffer: bufferFrame, priority: Assistant.priority, line: line)
    let bufferCopy = try copy(bufferFrame, line: line)
    let bufferPage = try map(bufferFrame, line: line)
    try place(bufferCopy, in: process, at: bufferPage, line: line)
    Mailbox(pages).prepare(wake: Child.wakeSlot)
    let assistant = Assistant(
      mailbox: Mailbox(pages), wake: bell.ring, thread: thread,
      buffer: try buffer(at: bufferPage, line: line))
    return Child(process: process, assistant: assistant, bufferAddress: bufferPage)
  }

  /// A child that waits for its first task.
  ///
  /// - Throws: `Failure` when the kernel refuses a step.
  @inline(never)
  public mutating func child(line: UInt = #line) throws(Failure) -> Child {
    let child = try stagedChild(line: line)
    try start(child, line: line)
    return child
  }

  /// Starts a staged child.
  ///
  /// - Throws: `Failure` when the kernel refuses a step.
  @inline(never)
  public mutating func start(_ child: Child, line: UInt = #line) throws(Failure) {
    let mailbox = child.assistant.mailbox.address
    let start = ControlCall.start(
      process: child.process, entry: Memory.address(of: park), stack: mailbox + Self.pageSize - 8,
      argument: 0)
    try expect(start.perform(on: RootSlot.processControl.slot).code, line: line)
    try startHelper(child.assistant.thread, mailbox, line: line)
  }

  /// Installs a copy of a capability in a staged child.
  ///
  /// - Throws: `Failure` when the kernel refuses a step.
  @inline(never)
  public mutating func give(
    _ source: CapSlot, to process: CapSlot, at slot: CapSlot, rights: Rights = .all,
    badge: UInt64 = 0, line: UInt = #line
  ) throws(Failure) {
    let grant = self.slot()
    let control = RootSlot.processControl.slot
    let derive = ControlCall.deriveInstallGrant(
      for: process, into: grant, firstSlot: slot.rawValue, slotCount: 1)
    try expect(derive.perform(on: control).code, line: line)
    let install = ControlCall.install(
      source, with: grant, at: slot, rights: rights, badge: Badge(rawValue: badge))
    try expect(install.perform(on: control).code, line: line)
    try expect(SystemCall.drop(grant), line: line)
  }

  /// Maps a frame into a child.
  ///
  /// - Throws: `Failure` when the kernel refuses.
  @inline(never)
  public func place(
    _ frame: CapSlot, in process: CapSlot, at address: UInt64, rights: Rights = .read | .write,
    line: UInt = #line
  ) throws(Failure) {
    let map = ControlCall.map(frame, into: process, at: address, rights: rights)
    try expect(map.perform(on: RootSlot.vspaceControl.slot).code, line: line)
  }

  /// Maps every page of the image, at the address it has in root.
  private mutating func mapImage(into process: CapSlot, line: UInt) throws(Failure) {
    for page in 0..<kept.imagePages {
      let source = CapSlot(rawValue: kept.image.rawValue + page)
      let frame = try copy(source, rights: .read | .execute, line: line)
      try place(
        frame, in: process, at: facts.imageBase + UInt64(page) * Self.pageSize,
        rights: .read | .execute, line: line)
    }
  }
}
