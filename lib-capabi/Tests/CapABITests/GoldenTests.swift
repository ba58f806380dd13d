// The ABI as a whole: compared with the golden text, and with the C header that assembly includes.

import CCapABI
import CapABI
import Foundation
import Testing

struct GoldenTests {
  /// Where the golden file stands in the source tree, for rewriting it on purpose.
  private static var goldenPath: String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/abi.txt").path()
  }

  @Test func `the ABI equals the golden dump`() throws {
    let text = ABIDump().text
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try text.write(toFile: Self.goldenPath, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOfFile: Self.goldenPath, encoding: .utf8)
    let expected = golden.split(separator: "\n")
    let actual = text.split(separator: "\n")
    for (line, (have, want)) in zip(actual, expected).enumerated() where have != want {
      Issue.record("abi.txt:\(line + 1): the ABI says '\(have)', the golden file '\(want)'")
    }
    #expect(actual.count == expected.count)
  }

  @Test func `the C header has the system call numbers of the Swift module`() {
    let header: [Int32] = [
      ERIX_SYSCALL_CALL, ERIX_SYSCALL_RECEIVE, ERIX_SYSCALL_REPLY, ERIX_SYSCALL_NOTIFY,
      ERIX_SYSCALL_REPLY_RECEIVE, ERIX_SYSCALL_QUERY_LOCAL_CAP, ERIX_SYSCALL_SAVE_REPLY,
      ERIX_SYSCALL_DROP_LOCAL_CAP, ERIX_SYSCALL_YIELD, ERIX_SYSCALL_ROOTD_REPORT,
      ERIX_SYSCALL_COPY_LOCAL_CAP, ERIX_SYSCALL_MOVE_LOCAL_CAP, ERIX_SYSCALL_REVOKE_LOCAL_CAP,
    ]
    #expect(header.map(UInt64.init) == Syscall.allCases.map(\.rawValue))
  }

  @Test func `the C header has the tag and buffer layout of the Swift module`() {
    #expect(UInt64(ERIX_TAG_LENGTH_SHIFT) == MessageTag.lengthShift)
    #expect(UInt64(ERIX_TAG_CAPABILITY_COUNT_SHIFT) == MessageTag.capabilityCountShift)
    #expect(UInt64(ERIX_TAG_FLAGS_SHIFT) == MessageTag.flagsShift)
    #expect(UInt16(ERIX_MESSAGE_REGISTER_BYTES) == MessageTag.registerBytes)
    #expect(UInt16(ERIX_MESSAGE_MAXIMUM_LENGTH) == MessageTag.maximumLength)
    #expect(UInt8(ERIX_MESSAGE_MAXIMUM_CAPABILITIES) == MessageTag.maximumCapabilities)
    #expect(Int(ERIX_BUFFER_DEADLINE) == IPCBuffer.deadlineOffset)
    #expect(Int(ERIX_BUFFER_RECEIVE_SLOT_COUNT) == IPCBuffer.receiveSlotCountOffset)
    #expect(Int(ERIX_BUFFER_RECEIVE_SLOTS) == IPCBuffer.receiveSlotsOffset)
    #expect(Int(ERIX_BUFFER_TRANSFER_TABLE) == IPCBuffer.transferTableOffset)
    #expect(Int(ERIX_BUFFER_PAYLOAD) == IPCBuffer.payloadOffset)
    #expect(Int(ERIX_BUFFER_SIZE) == IPCBuffer.size)
    #expect(UInt16(ERIX_DEBUG_EXIT_PORT) == DebugExit.port)
    #expect(MemoryLayout<erix_transfer_entry>.size == TransferEntry.size)
    #expect(MemoryLayout<erix_transfer_entry>.offset(of: \.mode) == TransferEntry.modeOffset)
    #expect(MemoryLayout<erix_transfer_entry>.offset(of: \.rights) == TransferEntry.rightsOffset)
    #expect(MemoryLayout<erix_transfer_descriptor>.size == TransferDescriptor.size)
    #expect(
      MemoryLayout<erix_transfer_descriptor>.offset(of: \.kind) == TransferDescriptor.kindOffset)
  }
}
