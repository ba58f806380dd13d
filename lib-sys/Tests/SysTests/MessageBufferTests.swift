// The IPC buffer's fields stand where docs/reference/ipc.md says, and nothing else is touched.

import CapABI
import Sys
import Testing

/// The bytes of a buffer after a body used it, from ones.
private func bytes(_ body: (MessageBuffer) -> Void) -> [UInt8] {
  let page = UnsafeMutableRawBufferPointer.allocate(byteCount: IPCBuffer.size, alignment: 4096)
  // SAFETY: allocated above, used by nothing else, and nothing of it leaves this function.
  defer { unsafe page.deallocate() }
  // SAFETY: plain bytes, over exactly the block allocated above.
  unsafe page.initializeMemory(as: UInt8.self, repeating: 0xFF)
  let address = UInt64(UInt(bitPattern: page.baseAddress))
  // SAFETY: the block is as large and as aligned as a buffer, and only the body uses it.
  if let buffer = unsafe MessageBuffer(unsafeAddress: address) { body(buffer) }
  // SAFETY: every byte was initialised above; `deallocate` runs after the copy.
  return unsafe Array(page)
}

struct MessageBufferTests {
  @Test func `the deadline is the first word`() {
    let bytes = bytes { $0.setDeadline(0x0807_0605_0403_0201) }
    #expect(Array(bytes[..<8]) == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(bytes[8...].allSatisfy { $0 == 0xFF })
  }

  @Test func `receive slots follow their number`() {
    let bytes = bytes { $0.setReceiveSlots(CapSlot(rawValue: 5), count: 2) }
    #expect(Array(bytes[8..<12]) == [2, 0, 0, 0])
    #expect(Array(bytes[16..<24]) == [5, 0, 0, 0, 6, 0, 0, 0])
    #expect(bytes[24...].allSatisfy { $0 == 0xFF })
  }

  @Test func `a transfer entry fills 24 bytes`() {
    let entry = TransferEntry(
      slot: CapSlot(rawValue: 3), mode: .copy, rights: .send, badge: Badge(rawValue: 4))
    let bytes = bytes { $0.setTransfer(1, entry) }
    #expect(
      Array(bytes[56..<80]) == [
        3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,
      ])
    #expect(bytes[..<56].allSatisfy { $0 == 0xFF })
    #expect(bytes[80...].allSatisfy { $0 == 0xFF })
  }

  @Test func `payload stands at 256 and nowhere else`() {
    let bytes = bytes { buffer in
      buffer[payload: 0] = 1
      buffer[payload: 1024] = 2
      buffer[payload: -1] = 2
      buffer[payloadWord: 127] = 3
      buffer[payloadWord: 128] = 4
      #expect(buffer[payload: 0] == 1)
      #expect(buffer[payloadWord: 127] == 3)
      #expect(buffer[payloadWord: 128] == 0)
    }
    #expect(bytes[256] == 1)
    #expect(bytes[1272] == 3)
    #expect(bytes[1280...].allSatisfy { $0 == 0xFF })
  }

  @Test func `indexes outside change nothing`() {
    let entry = TransferEntry(slot: .null, mode: .move, rights: .none)
    let bytes = bytes { buffer in
      buffer.setTransfer(4, entry)
      buffer.setTransfer(-1, entry)
      buffer.setRawWord(1, at: 4096)
      buffer.setRawWord(1, at: 4)
    }
    #expect(bytes.allSatisfy { $0 == 0xFF })
  }
}
