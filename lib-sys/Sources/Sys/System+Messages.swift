// Messages of service protocols through a `System`: bodies are written and read in place, in the
// thread's IPC buffer, of which the first 32 bytes travel in registers.

public import Bytes
public import CapABI
public import IPC

/// A message as it arrived, its body in the IPC buffer.
public struct Message: Equatable, Sendable {
  /// The badge of the capability that it came through.
  public let badge: Badge
  /// Its tag as the receiver saw it.
  public let tag: MessageTag

  /// A message of these parts.
  public init(badge: Badge, tag: MessageTag) {
    self.badge = badge
    self.tag = tag
  }

  /// Whether the kernel made it: a fault.
  public var isFromKernel: Bool { tag.flags.contains(.fromKernel) }
  /// Whether it came from the endpoint's ring, so that no reply is owed.
  public var isOneWay: Bool { tag.flags.contains(.oneWay) }
}

extension System {
  /// Puts the words of a message to the rest of its body, so that the buffer holds all of it.
  public mutating func take(_ answer: Answer) -> Message {
    buffer.setWords(answer.words)
    return Message(badge: Badge(rawValue: answer.badge), tag: answer.tag)
  }

  /// Decodes a request whose body the buffer holds.
  ///
  /// - Throws: The code that its sender is answered with.
  public func decode<Request: ServiceRequest>(
    _ message: Message, as type: Request.Type = Request.self
  ) throws(ResultCode) -> Request {
    let buffer = buffer
    do throws(ProtocolError) {
      return try Request(decoding: message.tag, body: buffer.body(message.tag.length))
    } catch {
      throw error.resultCode
    }
  }

  /// Calls a service and waits for its reply.
  ///
  /// Capabilities that go along are put into the transfer table first (`send(_:)`).
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - peer: The service.
  ///   - reply: What it answers with.
  ///   - landing: An empty slot for the capability that the reply carries.
  ///   - deadline: Monotonic nanoseconds at which the wait ends.
  /// - Returns: The reply.
  /// - Throws: The code that the service or the CALL gave; INTERNAL for a reply that is malformed.
  public mutating func ask<Request: ServiceRequest, Reply: ServiceReply>(
    _ request: Request, of peer: CapSlot, _ reply: Reply.Type = Reply.self,
    landing: CapSlot? = nil, deadline: UInt64? = nil
  ) throws(ResultCode) -> Reply where Request.Operation == Reply.Operation {
    let operation = request.operation
    var flags = MessageFlags.none
    if let landing {
      buffer.setReceiveSlot(landing)
      flags = flags | .receiveSlots
    }
    if let deadline {
      buffer.setDeadline(deadline)
      flags = flags | .deadline
    }
    let tag = try encode(request)
    let answer = call(peer, tag.adding(flags), buffer.words)
    guard answer.status == .ok else { throw answer.status }
    let message = take(answer)
    let buffer = buffer
    do throws(ProtocolError) {
      return try Reply(
        decoding: message.tag, body: buffer.body(message.tag.length), to: operation)
    } catch {
      if case .refused(let code) = error { throw code }
      throw .internal
    }
  }

  /// Gives a successful reply that was saved; its slot is empty then.
  ///
  /// The buffer's payload is overwritten: the body of a request in hand is decoded first.
  ///
  /// - Throws: INTERNAL for a value that the protocol does not allow, or what REPLY refuses.
  public mutating func answer<Reply: ServiceReply>(
    saved slot: CapSlot, _ reply: Reply
  ) throws(ResultCode) {
    let tag = try encode(reply: reply)
    let status = self.reply(slot, tag, buffer.words).status
    guard status == .ok else { throw status }
  }

  /// Sends a request that is never answered; it waits on the ring of the service's endpoint.
  ///
  /// - Throws: RETRY when the ring is full, or what else NOTIFY refuses.
  public mutating func tell<Request: ServiceRequest & ~Escapable>(
    _ request: Request, to peer: CapSlot
  ) throws(ResultCode) {
    let tag = try encode(request)
    let status = notify(peer, tag, buffer.words)
    guard status == .ok else { throw status }
  }

  /// Names the one capability that goes along with the next message.
  public func send(_ entry: TransferEntry) { buffer.setTransfer(0, entry) }

  /// Writes the body of a request into the buffer.
  ///
  /// - Throws: INVALID_ARGUMENT for a value that the protocol does not allow.
  public mutating func encode<Request: ServiceRequest & ~Escapable>(
    _ request: Request
  ) throws(ResultCode) -> MessageTag {
    var buffer = buffer
    do throws(ProtocolError) {
      return try buffer.encode(request)
    } catch {
      throw error.resultCode
    }
  }

  /// Writes the body of a successful reply into the buffer.
  ///
  /// - Throws: INTERNAL for a value that the protocol does not allow.
  public mutating func encode<Reply: ServiceReply & ~Escapable>(
    reply: Reply
  ) throws(ResultCode) -> MessageTag {
    var buffer = buffer
    do throws(ProtocolError) {
      return try buffer.encode(reply: reply)
    } catch {
      throw .internal
    }
  }
}

// Generic code that lends the payload in another module than it is specialised in crashes the
// compiler (Swift 6.3.1), so these stand at the buffer, whose code is not generic over the system.
extension MessageBuffer {
  mutating func encode<Request: ServiceRequest & ~Escapable>(
    _ request: Request
  ) throws(ProtocolError) -> MessageTag {
    var body = mutablePayload
    return try request.encode(into: &body)
  }

  mutating func encode<Reply: ServiceReply & ~Escapable>(
    reply: Reply
  ) throws(ProtocolError) -> MessageTag {
    var body = mutablePayload
    return try reply.encode(into: &body)
  }

  /// Copies bytes into the payload.
  ///
  /// - Throws: `BytesError.full` when they pass its end; nothing is copied then.
  public mutating func copy(_ bytes: RawSpan, at offset: Int) throws(BytesError) {
    var body = mutablePayload
    try body.copy(bytes, at: offset)
  }
}

extension MessageTag {
  /// The same tag with more flags.
  public func adding(_ flags: MessageFlags) -> MessageTag {
    MessageTag(rawValue: rawValue | UInt64(flags.rawValue) << Self.flagsShift)
  }
}
