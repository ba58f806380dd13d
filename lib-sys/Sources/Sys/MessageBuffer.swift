// The IPC buffer of the running thread: docs/reference/ipc.md, "IPC buffer". The kernel reads and
// writes it during system calls, which the compiler takes for writes of any memory.

public import CapABI
public import IPC

/// The page that a thread shares with the kernel for what does not fit into registers.
///
/// ## Invariants
/// - The page at `start` is mapped readable and writable for as long as the value is used, and
///   nothing but this thread and the kernel on its behalf uses it.
@safe public struct MessageBuffer {
  private let start: UnsafeMutableRawPointer

  /// The buffer at an address.
  ///
  /// - Safety: The invariants of the type hold for the page at this address, which is not 0.
  @unsafe public init?(unsafeAddress address: UInt64) {
    guard let start = unsafe UnsafeMutableRawPointer(bitPattern: UInt(address)) else { return nil }
    unsafe self.start = start
  }

  /// The deadline that bounds the next wait, in monotonic nanoseconds.
  public func setDeadline(_ nanoseconds: UInt64) {
    store(nanoseconds, at: IPCBuffer.deadlineOffset)
  }

  /// Names one slot where the next message's capability may land.
  public func setReceiveSlot(_ slot: CapSlot) { setReceiveSlots(slot, count: 1) }

  /// Names consecutive slots where the next message's capabilities may land.
  ///
  /// The count is written as it is; at most four slots are.
  public func setReceiveSlots(_ first: CapSlot, count: UInt32) {
    store(count, at: IPCBuffer.receiveSlotCountOffset)
    for index in 0..<min(count, 4) {
      store(first.rawValue &+ index, at: IPCBuffer.receiveSlotsOffset + Int(index) * 4)
    }
  }

  /// Fills an entry of the transfer table.
  ///
  /// An index that is not 0 to 3 changes nothing.
  public func setTransfer(_ index: Int, _ entry: TransferEntry) {
    guard index >= 0, index < Int(MessageTag.maximumCapabilities) else { return }
    let offset = IPCBuffer.transferTableOffset + index * TransferEntry.size
    store(entry.slot.rawValue, at: offset + TransferEntry.slotOffset)
    store(UInt32(entry.mode.rawValue), at: offset + TransferEntry.modeOffset)
    store(UInt64(entry.rights.rawValue), at: offset + TransferEntry.rightsOffset)
    store(entry.badge.rawValue, at: offset + TransferEntry.badgeOffset)
  }

  /// One payload byte; the first 32 do not travel this way.
  ///
  /// - Parameter index: 0 to 1023; reading elsewhere gives 0, and writing there does nothing.
  public subscript(payload index: Int) -> UInt8 {
    get {
      guard index >= 0, index < IPCBuffer.payloadSize else { return 0 }
      return load(at: IPCBuffer.payloadOffset + index)
    }
    nonmutating set {
      guard index >= 0, index < IPCBuffer.payloadSize else { return }
      store(newValue, at: IPCBuffer.payloadOffset + index)
    }
  }

  /// One payload word, in little-endian order.
  ///
  /// - Parameter index: Words from the start of the payload, 0 to 127; reading elsewhere gives 0,
  ///   and writing there does nothing.
  public subscript(payloadWord index: Int) -> UInt64 {
    get {
      guard index >= 0, index < IPCBuffer.payloadSize / 8 else { return 0 }
      return load(at: IPCBuffer.payloadOffset + index * 8)
    }
    nonmutating set {
      guard index >= 0, index < IPCBuffer.payloadSize / 8 else { return }
      store(newValue, at: IPCBuffer.payloadOffset + index * 8)
    }
  }

  /// The message words as the buffer holds them: the first 32 bytes of the payload.
  public var words: MessageWords {
    MessageWords(
      self[payloadWord: 0], self[payloadWord: 1], self[payloadWord: 2], self[payloadWord: 3])
  }

  /// Puts the message words where the rest of the payload is.
  public func setWords(_ words: MessageWords) {
    self[payloadWord: 0] = words.word0
    self[payloadWord: 1] = words.word1
    self[payloadWord: 2] = words.word2
    self[payloadWord: 3] = words.word3
  }

  /// The body of a message: the first bytes of the payload.
  ///
  /// - Parameter length: Bytes; more than the payload holds are cut off.
  /// - Returns: The bytes, which the thread's next system call may change.
  @inline(__always)
  @_lifetime(borrow self)
  public func body(_ length: UInt16) -> RawSpan {
    let count = min(Int(length), IPCBuffer.payloadSize)
    // SAFETY: count bytes from the payload on lie inside the page of the type's invariant; nobody
    // but this thread changes them, and it does so only in calls that this borrow excludes or that
    // come after the last use of the span.
    let bytes = unsafe UnsafeRawBufferPointer(
      start: start + IPCBuffer.payloadOffset, count: count)
    return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
  }

  /// The whole payload, to be written.
  public var mutablePayload: MutableRawSpan {
    @inline(__always)
    @_lifetime(&self)
    mutating get {
      // SAFETY: the payload lies inside the page of the type's invariant, and the span ends before
      // the thread's next system call, the only other writer.
      let bytes = unsafe UnsafeMutableRawBufferPointer(
        start: start + IPCBuffer.payloadOffset, count: IPCBuffer.payloadSize)
      return unsafe _overrideLifetime(MutableRawSpan(_unsafeBytes: bytes), mutating: &self)
    }
  }

  /// Overwrites any part of the header, for those who test the kernel.
  ///
  /// An offset that is not a multiple of 8 below the buffer's size changes nothing.
  public func setRawWord(_ value: UInt64, at offset: Int) {
    guard offset >= 0, offset % 8 == 0, offset < IPCBuffer.size else { return }
    store(value, at: offset)
  }

  /// One word of the header, for what stands in for the kernel in tests.
  ///
  /// - Parameter index: Words from the start of the buffer.
  /// - Returns: The word; 0 for an index that is not 0 to 31.
  public func headerWord(_ index: Int) -> UInt64 {
    guard index >= 0, index < IPCBuffer.headerSize / 8 else { return 0 }
    return load(at: index * 8)
  }

  private func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
    // SAFETY: the callers bound the offset inside the page, which the type's invariant says is
    // writable and this thread's own; every field is aligned to its size.
    unsafe start.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }

  private func load<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Value {
    // SAFETY: as in `store`: inside the page, readable by the type's invariant, and integers
    // accept every bit pattern.
    unsafe start.loadUnaligned(fromByteOffset: offset, as: Value.self)
  }
}
