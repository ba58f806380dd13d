// Requests and replies of more than the four words: the first 32 bytes are the words, the rest
// stands in the caller's IPC buffer at the same offsets. docs/reference/ipc.md, "Payload".

import CapABI
import KernelMachine

/// Where the payload begins in the buffer, in words.
private let payloadStart = IPCBuffer.payloadOffset / 8

/// The bytes that came with a request.
struct RequestPayload {
  private let request: ControlRequest
  private let buffer: Table<UInt64>?
  /// How many there are.
  let count: Int

  /// Finds the bytes.
  ///
  /// - Throws: `tooLarge` for more than a message holds, `noBuffer` for more than the words without
  ///   an IPC buffer.
  init(
    _ request: ControlRequest, from thread: Ref<Thread>, in space: inout ObjectSpace
  ) throws(SyscallError) {
    guard request.length <= MessageTag.maximumLength else { throw .tooLarge }
    self.request = request
    count = Int(request.length)
    buffer = space.bufferWords(of: thread)
    guard request.length <= MessageTag.registerBytes || buffer != nil else { throw .noBuffer }
  }

  /// One byte, by an index below `count`.
  subscript(index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: word(index / 8) >> UInt64(index % 8 * 8))
  }

  private func word(_ index: Int) -> UInt64 {
    switch index {
    case 0: request.word0
    case 1: request.word1
    case 2: request.word2
    case 3: request.word3
    default: buffer.map { $0[payloadStart + index].object } ?? 0
    }
  }
}

/// The bytes of a reply on their way.
struct ReplyPayload {
  /// Bytes that one message holds.
  static let capacity = UInt64(MessageTag.maximumLength)

  private var reply = ControlReply()
  private let buffer: Table<UInt64>?
  private var count = 0
  private var pending: UInt64 = 0

  /// Makes room.
  ///
  /// - Throws: `tooLarge`, `noBuffer` as for requests.
  init(bytes: UInt64, for thread: Ref<Thread>, in space: inout ObjectSpace) throws(SyscallError) {
    guard bytes <= Self.capacity else { throw .tooLarge }
    buffer = space.bufferWords(of: thread)
    guard bytes <= UInt64(MessageTag.registerBytes) || buffer != nil else { throw .noBuffer }
  }

  /// Adds eight bytes; only at a multiple of eight.
  mutating func append(_ word: UInt64) {
    store(word, at: count / 8)
    count += 8
  }

  /// Adds one byte.
  mutating func append(byte: UInt8) {
    pending |= UInt64(byte) << UInt64(count % 8 * 8)
    count += 1
    if count % 8 == 0 { flush(wordsBefore: count / 8 - 1) }
  }

  /// The reply, when everything was added.
  mutating func finish() -> ControlReply {
    if count % 8 != 0 { flush(wordsBefore: count / 8) }
    // At most the capacity, which the initialiser checked.
    reply.length = UInt16(truncatingIfNeeded: count)
    return reply
  }

  private mutating func flush(wordsBefore index: Int) {
    store(pending, at: index)
    pending = 0
  }

  private mutating func store(_ word: UInt64, at index: Int) {
    switch index {
    case 0: reply.word0 = word
    case 1: reply.word1 = word
    case 2: reply.word2 = word
    case 3: reply.word3 = word
    default: buffer?[payloadStart + index].object = word
    }
  }
}
