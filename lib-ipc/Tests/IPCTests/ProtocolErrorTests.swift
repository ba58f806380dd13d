// What a sender is told for each violation, and what a refusal looks like.

import CapABI
import IPC
import Testing

struct ProtocolErrorTests {
  @Test func `an unknown operation is UNSUPPORTED`() {
    #expect(ProtocolError.unknownOperation(1).resultCode == .unsupported)
  }

  @Test(arguments: [
    ProtocolError.unexpectedFlags(1), .wrongDelivery(1),
    .wrongLength(found: 1, minimum: 0, maximum: 0), .wrongCapabilityCount(found: 1, expected: 0),
    .reservedNotZero(offset: 0), .invalidField(offset: 0),
  ])
  func `a malformed message is INVALID_ARGUMENT`(error: ProtocolError) {
    #expect(error.resultCode == .invalidArgument)
  }

  @Test func `a body without room is TOO_LARGE`() {
    #expect(ProtocolError.bufferTooSmall(needed: 1, available: 0).resultCode == .tooLarge)
  }

  @Test func `a refusal keeps its code, known or not`() {
    let unknown = ResultCode(rawValue: 0x7777)
    #expect(ProtocolError.refused(unknown).resultCode == unknown)
  }

  @Test func `a refusal is a code and nothing else`() {
    #expect(MessageTag(refusing: .sealed).rawValue == 19)
  }

  @Test func `refusing with OK is INTERNAL`() {
    #expect(MessageTag(refusing: .ok).result == .internal)
  }
}
