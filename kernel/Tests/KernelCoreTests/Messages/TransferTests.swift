// Messages that are more than their words: long payloads and capabilities.

import CapABI
import KernelCore
import KernelMachine
import Testing

@Suite struct TransferTests {
  private let endpoint = Conversation.endpoint

  /// A conversation in which both sides have buffers and the client may grant.
  private struct Talk {
    let talk: Conversation
    let server: IPCBufferView
    let client: IPCBufferView
    var world: World { talk.world }
    var serverSpace: Ref<CSpace>? { talk.server.object.process.object.cspace }
    var clientSpace: Ref<CSpace>? { talk.client.object.process.object.cspace }

    init(server priority: UInt8 = 60) throws {
      talk = try Conversation(serverPriority: priority)
      server = try talk.giveBuffer(to: talk.server)
      client = try talk.giveBuffer(to: talk.client)
      try talk.world.install(10, to: 12, of: 6, badge: 5)
      // What the client has to give: a notification in slots 20 to 23.
      for slot in 20...23 as ClosedRange<UInt32> { try talk.world.install(11, to: slot, of: 6) }
    }

    /// The server waits with receive slots.
    func listen(_ slots: [UInt32]) {
      server.setReceiveSlots(slots)
      talk.world.call(.receive, 10, MessageTag(label: 0, flags: .receiveSlots).rawValue)
    }

    /// The client calls with capabilities.
    func send(_ count: UInt8, length: UInt16 = 0) {
      talk.world.call(
        .call, 12, MessageTag(label: 1, length: length, capabilityCount: count).rawValue)
    }
  }

