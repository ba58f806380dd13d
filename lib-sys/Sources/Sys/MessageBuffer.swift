// The IPC buffer of the running thread: docs/reference/ipc.md, "IPC buffer". The kernel reads and
// writes it during system calls, which the compiler takes for writes of any memory.

public import CapABI

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

  /// Overwrites any part of the header, for those who test the kernel.
  ///
  /// An offset that is not a multiple of 8 below the buffer's size changes nothing.
  public func setRawWord(_ value: UInt64, at offset: Int) {
    guard offset >= 0, offset % 8 == 0, offset < IPCBuffer.size else { return }
    store(value, at: offset)
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
