// Endpoints and notifications: where threads meet. docs/reference/syscalls.md.

package import CapABI
import KernelMachine

/// A meeting point for messages.
///
/// INVARIANT: at most one of `callers` and `receivers` is not empty at a kernel exit, and while
/// `receivers` is not empty the ring is.
package struct Endpoint: KernelObject {
  package static var kind: ObjectKind { .endpoint }
  package static var capabilityType: CapabilityType { .endpoint }

  package var header: ObjectHeader
  /// Who answers: a receiver in user space, or the kernel with one family of operations.
  package let family: EndpointKind
  /// Whether the ring is to be looked at before the callers.
  var isRingNext = false
  /// Threads with a message that nobody has received.
  package internal(set) var callers = WaitQueue()
  /// Threads that wait for a message.
  package internal(set) var receivers = WaitQueue()
  /// One-way messages that nobody has received.
  package internal(set) var ring: Ref<MessageRing>?
  /// The thread that serves the endpoint; it inherits from the callers.
  package internal(set) var server: Ref<Thread>?

  /// Whether nothing waits to be received.
  @inline(__always) var hasNothingToReceive: Bool {
    callers.isEmpty && (ring?.object.isEmpty ?? true)
  }
}

/// A word of signal bits.
///
/// INVARIANT: while a thread waits, here or through the binding, no bit is set.
package struct Notification: KernelObject {
  package static var kind: ObjectKind { .notification }
  package static var capabilityType: CapabilityType { .notification }

  package var header: ObjectHeader
  /// The bits that were signalled and not yet received.
  package internal(set) var bits: UInt64 = 0
  /// Threads that wait for a signal and nothing else.
  package internal(set) var waiters = WaitQueue()
  /// The thread that receives the signals along with its messages.
  package internal(set) var bound: Ref<Thread>?

  /// Takes the bits.
  mutating func take() -> UInt64 {
    defer { bits = 0 }
    return bits
  }
}

/// One message that nobody waits for a reply to.
package struct RingEntry: ZeroInitialised {
  /// The badge of the capability it was sent through.
  var badge: UInt64 = 0
  /// Its tag.
  var tag: UInt64 = 0
  /// Its words.
  var word0: UInt64 = 0
  var word1: UInt64 = 0
  var word2: UInt64 = 0
  var word3: UInt64 = 0
  private var reserved0: UInt64 = 0
  private var reserved1: UInt64 = 0

  /// A message in the registers of its sender.
  init(badge: UInt64, _ context: UserContext) {
    self.badge = badge
    tag = context.rsi
    word0 = context.rdx
    word1 = context.r10
    word2 = context.r8
    word3 = context.r9
  }
}

/// The memory for an endpoint's one-way messages, in pages of 64.
package struct MessageRing {
  /// The longest ring: its eight pages are made, and cleared, in one step.
  package static let maximumCapacity: UInt32 = 512
  static let maximumPages = 8
  private static let entriesPerPage: UInt32 = 64

  /// The numbers of its pages; 0 where there is none.
  fileprivate(set) var pages = InlineArray<8, UInt32>(repeating: 0)
  /// How many messages it holds at most.
  package let capacity: UInt32
  /// How many it holds.
  package private(set) var count: UInt32 = 0
  private var start: UInt32 = 0

  /// An empty ring.
  init(capacity: UInt32) {
    self.capacity = capacity
  }

  /// How many pages a ring of a capacity has.
  static func pageCount(_ capacity: UInt32) -> Int {
    Int((capacity + entriesPerPage - 1) / entriesPerPage)
  }

  /// Whether it holds nothing.
  @inline(__always) package var isEmpty: Bool { count == 0 }

  /// The place for the next message, which is in the ring from now on; nil when it is full.
  mutating func append(in frames: FrameTable) -> Ref<RingEntry>? {
    guard count < capacity else { return nil }
    // Both are below the capacity, which is far from the end of the range.
    let position = start + count
    count += 1
    return entry(position < capacity ? position : position - capacity, in: frames)
  }

  /// The oldest message, which leaves the ring; nil when it is empty.
  mutating func takeFirst(in frames: FrameTable) -> Ref<RingEntry>? {
    guard count > 0 else { return nil }
    let first = start
    start = start + 1 < capacity ? start + 1 : 0
    count -= 1
    return entry(first, in: frames)
  }

  private func entry(_ index: UInt32, in frames: FrameTable) -> Ref<RingEntry> {
    let page = FrameNumber(pages[Int(index / Self.entriesPerPage)])
    return frames.table(of: RingEntry.self, in: page)[Int(index % Self.entriesPerPage)]
  }
}

extension ObjectSpace {
  /// Makes the ring of a new endpoint; nil without memory.
  mutating func makeRing(capacity: UInt32, from pool: Ref<Pool>) -> Ref<MessageRing>? {
    guard let piece = allocatePiece(bytes: MemoryLayout<MessageRing>.size, from: pool) else {
      return nil
    }
    let ring = Ref<MessageRing>(piece, initial: MessageRing(capacity: capacity))
    for index in 0..<MessageRing.pageCount(capacity) {
      guard let page = allocatePage(.block, from: pool) else {
        freeRing(ring)
        return nil
      }
      ring.object.pages[index] = page.rawValue
    }
    return ring
  }

  /// Frees a ring that never held a message.
  mutating func freeRing(_ ring: Ref<MessageRing>) {
    while freePage(of: ring) {}
    freePiece(ring)
  }

  /// Frees one page of a ring; false when none is left.
  private mutating func freePage(of ring: Ref<MessageRing>) -> Bool {
    for index in 0..<MessageRing.maximumPages where ring.object.pages[index] != 0 {
      let page = FrameNumber(ring.object.pages[index])
      ring.object.pages[index] = 0
      freeBlock(page)
      return true
    }
    return false
  }

  /// Takes an endpoint apart that no capability names; false while something is left to do.
  mutating func dismantle(_ endpoint: Ref<Endpoint>) -> Bool {
    for _ in 0..<Self.wakesPerStep {
      guard let thread = endpoint.object.callers.first ?? endpoint.object.receivers.first else {
        break
      }
      endWait(thread, with: .peerDied)
    }
    guard endpoint.object.callers.isEmpty, endpoint.object.receivers.isEmpty else { return false }
    endpoint.object.server?.object.serves = nil
    endpoint.object.server = nil
    guard let ring = endpoint.object.ring else { return true }
    // One page a step, because clearing it is the larger part of the work.
    if freePage(of: ring) { return false }
    freePiece(ring)
    endpoint.object.ring = nil
    return true
  }

  /// Takes a notification apart that no capability names; false while something is left to do.
  mutating func dismantle(_ notification: Ref<Notification>) -> Bool {
    for _ in 0..<Self.wakesPerStep {
      guard let thread = notification.object.waiters.first else { break }
      endWait(thread, with: .peerDied)
    }
    guard notification.object.waiters.isEmpty else { return false }
    if let thread = notification.object.bound { unbind(thread) }
    return true
  }

  /// Threads that one step of the finaliser wakes at most.
  private static var wakesPerStep: Int { 8 }
}
