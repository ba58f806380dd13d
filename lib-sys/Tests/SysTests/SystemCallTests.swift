// Each system call puts number and arguments into the registers that docs/reference/syscalls.md
// names, and reads the answer from them.

import CSys
import CapABI
import IPC
import Sys
import Testing

private let slot = CapSlot(rawValue: 7)
private let other = CapSlot(rawValue: 9)
private let tag = MessageTag(label: 3, length: 16)
private let words = MessageWords(11, 12, 13, 14)

/// The registers that a call goes out with.
private func sent(_ body: () -> Void) -> [UInt64] {
  body()
  let registers = erix_host_last_call()
  return [
    registers.rax, registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8,
    registers.r9,
  ]
}

struct SystemCallTests {
  @Test func `message calls carry slot, tag and words`() {
    let arguments: [UInt64] = [7, tag.rawValue, 11, 12, 13, 14]
    #expect(sent { _ = SystemCall.call(slot, tag, words) } == [0x40] + arguments)
    #expect(sent { _ = SystemCall.reply(slot, tag, words) } == [0x42] + arguments)
    #expect(sent { _ = SystemCall.notify(slot, tag, words) } == [0x43] + arguments)
    #expect(sent { _ = SystemCall.replyReceive(slot, tag, words) } == [0x44] + arguments)
    #expect(sent { _ = SystemCall.receive(slot, tag) } == [0x41, 7, tag.rawValue, 0, 0, 0, 0])
  }

  @Test func `calls on slots carry slots, rights and badge`() {
    #expect(sent { _ = SystemCall.query(slot) } == [0x45, 7, 0, 0, 0, 0, 0])
    #expect(sent { _ = SystemCall.saveReply(into: slot) } == [0x46, 7, 0, 0, 0, 0, 0])
    #expect(sent { _ = SystemCall.drop(slot) } == [0x47, 7, 0, 0, 0, 0, 0])
    let copied = sent {
      _ = SystemCall.copy(slot, to: other, rights: .send, badge: Badge(rawValue: 5))
    }
    #expect(copied == [0x4A, 7, 9, 1, 5, 0, 0])
    #expect(sent { _ = SystemCall.move(slot, to: other) } == [0x4B, 7, 9, 0, 0, 0, 0])
    #expect(sent { _ = SystemCall.revoke(slot) } == [0x4C, 7, 0, 0, 0, 0, 0])
  }

  @Test func `yield and reports carry what they say`() {
    #expect(sent { _ = SystemCall.yield() } == [0x48, 0, 0, 0, 0, 0, 0])
    #expect(sent { _ = SystemCall.report(.memdReady) } == [0x49, 0, 0x10, 0, 0, 0, 0])
    #expect(sent { _ = SystemCall.report(.serviceFailed) } == [0x49, 1, 2, 0, 0, 0, 0])
  }

  @Test func `an answer has every register`() {
    erix_host_prepare(
      erix_registers(rax: 5, rdi: 6, rsi: tag.rawValue, rdx: 11, r10: 12, r8: 13, r9: 14))
    let expected = Answer(status: .retry, badge: 6, tag: tag, words: words)
    #expect(SystemCall.call(slot, tag) == expected)
    erix_host_prepare(erix_registers())
  }

  @Test func `the code of an answer is the status first, then the label`() {
    #expect(Answer(status: .denied, tag: MessageTag(label: 4)).code == .denied)
    #expect(Answer(tag: MessageTag(label: 4)).code == .busy)
    #expect(Answer().code == .ok)
  }
}
