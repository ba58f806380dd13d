// What threads do in the model, and where they meet: plain classes that point at each other.

import CapABI
import IPC
import KernelCore

/// A message as its sender gave it, or as its receiver must find it in its registers.
struct ModelMessage {
  var badge: UInt64 = 0
  var tag: UInt64 = 0
  /// nil where the model does not say what the word is.
  var words: [UInt64?] = [0, 0, 0, 0]
  /// Whether capabilities may travel with it.
  var mayGrant = false
}

/// What a thread that goes on must find in its registers.
enum ModelReturn {
  case status(ResultCode)
  case message(ModelMessage)
}

/// The part of an IPC buffer that the kernel reads.
struct ModelBuffer {
  var deadline: UInt64 = 0
  var slotCount: UInt64 = 0
  var slots: [UInt32] = [0, 0, 0, 0]
  /// Three words each.
  var entries: [[UInt64]] = Array(repeating: [0, 0, 0], count: 4)
}

/// A thread.
final class ModelThread {
  unowned let object: ModelObject
  unowned let process: ModelObject
  /// The kernel's thread, as long as this one is alive.
  var twin: Ref<Thread>?
  var state = ThreadState.stopped
  var base = Thread.defaultPriority
  /// The priority that counted after the last action.
  var effective = Thread.defaultPriority
  /// The priority that it should have; of use while priorities are settled.
  var deserved = Thread.defaultPriority
  /// When it came to its queue, or to its priority in it.
  var arrival = 0

  /// The endpoint or notification in whose queue it stands.
  weak var place: ModelObject?
  var message = ModelMessage()
  var deadline: UInt64?
  var receiveSlots: [UInt32] = []
  /// Whether answers to what it receives may carry capabilities.
  var grantsReplies = false

  weak var server: ModelThread?
  weak var client: ModelThread?
  /// The id of the endpoint that the client called.
  var clientEndpoint: UInt64 = 0
  /// Whether the client it owed a reply is gone.
  var isLapsed = false
  var generation: UInt64 = 0

  weak var bound: ModelObject?
  weak var serves: ModelObject?
  var fault: FaultKind?
  var hasBeenPaged = false
  var pager: UInt32 = 0
  var handler: UInt32 = 0
  /// Whether it has the hidden slot for a buffer.
  var hasBufferSlot = false
  /// What came of its last call, until it was compared.
  var comesBack: ModelReturn?

  init(_ object: ModelObject, of process: ModelObject) {
    self.object = object
    self.process = process
  }
}

/// Where threads meet: the queues of an endpoint or a notification.
final class ModelMeeting {
  var callers: [ModelThread] = []
  var receivers: [ModelThread] = []
  /// Messages that nobody waits for an answer to; at most `capacity`.
  var ring: [ModelMessage] = []
  var capacity = 0
  /// Whether the ring comes before the callers.
  var isRingNext = false
  weak var server: ModelThread?
  var bits: UInt64 = 0
  weak var bound: ModelThread?
}

/// How long a thread waits, and where capabilities may land.
struct ModelTerms {
  var deadline: UInt64?
  var slots: [UInt32] = []
  var doNotWait = false
}
