// A thread of a process: its registers, its place in the queues, and whom it talks to.
// docs/reference/syscalls.md says what the states mean to programs.

package import CapABI
import IPC
package import KernelMachine

/// What a thread is doing.
package enum ThreadState: UInt8, Sendable {
  /// Not started, or stopped.
  case stopped
  /// On a processor or in its queue.
  case ready
  /// In the queue of an endpoint, with a message that nobody has received.
  case calling
  /// Its message was received; somebody owes it a reply.
  case awaitingReply
  /// In the queue of an endpoint or notification, ready for a message.
  case receiving
}

/// A thread.
///
/// INVARIANT: a thread outside every queue is a ring of its own, and its level links are nil.
package struct Thread: KernelObject {
  package static var kind: ObjectKind { .thread }
  package static var capabilityType: CapabilityType { .thread }

  /// The priority of a thread that nobody gave another.
  package static let defaultPriority: UInt8 = 64

  package var header: ObjectHeader
  /// The registers; the entry code knows this offset.
  package var context = UserContext()

  /// The process that the thread belongs to.
  package let process: Ref<Process>
  /// The slots of the process; the process stops its threads before it gives them up.
  let cspace: Ref<CSpace>
  /// The processor that the thread runs on.
  package internal(set) var processor: Ref<Processor>
  /// What the thread is doing.
  package internal(set) var state = ThreadState.stopped
  /// The priority that the thread was given.
  package internal(set) var basePriority = Thread.defaultPriority
  /// The priority that counts: the base, or more while somebody more urgent waits for the thread.
  package internal(set) var priority = Thread.defaultPriority

  /// The next thread of the same priority in a queue; the last leads to the first.
  package internal(set) var ringNext: Ref<Thread>
  /// The previous thread of the same priority in a queue.
  package internal(set) var ringPrevious: Ref<Thread>
  /// In the first of a ring: the first thread of the next lower priority in a wait queue.
  package internal(set) var levelNext: Ref<Thread>?
  /// In the first of a ring: the first thread of the next higher priority in a wait queue.
  package internal(set) var levelPrevious: Ref<Thread>?
  /// What is left of the quantum, in nanoseconds.
  var quantum: UInt64 = Processor.quantum

  /// The hidden capability to the frame of the IPC buffer; nil if it never had one.
  package internal(set) var bufferSlot: Ref<Slot>?
  /// The save area of the FPU; nil until the thread uses it.
  package internal(set) var fpu: Ref<FPUArea>?
  /// How far a copy has come that was broken off.
  package internal(set) var copyProgress = CopyProgress.none
  /// What is not usual about the thread.
  package internal(set) var flags = ThreadFlags.none
  /// The endpoint or notification in whose queue the thread stands; meaningless at other times.
  package internal(set) var place: Ref<ObjectHeader>?
  /// The badge of the capability that its message came through.
  var badge: UInt64 = 0
  /// Whether that capability allows the message to carry capabilities.
  var mayGrant = false
  /// Whether the capability that it receives through allows that of answers.
  var mayGrantReply = false
  /// The thread that owes it a reply; nil when the reply was saved.
  package internal(set) var server: Ref<Thread>?
  /// How many of its calls were saved; a Reply capability for an earlier one is stale.
  package internal(set) var replyGeneration: UInt64 = 0
  /// The caller that it owes a reply.
  package internal(set) var client: Ref<Thread>?
  /// The id of the endpoint that this caller called.
  var clientEndpoint: UInt64 = 0
  /// The notification whose signals it receives along with its messages.
  package internal(set) var notification: Ref<Notification>?
  /// The endpoint that it serves.
  package internal(set) var serves: Ref<Endpoint>?
  /// The next thread whose priority is to be looked at again.
  var nextReview: Ref<Thread>?

  /// The time at which its wait ends, in nanoseconds.
  var deadline: UInt64 = 0
  /// The next thread in the same slot of the timer wheel.
  var timerNext: Ref<Thread>
  /// The previous thread in the same slot of the timer wheel.
  var timerPrevious: Ref<Thread>
  /// The slot of the wheel, while the deadline runs.
  var timerSlot: UInt16 = 0
  /// How many receive slots are reserved.
  package internal(set) var receiveSlotCount: UInt8 = 0
  /// The slots in which capabilities may land.
  package internal(set) var receiveSlots = InlineArray<4, UInt32>(repeating: 0)

  /// Its exception, while it is `faulting`.
  var fault = UserFault(kind: .page)

  /// The slot of its process that names its pager; 0 for none.
  package var pager = CapSlot.null
  /// The slot of its process that names who hears of its other faults; 0 for none.
  package var faultHandler = CapSlot.null

  /// The next elder thread of the process.
  package internal(set) var nextOfProcess: Ref<Thread>?
  /// The next younger thread of the process.
  package internal(set) var previousOfProcess: Ref<Thread>?

  /// The registers that a system call gives back.
  @inline(__always) mutating func finish(_ result: ResultCode) {
    context.rax = UInt64(result.rawValue)
  }
}

