// NOTIFY: signals to notifications, one-way messages to endpoints, and the bound notification.

import CapABI
import KernelCore
import KernelMachine
import Testing

@Suite struct NotificationTests {
  private let endpoint = Conversation.endpoint
  private let notification = Conversation.notification
  private let bit = Conversation.bit

  @Test func `a signal waits until it is received`() throws {
    let talk = try Conversation(serverPriority: 40)
    #expect(talk.world.call(.notify, notification) == .ok)
    #expect(talk.notification.object.bits == bit)
    talk.world.state.objects.stop(talk.client)
    talk.world.reschedule()
    #expect(talk.world.call(.receive, notification) == .ok)
    #expect(talk.server.tag.flags == .notified)
    #expect(talk.server.tag.length == 8)
    #expect(talk.server.words == [bit, 0, 0, 0])
    #expect(talk.notification.object.bits == 0)
    talk.world.expectSound()
  }

  @Test func `a signal wakes who waits for it, by urgency`() throws {
    let talk = try Conversation()
    talk.world.call(.receive, notification)
    #expect(talk.current == talk.client)
    #expect(talk.world.call(.notify, notification) == .ok)
    #expect(talk.current == talk.server)
    #expect(talk.server.words[0] == bit)
    #expect(talk.client.object.state == .ready)
    talk.world.expectSound()
  }

  @Test func `signals add up`() throws {
    let talk = try Conversation()
    try talk.world.install(11, to: 30, of: 5, badge: 1 << 40)
    talk.world.call(.notify, 30)
    talk.world.state.objects.stop(talk.server)
    talk.world.reschedule()
    talk.world.call(.notify, notification)
    #expect(talk.notification.object.bits == bit | 1 << 40)
  }

  @Test func `the bound thread gets signals along with its messages`() throws {
    let talk = try Conversation()
    #expect(talk.world.bind(talk.server, to: talk.notification))
    talk.listen()
    talk.world.call(.notify, notification)
    #expect(talk.current == talk.server)
    #expect(talk.server.tag.flags == .notified)
    #expect(talk.server.words[0] == bit)
    #expect(talk.endpoint.object.receivers.isEmpty)
    talk.world.expectSound()
  }

  @Test func `a signal to a bound thread that is busy waits for its RECV`() throws {
    let talk = try Conversation()
    #expect(talk.world.bind(talk.server, to: talk.notification))
    talk.listen()
    talk.call()
    talk.world.state.objects.signal(talk.notification, 4)
    talk.world.call(.replyReceive, endpoint)
    #expect(talk.current == talk.server)
    #expect(talk.server.words[0] == 4)
    #expect(talk.client.object.state == .ready)
    talk.world.expectSound()
  }

  @Test func `binding to a notification with bits wakes a receiver`() throws {
    let talk = try Conversation()
    talk.listen()
    talk.world.call(.notify, notification)
    #expect(talk.server.object.state == .receiving)
    #expect(talk.world.bind(talk.server, to: talk.notification))
    talk.world.reschedule()
    #expect(talk.server.words[0] == bit)
    talk.world.expectSound()
  }

  @Test func `a notification has one bound thread, and a thread one notification`() throws {
    let talk = try Conversation()
    #expect(talk.world.bind(talk.server, to: talk.notification))
    #expect(!talk.world.bind(talk.client, to: talk.notification))
    try talk.world.create(.notification, in: 12)
    let other = try #require(talk.world.slot(12)?.object.object).cast(to: Notification.self)
    #expect(!talk.world.bind(talk.server, to: other))
    talk.world.state.objects.unbind(talk.server)
    #expect(talk.world.bind(talk.server, to: other))
  }

  @Test func `death undoes a binding from either side`() throws {
    let talk = try Conversation()
    #expect(talk.world.bind(talk.server, to: talk.notification))
    try talk.world.kill(5)
    talk.world.reschedule()
    #expect(talk.notification.object.bound == nil)
    #expect(talk.world.bind(talk.client, to: talk.notification))
    _ = try talk.world.revoke(11)
    try talk.world.drop(11)
    talk.world.reschedule()
    #expect(talk.client.object.notification == nil)
    talk.world.expectSound()
  }

  @Test func `a notification that goes ends the waits at it`() throws {
    let talk = try Conversation()
    talk.world.call(.receive, notification)
    _ = try talk.world.revoke(11)
    try talk.world.drop(11)
    talk.world.reschedule()
    #expect(talk.server.status == .peerDied)
    talk.world.expectSound()
  }

