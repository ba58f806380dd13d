// A second thread for a case, in root's own process or in a child's.

public import CapABI
public import IPC
public import Sys

/// A thread that does what the case tells it.
public struct Assistant {
  /// Its mailbox, mapped in root.
  public let mailbox: Mailbox
  /// The notification that wakes it.
  public let wake: CapSlot
  /// The thread.
  public let thread: CapSlot
  /// Its IPC buffer, mapped in root.
  public let buffer: MessageBuffer

  /// More urgent than the root task.
  public static let priority: UInt64 = 220

  /// Starts a system call; when this returns, it has ended or waits.
  ///
  /// - Throws: `Failure` when the thread cannot be told.
  @inline(never)
  public func begin(
    _ call: Syscall, _ slot: CapSlot, _ tag: MessageTag = MessageTag(label: 0),
    _ words: MessageWords = MessageWords(), line: UInt = #line
  ) throws(Failure) {
    try begin(.systemCall, call.rawValue, UInt64(slot.rawValue), tag.rawValue, words, line: line)
  }

  /// Starts any task.
  ///
  /// - Throws: `Failure` when the thread cannot be told.
  @inline(never)
  public func begin(
    _ task: Task, _ first: UInt64, _ second: UInt64 = 0, _ third: UInt64 = 0,
    _ words: MessageWords = MessageWords(), line: UInt = #line
  ) throws(Failure) {
    mailbox.post(task, first, second, third, words)
    try expect(SystemCall.notify(wake).status, line: line)
  }

  /// Does a system call that ends at once.
  ///
  /// - Throws: `Failure` when it does not.
  @inline(never)
  public func run(
    _ call: Syscall, _ slot: CapSlot, _ tag: MessageTag = MessageTag(label: 0),
    _ words: MessageWords = MessageWords(), line: UInt = #line
  ) throws(Failure) -> Answer {
    try begin(call, slot, tag, words, line: line)
    return try finished(line: line)
  }

  /// Does a control operation.
  ///
  /// - Throws: `Failure` when it does not end.
  @inline(never)
  public func run(
    _ call: ControlCall, on endpoint: CapSlot, line: UInt = #line
  ) throws(Failure) -> Answer {
    let answer = try run(
      .call, endpoint, MessageTag(label: call.operation, length: call.length), call.words,
      line: line)
    if answer.status == .ok { Notes.note(operation: call.operation, answer.tag.result) }
    return answer
  }

  /// Starts two system calls, one right behind the other.
  ///
  /// - Throws: `Failure` when the thread cannot be told.
  @inline(never)
  public func begin(
    _ call: Syscall, _ slot: CapSlot, _ tag: MessageTag = MessageTag(label: 0),
    then second: Syscall, _ secondSlot: CapSlot, _ secondTag: MessageTag = MessageTag(label: 0),
    line: UInt = #line
  ) throws(Failure) {
    mailbox.post(
      .systemCall, call.rawValue, UInt64(slot.rawValue), tag.rawValue, MessageWords())
    mailbox.postSecond(second.rawValue, UInt64(secondSlot.rawValue), secondTag.rawValue)
    try expect(SystemCall.notify(wake).status, line: line)
  }

  /// The answer of the system call that was begun, which has ended by now.
  ///
  /// - Throws: `Failure` when it has not.
  @inline(never)
  public func finished(line: UInt = #line) throws(Failure) -> Answer {
    // The test may have inherited the priority of a caller: the equals have their turn.
    _ = SystemCall.yield()
    try expect(mailbox.isDone, line: line)
    mailbox.note()
    return mailbox.answer
  }

  /// Requires that the system call that was begun still waits.
  ///
  /// - Throws: `Failure` when it has ended.
  @inline(never)
  public func stillWaits(line: UInt = #line) throws(Failure) {
    _ = SystemCall.yield()
    try expect(!mailbox.isDone, line: line)
  }
}

extension Workshop {
  /// Bytes of the pages that hold a mailbox and, above it, the stack.
  static let helperOrder: UInt64 = 2

  /// A thread of the root task that waits to be told what to do.
  ///
  /// - Throws: `Failure` when the kernel refuses a step.
  @inline(never)
  public mutating func assistant(
    priority: UInt64 = Assistant.priority, line: UInt = #line
  ) throws(Failure) -> Assistant {
    let bell = try bell(line: line)
    let pages = try pages(order: Self.helperOrder, line: line)
    let frame = try frame(line: line)
    let thread = try helperThread(
      of: RootSlot.process.slot, buffer: frame, priority: priority, line: line)
    let buffer = try buffer(at: try map(frame, line: line), line: line)
    Mailbox(pages).prepare(wake: bell.notification)
    try startHelper(thread, pages, line: line)
    return Assistant(mailbox: Mailbox(pages), wake: bell.ring, thread: thread, buffer: buffer)
  }

  /// A stopped thread with a buffer and a priority.
  mutating func helperThread(
    of process: CapSlot, buffer: CapSlot, priority: UInt64, line: UInt
  ) throws(Failure) -> CapSlot {
    let thread = slot()
    let control = RootSlot.threadControl.slot
    let create = ControlCall.createThread(of: process, into: thread)
    try expect(create.perform(on: RootSlot.objects.slot).code, line: line)
    try expect(ControlCall.setBuffer(of: thread, buffer).perform(on: control).code, line: line)
    let urgency = ControlCall.setPriority(of: thread, priority)
    try expect(urgency.perform(on: control).code, line: line)
    return thread
  }

  /// Starts a thread that serves the mailbox below its stack.
  func startHelper(_ thread: CapSlot, _ mailbox: UInt64, line: UInt) throws(Failure) {
    let start = ControlCall.start(
      thread: thread, entry: Memory.address(of: serve),
      stack: mailbox + Self.pageSize << Self.helperOrder - 8, argument: mailbox)
    try expect(start.perform(on: RootSlot.threadControl.slot).code, line: line)
  }

  /// The IPC buffer at an address that was just mapped.
  func buffer(at address: UInt64, line: UInt) throws(Failure) -> MessageBuffer {
    guard let buffer = Memory.buffer(at: address) else {
      throw Failure(line: line, found: address, expected: 1)
    }
    return buffer
  }
}
