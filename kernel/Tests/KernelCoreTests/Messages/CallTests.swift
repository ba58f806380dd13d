// CALL, RECV, REPLY and REPLY_RECV of short messages.

import CapABI
import KernelCore
import KernelMachine
import Testing

@Suite struct CallTests {
  @Test func `a call reaches a waiting receiver, which runs at once`() throws {
    let talk = try Conversation()
    talk.listen()
    let tag = MessageTag(label: 5, length: 32).rawValue
    talk.world.call(.call, Conversation.endpoint, tag, 1, 2, 3, 4)
    #expect(talk.current == talk.server)
    #expect(talk.server.status == .ok)
    #expect(talk.server.badge == Conversation.badge)
    #expect(talk.server.tag.rawValue == tag)
    #expect(talk.server.words == [1, 2, 3, 4])
    #expect(talk.client.object.state == .awaitingReply)
    #expect(talk.server.object.client == talk.client)
    talk.world.expectSound()
  }

  @Test func `the answer lets the caller go on`() throws {
    let talk = try Conversation()
    talk.listen()
    talk.call()
    let tag = MessageTag(label: 9, length: 32).rawValue
    #expect(
      talk.world.call(.reply, Conversation.endpoint, tag, 5, 6, 7, 8) == .ok)
    #expect(talk.current == talk.server)
    #expect(talk.client.object.state == .ready)
    #expect(talk.client.status == .ok)
    #expect(talk.client.badge == 0)
    #expect(talk.client.tag.rawValue == tag)
    #expect(talk.client.words == [5, 6, 7, 8])
    talk.world.expectSound()
  }

  @Test func `a call waits for its receiver`() throws {
    let talk = try Conversation(serverPriority: 40)
    talk.call(word: 8)
    #expect(talk.client.object.state == .calling)
    #expect(talk.current == talk.server)
    #expect(talk.world.call(.receive, Conversation.endpoint) == .ok)
    #expect(talk.server.badge == Conversation.badge)
    #expect(talk.server.words[0] == 8)
    #expect(talk.client.object.state == .awaitingReply)
    talk.world.expectSound()
  }

  @Test func `REPLY_RECV answers and switches straight to the caller`() throws {
    let talk = try Conversation()
    talk.listen()
    talk.call()
    let tag = MessageTag(label: 0, length: 8).rawValue
    talk.world.call(.replyReceive, Conversation.endpoint, tag, 11)
    #expect(talk.current == talk.client)
    #expect(talk.client.words[0] == 11)
    #expect(talk.server.object.state == .receiving)
    #expect(talk.world.cpu.object.ready.isEmpty)
    talk.world.expectSound()
  }

  @Test func `REPLY_RECV goes on with the next caller`() throws {
    let talk = try Conversation(serverPriority: 40)
    let other = try talk.secondClient()
    talk.call(word: 1)
    talk.call(word: 2)
    talk.world.call(.receive, Conversation.endpoint)
    #expect(talk.server.words[0] == 1)
    talk.world.call(.replyReceive, Conversation.endpoint, 0)
    // The server is as urgent as its second caller now, and so as its first.
    #expect(talk.current == talk.server)
    #expect(talk.client.object.state == .ready)
    #expect(talk.server.status == .ok)
    #expect(talk.server.words[0] == 2)
    #expect(talk.server.object.client == other)
    talk.world.expectSound()
  }

  @Test func `queued callers are served by urgency, then in order`() throws {
    let talk = try Conversation(serverPriority: 10)
    let others = try [50, 90, 90, 20].map {
      try talk.world.startThread(
        priority: $0, of: talk.world.process(6))
    }
    talk.world.reschedule()
    // Whoever is most urgent calls first and then leaves the processor to the next.
    for _ in 0..<5 { talk.call() }
    #expect(talk.current == talk.server)
    talk.world.expectSound()
    var served: [Ref<Thread>] = []
    for _ in 0..<5 {
      talk.world.call(.receive, Conversation.endpoint)
      served.append(try #require(talk.server.object.client))
      talk.world.call(.saveReply, UInt64(40 + served.count))
    }
    #expect(served == [others[1], others[2], talk.client, others[0], others[3]])
    talk.world.expectSound()
  }

  @Test func `receivers are served by urgency, then in order`() throws {
    let talk = try Conversation(serverPriority: 80)
    let others = try [90, 80].map {
      try talk.world.startThread(
        priority: $0, of: talk.world.process(5))
    }
    talk.world.reschedule()
    for _ in 0..<3 { talk.world.call(.receive, Conversation.endpoint) }
    var callers = [talk.client]
    for _ in 0..<2 { callers.append(try talk.secondClient()) }
    var served: [Ref<Thread>] = []
    for _ in callers {
      talk.call()
      served.append(try #require(talk.current))
      talk.world.state.objects.stop(try #require(talk.current))
      talk.world.reschedule()
    }
    #expect(served == [others[0], talk.server, others[1]])
  }

  @Test func `a receiver that is less urgent than somebody ready has to wait`() throws {
    let talk = try Conversation(serverPriority: 60, clientPriority: 50)
    talk.listen()
    let urgent = try talk.world.startThread(priority: 55)
    talk.world.state.objects.setPriority(talk.server, to: 40)
    talk.world.reschedule()
    talk.world.state.objects.stop(urgent)
    talk.world.reschedule()
    #expect(talk.world.start(urgent))
    talk.world.state.objects.setPriority(urgent, to: 50)
    talk.world.reschedule()
    // The client runs; `urgent` is its equal, and more than the server without the donation.
    #expect(talk.current == talk.client)
    talk.call()
    #expect(talk.server.object.priority == 50)
    talk.world.expectSound()
  }

  @Test func `a message counts for its sender's process`() throws {
    let talk = try Conversation()
    talk.listen()
    talk.call()
    talk.reply()
    #expect(talk.client.object.process.object.counters.messages == 1)
    #expect(talk.server.object.process.object.counters.messages == 1)
  }

  // MARK: Errors

  @Test(arguments: [.call, .receive, .reply, .notify, .replyReceive] as [Syscall])
  func `slots are checked`(call: Syscall) throws {
    let talk = try Conversation()
    #expect(talk.world.call(call, 0) == .slotOutOfRange)
    #expect(talk.world.call(call, 256) == .slotOutOfRange)
    #expect(talk.world.call(call, 1 << 32 | 10) == .slotOutOfRange)
    #expect(talk.world.call(call, 20) == .emptySlot)
    talk.world.expectSound()
  }

  @Test(arguments: [.call, .receive, .reply, .notify, .replyReceive] as [Syscall])
  func `other types are refused`(call: Syscall) throws {
    let talk = try Conversation()
    try talk.world.install(1, to: 30, of: 5)
    #expect(talk.world.call(call, 30) == .wrongType)
  }

  @Test func `sending needs SEND and receiving needs RECV`() throws {
    let talk = try Conversation()
    try talk.world.install(10, to: 30, of: 5, rights: Rights.manage.rawValue)
    try talk.world.install(11, to: 31, of: 5, rights: Rights.manage.rawValue)
    for call in [.call, .receive, .reply, .notify, .replyReceive] as [Syscall] {
      #expect(talk.world.call(call, 30) == .missingRight)
    }
    for call in [.receive, .notify] as [Syscall] {
      #expect(talk.world.call(call, 31) == .missingRight)
    }
  }

  @Test(
    arguments: [
      1 << 36, 1 << 43, 1 << 44, 1 << 45, 1 << 46, 1 << 47, 1 << 48, 1 << 63, 1025 << 16, 5 << 32,
    ] as [UInt64])
  func `a malformed tag is refused`(tag: UInt64) throws {
    let talk = try Conversation()
    for call in [.call, .receive, .reply, .notify, .replyReceive] as [Syscall] {
      #expect(talk.world.call(call, Conversation.endpoint, tag) == .invalidArgument)
    }
    talk.world.expectSound()
  }

  @Test func `RECV takes flags and nothing else`() throws {
    let talk = try Conversation()
    #expect(talk.world.call(.receive, Conversation.endpoint, 1) == .invalidArgument)
    #expect(talk.world.call(.receive, Conversation.endpoint, 1 << 16) == .invalidArgument)
  }

  @Test(arguments: [.deadline, .receiveSlots, .doNotWait] as [MessageFlags])
  func `REPLY and NOTIFY take no flags`(flags: MessageFlags) throws {
    let talk = try Conversation()
    talk.listen()
    talk.call()
    let tag = MessageTag(label: 0, flags: flags).rawValue
    #expect(talk.world.call(.reply, Conversation.endpoint, tag) == .invalidArgument)
    #expect(talk.world.call(.notify, Conversation.endpoint, tag) == .invalidArgument)
    #expect(talk.reply() == .ok)
  }

  @Test func `nobody receives at an endpoint of the kernel, nor notifies it`() throws {
    let talk = try Conversation()
    try talk.world.create(.endpoint(.time), in: 12)
    try talk.world.install(12, to: 30, of: 5)
    #expect(talk.world.call(.receive, 30) == .unsupported)
    #expect(talk.world.call(.notify, 30) == .unsupported)
  }

  @Test func `answering needs a reply owed`() throws {
    let talk = try Conversation()
    #expect(talk.reply() == .wrongState)
    #expect(talk.world.call(.replyReceive, Conversation.endpoint) == .wrongState)
    talk.listen()
    talk.call()
    #expect(talk.reply() == .ok)
    #expect(talk.reply() == .wrongState)
  }

  @Test func `an answer goes through the endpoint that the call came through`() throws {
    let talk = try Conversation()
    try talk.world.create(.endpoint(.generic), in: 12)
    try talk.world.install(12, to: 30, of: 5)
    talk.listen()
    talk.call()
    #expect(talk.reply(through: 30) == .wrongState)
    #expect(talk.reply() == .ok)
  }

  @Test func `a sender that does not want to wait does not`() throws {
    let talk = try Conversation(serverPriority: 10)
    talk.call(flags: .doNotWait)
    #expect(talk.client.status == .retry)
    #expect(talk.current == talk.client)
    talk.world.expectSound()
  }

  @Test func `what the buffer is for is checked before whether anybody waits`() throws {
    let talk = try Conversation(serverPriority: 10)
    talk.call(flags: .doNotWait | .deadline)
    #expect(talk.client.status == .noBuffer)
    let buffer = try talk.giveBuffer(to: talk.client)
    buffer.setReceiveSlots([200, 200])
    talk.call(flags: .doNotWait | .receiveSlots)
    #expect(talk.client.status == .invalidArgument)
    buffer.setReceiveSlots([200])
    talk.call(flags: .doNotWait | .receiveSlots)
    #expect(talk.client.status == .retry)
    #expect(talk.client.object.receiveSlotCount == 0)
    talk.world.expectSound()
  }

  @Test func `nor does a receiver`() throws {
    let talk = try Conversation()
    let tag = MessageTag(label: 0, flags: .doNotWait).rawValue
    #expect(talk.world.call(.receive, Conversation.endpoint, tag) == .retry)
    #expect(talk.world.call(.receive, Conversation.notification, tag) == .retry)
    talk.world.expectSound()
  }

  @Test(arguments: [.deadline, .receiveSlots] as [MessageFlags])
  func `flags that stand for the buffer need one`(flags: MessageFlags) throws {
    let talk = try Conversation()
    let tag = MessageTag(label: 0, flags: flags).rawValue
    #expect(talk.world.call(.receive, Conversation.endpoint, tag) == .noBuffer)
    #expect(talk.world.call(.call, Conversation.endpoint, tag) == .noBuffer)
  }

  @Test func `a long message needs a buffer`() throws {
    let talk = try Conversation()
    talk.listen()
    let tag = MessageTag(label: 0, length: 33).rawValue
    #expect(talk.world.call(.call, Conversation.endpoint, tag) == .noBuffer)
    #expect(talk.server.object.state == .receiving)
    talk.world.expectSound()
  }
}