  @Test(arguments: [33, 40, 41, 47, 100, 1023, 1024] as [UInt16])
  func `a long payload arrives to its last byte and no further`(length: UInt16) throws {
    let talk = try Talk()
    for index in 0..<128 { talk.client.payload(index).object = 0x0101_0101_0101_0101 }
    for index in 0..<128 { talk.server.payload(index).object = .max }
    talk.talk.listen()
    talk.world.call(.call, endpoint, MessageTag(label: 1, length: length).rawValue, 9, 8, 7, 6)
    #expect(talk.talk.server.words == [9, 8, 7, 6])
    for index in 4..<128 {
      let start = index * 8
      let kept = max(0, min(8, Int(length) - start))
      let expected: UInt64 =
        kept == 8
        ? 0x0101_0101_0101_0101
        : kept == 0 ? .max : 0x0101_0101_0101_0101 & (1 << UInt64(8 * kept) - 1)
      #expect(talk.server.payload(index).object == expected)
    }
    for index in 0..<4 { #expect(talk.server.payload(index).object == .max) }
    talk.world.expectSound()
  }

  @Test func `a long answer arrives, too`() throws {
    let talk = try Talk()
    talk.talk.listen()
    talk.talk.call()
    talk.server.payload(20).object = 77
    talk.world.call(.replyReceive, endpoint, MessageTag(label: 0, length: 168).rawValue)
    #expect(talk.client.payload(20).object == 77)
    #expect(talk.talk.client.tag.length == 168)
  }

  @Test func `a receiver without a buffer gets no long message and keeps waiting`() throws {
    let talk = try Conversation()
    try talk.giveBuffer(to: talk.client)
    talk.listen()
    let tag = MessageTag(label: 0, length: 33).rawValue
    #expect(talk.world.call(.call, endpoint, tag) == .tooLarge)
    #expect(talk.server.object.state == .receiving)
    talk.world.expectSound()
  }

  @Test func `a long answer to a caller without a buffer leaves the reply owed`() throws {
    let talk = try Conversation()
    try talk.giveBuffer(to: talk.server)
    talk.listen()
    talk.call()
    let tag = MessageTag(label: 0, length: 33).rawValue
    #expect(talk.world.call(.reply, endpoint, tag) == .tooLarge)
    #expect(talk.world.call(.replyReceive, endpoint, tag) == .tooLarge)
    #expect(talk.reply() == .ok)
  }

  @Test func `queued calls that cannot be delivered fail, and the next is received`() throws {
    let talk = try Conversation(serverPriority: 10)
    let other = try talk.secondClient()
    try talk.giveBuffer(to: talk.client)
    talk.world.call(.call, endpoint, MessageTag(label: 0, length: 33).rawValue)
    talk.call(word: 4)
    talk.world.call(.receive, endpoint)
    #expect(talk.client.status == .tooLarge)
    #expect(talk.server.object.client == other)
    talk.world.expectSound()
  }

  @Test func `an interrupt breaks a row of failing calls off`() throws {
    let talk = try Conversation(serverPriority: 10)
    let clients = try [talk.client] + (0..<8).map { _ in try talk.secondClient() }
    for client in clients {
      try talk.giveBuffer(to: client)
      talk.world.call(.call, endpoint, MessageTag(label: 0, length: 33).rawValue)
    }
    let start = talk.server.object.context.rip
    talk.world.devices.looksUntilInterrupt = 0
    talk.world.call(.receive, endpoint)
    #expect(talk.server.object.context.rip == start)
    #expect(talk.server.object.context.rax == Syscall.receive.rawValue)
    #expect(clients.filter { $0.object.state == .calling }.count == 1)
    talk.world.expectSound()
  }

  // MARK: Capabilities

  @Test func `a copy is derived and a move leaves nothing behind`() throws {
    let talk = try Talk()
    talk.listen([40, 41])
    talk.client.setEntry(0, slot: 20, .copy, rights: .send)
    talk.client.setEntry(1, slot: 21, .move, rights: .receive)
    talk.send(2)
    #expect(talk.talk.server.tag.capabilityCount == 2)
    let copy = try #require(talk.world.slot(40, in: talk.serverSpace))
    #expect(copy.object.rights == .send)
    #expect(copy.object.previous.slot == talk.world.slot(20, in: talk.clientSpace))
    let moved = try #require(talk.world.slot(41, in: talk.serverSpace))
    #expect(moved.object.rights == .receive)
    #expect(talk.world.slot(21, in: talk.clientSpace) == nil)
    talk.world.expectSound()
  }

  /// A capability with two copies is moved: the copies and where they stand then.
  private func moveParent(rights: Rights) throws -> (Talk, children: [Ref<Slot>?], Ref<Slot>) {
    let talk = try Talk()
    try talk.world.copy(21, to: 50, by: talk.clientSpace)
    try talk.world.copy(21, to: 51, by: talk.clientSpace)
    talk.listen([40])
    talk.client.setEntry(0, slot: 21, .move, rights: rights)
    talk.send(1)
    let moved = try #require(talk.world.slot(40, in: talk.serverSpace))
    let children = [50, 51].map { talk.world.slot($0, in: talk.clientSpace) }
    return (talk, children, moved)
  }

  @Test func `a move that takes rights away leaves earlier copies to the parent`() throws {
    let (talk, children, moved) = try moveParent(rights: .send | .manage)
    #expect(moved.object.rights == .send | .manage)
    #expect(moved.object.firstChild == nil && moved.object.lastChild == nil)
    // The copies, still with all rights, stand where the moved one stood, and it after them.
    #expect(children[0]?.object.rights.contains(.receive) == true)
    #expect(children[0]?.object.next.siblingSlot == children[1])
    #expect(children[1]?.object.next.siblingSlot == moved)
    talk.world.expectSound()
    // Whoever has the narrower one cannot take the others away; the owner of the original can.
    #expect(talk.talk.current == talk.talk.server)
    talk.world.call(.revokeLocalCap, 40)
    #expect(talk.talk.server.status == .ok)
    #expect(children.allSatisfy { $0?.object.isEmpty == false })
    talk.world.expectSound()
  }

  @Test func `a move that takes no rights away takes earlier copies along`() throws {
    let (talk, children, moved) = try moveParent(rights: .all)
    #expect(moved.object.firstChild == children[0])
    #expect(moved.object.lastChild == children[1])
    talk.world.expectSound()
  }

  @Test func `four capabilities travel at once, with a badge for an unbadged copy`() throws {
    let talk = try Talk()
    talk.listen([40, 41, 42, 43])
    for index in 0..<4 {
      talk.client.setEntry(index, slot: UInt32(20 + index), .copy, badge: UInt64(100 + index))
    }
    talk.send(4)
    for index in 0..<4 as Range<UInt32> {
      let slot = try #require(talk.world.slot(40 + index, in: talk.serverSpace))
      #expect(slot.object.badge == UInt64(100 + index))
    }
    talk.world.expectSound()
  }

  @Test func `queued calls carry theirs when they are received`() throws {
    let talk = try Talk(server: 10)
    talk.client.setEntry(0, slot: 20, .copy)
    talk.send(1)
    #expect(talk.talk.client.object.state == .calling)
    talk.listen([200])
    #expect(talk.talk.server.status == .ok)
    #expect(talk.world.slot(200, in: talk.serverSpace) != nil)
    talk.world.expectSound()
  }

  @Test func `what changed between call and delivery fails the call`() throws {
    let talk = try Talk(server: 10)
    talk.client.setEntry(0, slot: 20, .copy)
    talk.send(1)
    try talk.world.drop(20, by: talk.clientSpace)
    talk.listen([200])
    #expect(talk.talk.client.status == .emptySlot)
    #expect(talk.talk.server.object.state == .receiving)
    talk.world.expectSound()
  }

  @Test func `an answer brings capabilities to the slots named in the call`() throws {
    let talk = try Talk()
    talk.talk.listen()
    talk.client.setReceiveSlots([50])
    talk.world.call(.call, endpoint, MessageTag(label: 1, flags: .receiveSlots).rawValue)
    talk.server.setEntry(0, slot: 11, .copy)
    let tag = MessageTag(label: 0, capabilityCount: 1).rawValue
    talk.world.call(.replyReceive, endpoint, tag)
    #expect(talk.talk.client.tag.capabilityCount == 1)
    #expect(talk.world.slot(50, in: talk.clientSpace) != nil)
    talk.world.expectSound()
  }

  @Test func `a saved reply remembers whether it may grant`() throws {
    for grants in [true, false] {
      let talk = try Talk()
      let rights: Rights = grants ? .all : .receive
      try talk.world.install(10, to: 30, of: 5, rights: rights.rawValue)
      talk.world.call(.receive, 30)
      talk.client.setReceiveSlots([50])
      talk.world.call(.call, endpoint, MessageTag(label: 1, flags: .receiveSlots).rawValue)
      talk.world.call(.saveReply, 60)
      talk.server.setEntry(0, slot: 11, .copy)
      let tag = MessageTag(label: 0, capabilityCount: 1).rawValue
      #expect(talk.world.call(.reply, 60, tag) == (grants ? .ok : .missingRight))
      #expect((talk.world.slot(50, in: talk.clientSpace) != nil) == grants)
    }
  }

  @Test func `too few slots, or full ones, fail the call and leave everything`() throws {
    let talk = try Talk()
    for slots in [[], [40], [40, 11]] as [[UInt32]] {
      talk.listen(slots)
      talk.client.setEntry(0, slot: 20, .move)
      talk.client.setEntry(1, slot: 21, .move)
      talk.send(2)
      #expect(talk.talk.client.status == .noReceiveSlots)
      #expect(talk.talk.server.object.state == .receiving)
      #expect(talk.world.slot(20, in: talk.clientSpace) != nil)
      #expect(talk.world.slot(40, in: talk.serverSpace) == nil)
      talk.world.expectSound()
      talk.world.state.objects.stop(talk.talk.server)
      #expect(talk.world.start(talk.talk.server))
      talk.world.reschedule()
    }
  }

  @Test func `the page of a receive slot stays while it is named`() throws {
    let talk = try Talk()
    // The only capability beside the named slot in its page goes while the server waits.
    try talk.world.install(11, to: 200, of: 5)
    talk.listen([201])
    try talk.world.drop(200, by: talk.serverSpace)
    talk.world.expectSound()
    talk.client.setEntry(0, slot: 20, .copy)
    talk.send(1)
    #expect(talk.world.slot(201, in: talk.serverSpace) != nil)
    talk.world.expectSound()
  }

  @Test func `without GRANT nothing is carried`() throws {
    let talk = try Talk()
    talk.listen([40])
    talk.client.setEntry(0, slot: 20, .copy)
    let tag = MessageTag(label: 0, capabilityCount: 1).rawValue
    #expect(talk.world.call(.call, endpoint, tag) == .missingRight)
    #expect(talk.world.call(.notify, endpoint, tag) == .missingRight)
    talk.world.expectSound()
  }

  @Test func `each wrong entry has its error`() throws {
    let talk = try Talk()
    talk.listen([40, 41])
    let client = talk.client
    try talk.world.install(10, to: 24, of: 6, badge: 9)
    try talk.world.install(1, to: 25, of: 6)
    let wrong: [(ResultCode, () -> Void)] = [
      (.slotOutOfRange, { client.setEntry(0, slot: 0, .copy) }),
      (.slotOutOfRange, { client.setEntry(0, slot: 256, .move) }),
      (.emptySlot, { client.setEntry(0, slot: 99, .copy) }),
      (.invalidArgument, { client.words[4].object = 20 }),
      (.invalidArgument, { client.words[4].object = 20 | 3 << 32 }),
      (.invalidArgument, { client.words[4].object = 20 | 2 << 32 | 1 << 48 }),
      (.invalidArgument, { client.words[5].object = 1 << 7 }),
      (.invalidArgument, { client.words[5].object = 1 << 32 }),
      (.invalidArgument, { client.setEntry(0, slot: 20, .move, badge: 1) }),
      (.invalidArgument, { client.setEntry(0, slot: 25, .copy, badge: 1) }),
      (.invalidArgument, { client.setEntry(0, slot: 21, .copy) }),
      (.alreadyBadged, { client.setEntry(0, slot: 24, .copy, badge: 1) }),
    ]
    for (code, change) in wrong {
      client.setEntry(0, slot: 20, .copy)
      client.setEntry(1, slot: 21, .move)
      change()
      talk.send(2)
      #expect(talk.talk.client.status == code)
    }
    talk.world.expectSound()
  }

  @Test func `a Reply capability travels by MOVE, and not to its own caller`() throws {
    let talk = try Talk()
    talk.talk.listen()
    talk.client.setReceiveSlots([50])
    talk.world.call(.call, endpoint, MessageTag(label: 1, flags: .receiveSlots).rawValue)
    talk.world.call(.saveReply, 60)
    let tag = MessageTag(label: 0, capabilityCount: 1).rawValue
    talk.server.setEntry(0, slot: 60, .copy)
    #expect(talk.world.call(.reply, 60, tag) == .denied)
    talk.server.setEntry(0, slot: 60, .move)
    #expect(talk.world.call(.reply, 60, tag) == .denied)
    #expect(talk.talk.reply(through: 60) == .ok)
    talk.world.expectSound()
  }

  @Test func `receive slots are checked when they are named`() throws {
    let talk = try Talk()
    let tag = MessageTag(label: 0, flags: .receiveSlots).rawValue
    for (slots, count, code) in [
      ([40, 41, 42, 43], 5, .invalidArgument), ([40, 40], 2, .invalidArgument),
      ([40, 0], 2, .slotOutOfRange), ([40, 256], 2, .slotOutOfRange),
    ] as [([UInt32], Int, ResultCode)] {
      talk.server.setReceiveSlots(slots, count: count)
      #expect(talk.world.call(.receive, endpoint, tag) == code)
      talk.world.expectSound()
    }
    try talk.world.exhaust(talk.talk.server.object.process)
    talk.server.setReceiveSlots([40, 250])
    #expect(talk.world.call(.receive, endpoint, tag) == .noMemory)
    talk.world.expectSound()
  }

  @Test func `a one-way message carries capabilities to a waiting receiver only`() throws {
    let talk = try Talk()
    talk.client.setEntry(0, slot: 20, .move)
    talk.world.state.objects.stop(talk.talk.server)
    talk.world.reschedule()
    let tag = MessageTag(label: 0, capabilityCount: 1).rawValue
    #expect(talk.world.call(.notify, 12, tag) == .retry)
    #expect(talk.world.start(talk.talk.server))
    talk.world.reschedule()
    talk.listen([40])
    #expect(talk.world.call(.notify, 12, tag) == .ok)
    #expect(talk.world.slot(40, in: talk.serverSpace) != nil)
    talk.world.expectSound()
  }
}
