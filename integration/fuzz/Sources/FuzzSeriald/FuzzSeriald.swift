// Fuzzes the protocol of seriald: reads the input as a request and as a reply; what is accepted
// must be encoded to the same bytes. Input: operation (2 bytes), capabilities, flags, body.

import Bytes
import CapABI
import FuzzSupport
import IPC

/// Runs one input through the decoders of requests and replies.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  // SAFETY: pointer and size come from libFuzzer unchanged, which is what `withFuzzInput` asks.
  unsafe withFuzzInput(data, size) { input in
    guard let label = try? input.integer(at: 0, as: UInt16.self),
      let capabilities = try? input.integer(at: 2, as: UInt8.self),
      let flags = try? input.integer(at: 3, as: UInt8.self), input.byteCount <= 1100
    else { return }
    let body = input.extracting(4...)
    let tag = MessageTag(
      label: label, length: UInt16(body.byteCount), capabilityCount: capabilities,
      flags: MessageFlags(rawValue: flags))
    checkRequest(tag, body)
    checkReply(tag, body)
  }
}

private func checkRequest(_ tag: MessageTag, _ body: RawSpan) {
  guard let request = try? SerialdRequest(decoding: tag, body: body) else { return }
  precondition(request.operation.rawValue == tag.label, "another operation")
  expectSame(tag, body) { buffer throws(ProtocolError) in try request.encode(into: &buffer) }
}

private func checkReply(_ tag: MessageTag, _ body: RawSpan) {
  let replyTag = MessageTag(
    label: ResultCode.ok.rawValue, length: tag.length, capabilityCount: tag.capabilityCount)
  guard let operation = SerialdOperation(rawValue: tag.label),
    let reply = try? SerialdReply(decoding: replyTag, body: body, to: operation)
  else { return }
  precondition(reply.operation == operation, "a reply to another operation")
  expectSame(replyTag, body) { buffer throws(ProtocolError) in try reply.encode(into: &buffer) }
}

/// Traps unless encoding gives the tag, its flags aside, and the body again.
private func expectSame(
  _ tag: MessageTag, _ body: RawSpan,
  _ encode: (inout MutableRawSpan) throws(ProtocolError) -> MessageTag
) {
  var bytes = [UInt8](repeating: 0xEE, count: 1024)
  var span = bytes.mutableSpan
  var buffer = span.mutableRawBytes
  guard let encoded = try? encode(&buffer) else {
    preconditionFailure("what was decoded is not encoded")
  }
  precondition(encoded.label == tag.label && encoded.length == tag.length, "another tag")
  precondition(encoded.capabilityCount == tag.capabilityCount, "other capabilities")
  let same = bytes.span.rawBytes.extracting(first: body.byteCount).hasSameBytes(as: body)
  precondition(same, "other bytes")
}