extension ObjectSpace {
  /// Makes a stopped thread of a process, from its budget; nil without memory.
  ///
  /// No capability names the thread yet.
  package mutating func makeThread(of process: Ref<Process>) -> Ref<Thread>? {
    guard let pool = process.object.pool, let cspace = process.object.cspace,
      let piece = allocatePiece(bytes: MemoryLayout<Thread>.size, from: pool)
    else { return nil }
    // The object must exist before its ring, which is the thread itself.
    let header = Ref<ObjectHeader>(piece, initial: newHeader(.thread))
    let thread = header.cast(to: Thread.self)
    thread.object = Thread(
      header: header.object, process: process, cspace: cspace, processor: bootProcessor,
      ringNext: thread, ringPrevious: thread,
      timerNext: thread, timerPrevious: thread)
    thread.enlist()
    return thread
  }

  /// Gives a thread a priority, wherever it stands.
  package mutating func setPriority(_ thread: Ref<Thread>, to priority: UInt8) {
    thread.object.basePriority = priority
    reassess(thread)
  }

  /// Lets a stopped thread of a living process run; false otherwise.
  package mutating func start(_ thread: Ref<Thread>) -> Bool {
    guard thread.object.state == .stopped, thread.object.process.object.state.isAlive else {
      return false
    }
    makeReady(thread)
    return true
  }

  /// Puts a thread that waited for nothing else in line for its processor.
  @inline(__always) mutating func makeReady(_ thread: Ref<Thread>) {
    thread.object.state = .ready
    thread.object.processor.object.ready.append(thread)
  }

  /// Stops a thread wherever it is; what it waited for goes on without it.
  package mutating func stop(_ thread: Ref<Thread>) {
    leaveWait(thread)
    let processor = thread.object.processor
    if processor.object.current == thread {
      processor.object.current = nil
    } else if thread.object.state == .ready {
      processor.object.ready.remove(thread)
    }
    thread.object.flags.remove(.faulting | .paged)
    thread.object.state = .stopped
    thread.object.copyProgress = .none
  }

  /// Stops a thread for good: whoever waits for its answer waits no more.
  mutating func retire(_ thread: Ref<Thread>) {
    stop(thread)
    abandonClient(of: thread, with: .peerDied)
    unbind(thread)
    thread.object.serves?.object.server = nil
    thread.object.serves = nil
  }

  /// Frees a thread that no capability names any more.
  mutating func finalise(_ thread: Ref<Thread>) {
    retire(thread)
    // Its end may have taken a donation from it. The list of reviews, which is worked off before
    // the next step, must not lead to freed memory.
    guard !thread.object.flags.contains(.inReview) else { return }
    unqueue(thread.header)
    thread.unload()
    thread.delist()
    releaseBuffer(of: thread)
    releaseFPU(of: thread)
    freePiece(thread)
  }
}

extension Ref where Object == Thread {
  /// Makes the processor load the thread's own state anew before it runs again.
  func unload() {
    if object.processor.object.loaded == self { object.processor.object.loaded = nil }
  }
}

extension KernelState {
  /// Puts the capability to a thread into an empty slot, as a child of its process's budget.
  package mutating func grant(
    _ thread: Ref<Thread>, to cspace: Ref<CSpace>, slot: CapSlot
  ) throws(SyscallError) {
    let vacancy = try objects.vacant(slot, in: cspace, .whole)
    let destination = try objects.claim(vacancy)
    let capability = Slot(
      thread.header, type: .thread, rights: Thread.capabilityType.meaningfulRights)
    objects.place(capability, in: destination, under: thread.object.process.object.budget)
  }
}
