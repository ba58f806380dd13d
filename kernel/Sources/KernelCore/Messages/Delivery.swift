// A message on its way from the registers and the buffer of its sender to those of its receiver.
// Short messages without capabilities are seven register moves; everything else is checked first.

import CapABI
import KernelMachine

extension MessageTag {
  /// Whether the message is more than the four words: bits 16 and up compare as one number.
  @inline(__always) var hasExtras: Bool {
    (rawValue & 0xF_FFFF_FFFF) >> Self.lengthShift > UInt64(Self.registerBytes)
  }

  /// The tag as a receiver sees it.
  @inline(__always) func received(with flags: MessageFlags) -> UInt64 {
    rawValue & 0xF_FFFF_FFFF | UInt64(flags.rawValue) << Self.flagsShift
  }
}

extension Ref where Object == Thread {
  /// Puts a message into the registers of a thread whose system call comes back with it.
  @inline(__always) func accept(badge: UInt64, tag: UInt64, wordsOf sender: Ref<Thread>) {
    object.context.rdx = sender.object.context.rdx
    object.context.r10 = sender.object.context.r10
    object.context.r8 = sender.object.context.r8
    object.context.r9 = sender.object.context.r9
    object.context.rax = 0
    object.context.rdi = badge
    object.context.rsi = tag
  }

  /// Puts the bits of a notification into the registers of a thread.
  func accept(signals bits: UInt64) {
    object.context.rax = 0
    object.context.rdi = 0
    object.context.rsi = MessageTag(label: 0, length: 8, flags: .notified).rawValue
    object.context.rdx = bits
    object.context.r10 = 0
    object.context.r8 = 0
    object.context.r9 = 0
  }
}

extension ObjectSpace {
  /// Checks what a message needs beyond the registers, as far as its sender goes.
  ///
  /// - Throws: `noBuffer`; `missingRight` for capabilities without GRANT; what `Transfer` throws.
  mutating func checkExtras(
    of tag: MessageTag, from sender: Ref<Thread>, mayGrant: Bool
  ) throws(SyscallError) {
    guard tag.hasExtras else { return }
    if tag.capabilityCount > 0 {
      guard mayGrant else { throw .missingRight }
      _ = try Transfer(tag.capabilityCount, of: sender, in: &self)
    }
    guard bufferWords(of: sender) != nil else { throw .noBuffer }
  }

  /// Hands a message over; the receiver is not made ready yet.
  ///
  /// - Throws: as `checkExtras` and `Transfer.check`, and `tooLarge` when the receiver has no
  ///   buffer for a long payload. Nothing has moved then.
  @inline(__always)
  mutating func deliver(
    _ tag: MessageTag, from sender: Ref<Thread>, to receiver: Ref<Thread>, badge: UInt64,
    flags: MessageFlags = .none, mayGrant: Bool
  ) throws(SyscallError) {
    if tag.hasExtras { try deliverExtras(tag, from: sender, to: receiver, mayGrant: mayGrant) }
    receiver.accept(badge: badge, tag: tag.received(with: flags), wordsOf: sender)
    sender.object.process.object.counters.messages &+= 1
  }

  private mutating func deliverExtras(
    _ tag: MessageTag, from sender: Ref<Thread>, to receiver: Ref<Thread>, mayGrant: Bool
  ) throws(SyscallError) {
    guard let source = bufferWords(of: sender) else { throw .noBuffer }
    let isLong = tag.length > MessageTag.registerBytes
    let destination = bufferWords(of: receiver)
    if isLong, destination == nil { throw .tooLarge }
    if tag.capabilityCount > 0 {
      guard mayGrant else { throw .missingRight }
      let transfer = try Transfer(tag.capabilityCount, of: sender, in: &self)
      try transfer.check(to: receiver, in: &self)
      transfer.carryOut(to: receiver, in: &self)
    }
    if isLong, let destination { copyPayload(of: tag.length, from: source, to: destination) }
  }

  /// Copies what follows the words; the last word is cut to the length of the message.
  private mutating func copyPayload(
    of length: UInt16, from source: Table<UInt64>, to destination: Table<UInt64>
  ) {
    let first = (IPCBuffer.payloadOffset + Int(MessageTag.registerBytes)) / 8
    let whole = Int(length - MessageTag.registerBytes) / 8
    destination.copy(whole, from: source, at: first)
    let rest = UInt64(length % 8)
    guard rest > 0 else { return }
    let kept: UInt64 = 1 << (8 * rest) - 1
    destination[first + whole].object = source[first + whole].object & kept
  }
}