  @Test func `an unbadged signal has no bits, and wakes nobody`() throws {
    let talk = try Conversation(clientPriority: 70)
    talk.world.state.objects.stop(talk.client)
    talk.world.reschedule()
    #expect(talk.world.call(.notify, notification, .max) == .ok)
    #expect(talk.notification.object.bits == 0)
  }

  // MARK: Endpoints

  @Test func `a one-way message reaches a waiting receiver and owes no reply`() throws {
    let talk = try Conversation()
    talk.listen()
    #expect(
      talk.world.call(.notify, endpoint, MessageTag(label: 3, length: 32).rawValue, 1, 2, 3, 4)
        == .ok)
    #expect(talk.current == talk.server)
    #expect(talk.server.tag == MessageTag(label: 3, length: 32, flags: .oneWay))
    #expect(talk.server.words == [1, 2, 3, 4])
    #expect(talk.server.badge == Conversation.badge)
    #expect(talk.reply() == .wrongState)
    talk.world.expectSound()
  }

  @Test func `without a ring nothing waits`() throws {
    let talk = try Conversation(serverPriority: 40)
    #expect(talk.world.call(.notify, endpoint) == .retry)
  }

  @Test func `a ring keeps messages in order, as many as it has room for`() throws {
    let talk = try Conversation(serverPriority: 40, ring: 3)
    for round in 0..<3 as Range<UInt64> {
      for word in 0..<3 as Range<UInt64> {
        let tag = MessageTag(label: 7, length: 8).rawValue
        #expect(talk.world.call(.notify, endpoint, tag, 10 * round + word) == .ok)
      }
      #expect(talk.world.call(.notify, endpoint) == .retry)
      talk.world.state.objects.stop(talk.client)
      talk.world.reschedule()
      // One is left for the next round, so that the ring wraps around.
      for word in 0..<3 as Range<UInt64> {
        #expect(talk.world.call(.receive, endpoint) == .ok)
        #expect(talk.server.words[0] == 10 * round + word)
        #expect(talk.server.tag == MessageTag(label: 7, length: 8, flags: .oneWay))
        #expect(talk.server.badge == Conversation.badge)
      }
      #expect(talk.world.start(talk.client))
      talk.world.reschedule()
    }
    talk.world.expectSound()
  }

  @Test func `callers and ring take turns`() throws {
    let talk = try Conversation(serverPriority: 40, ring: 8)
    for _ in 0..<2 { talk.world.call(.notify, endpoint) }
    let others = try (0..<2).map { _ in try talk.secondClient() }
    for _ in 0...others.count { talk.call() }
    var kinds: [Bool] = []
    for index in 0..<5 {
      talk.world.call(.receive, endpoint)
      kinds.append(talk.server.tag.flags == .oneWay)
      if kinds[index] == false { talk.world.call(.saveReply, UInt64(40 + index)) }
    }
    #expect(kinds == [false, true, false, true, false])
    talk.world.expectSound()
  }

  @Test func `a long one-way message needs a buffer`() throws {
    let talk = try Conversation(ring: 8)
    let tag = MessageTag(label: 0, length: 33).rawValue
    #expect(talk.world.call(.notify, endpoint, tag) == .noBuffer)
  }

  @Test(arguments: [0, 513, .max] as [UInt32])
  func `a ring has 1 to 512 places`(capacity: UInt32) throws {
    let world = try World()
    #expect(throws: SyscallError.invalidArgument) {
      try world.create(.ringEndpoint(capacity: capacity), in: 10)
    }
    world.expectSound()
  }

  @Test func `a ring is paid for, or there is none`() throws {
    let world = try World(frames: 2048)
    try world.createProcess(order: 4, into: 5)
    let child = try #require(world.process(5)?.object.cspace)
    #expect(throws: SyscallError.noMemory) {
      for slot in 10..<60 as Range<UInt32> {
        try world.create(.ringEndpoint(capacity: 512), in: slot, by: child)
      }
    }
    world.expectSound()
    try world.kill(5)
    world.settle()
    world.expectSound()
  }

  @Test func `messages on a ring go with it`() throws {
    let talk = try Conversation(serverPriority: 40, ring: 100)
    for _ in 0..<100 { #expect(talk.world.call(.notify, endpoint) == .ok) }
    _ = try talk.world.revoke(10)
    try talk.world.drop(10)
    talk.world.settle()
    talk.world.expectSound()
  }
}

extension World {
  /// Binds a thread to a notification.
  func bind(_ thread: Ref<Thread>, to notification: Ref<Notification>) -> Bool {
    state.objects.bind(thread, to: notification)
  }
}
