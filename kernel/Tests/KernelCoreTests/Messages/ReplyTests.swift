// Replies that come late or never: saved, stale, abandoned, and ended by death.

import CapABI
import KernelCore
import KernelMachine
import Testing

@Suite struct ReplyTests {
  /// A conversation in which the client waits for the server's answer.
  private func makeTalk() throws -> Conversation {
    let talk = try Conversation()
    talk.listen()
    talk.call()
    return talk
  }

  @Test func `a saved reply answers its caller once`() throws {
    let talk = try makeTalk()
    #expect(talk.world.call(.saveReply, 40) == .ok)
    #expect(talk.server.object.client == nil)
    let slot = try #require(talk.world.slot(40, in: talk.server.object.process.object.cspace))
    #expect(slot.object.type == .reply)
    #expect(slot.object.rights == .send)
    #expect(talk.reply(through: 40, word: 6) == .ok)
    #expect(talk.client.words[0] == 6)
    #expect(talk.client.object.state == .ready)
    #expect(talk.reply(through: 40) == .emptySlot)
    talk.world.expectSound()
  }

  @Test func `the server serves others while a reply is saved`() throws {
    let talk = try makeTalk()
    talk.world.call(.saveReply, 40)
    talk.listen()
    let other = try talk.secondClient()
    talk.call(word: 9)
    #expect(talk.current == talk.server)
    #expect(talk.server.object.client == other)
    #expect(talk.reply(through: 40) == .ok)
    #expect(talk.reply() == .ok)
    #expect(talk.client.object.state == .ready)
    #expect(other.object.state == .ready)
    talk.world.expectSound()
  }

  @Test func `REPLY_RECV through a Reply capability receives at the endpoint that is served`()
    throws
  {
    let talk = try makeTalk()
    talk.world.call(.saveReply, 40)
    #expect(talk.world.call(.replyReceive, 40) == .wrongState)
    #expect(talk.world.serve(talk.endpoint, by: talk.server))
    talk.world.call(.replyReceive, 40)
    #expect(talk.server.object.state == .receiving)
    #expect(talk.current == talk.client)
    talk.world.expectSound()
  }

  @Test func `a dropped Reply capability abandons the caller`() throws {
    let talk = try makeTalk()
    talk.world.call(.saveReply, 40)
    #expect(talk.world.call(.dropLocalCap, 40) == .ok)
    #expect(talk.client.status == .abandoned)
    #expect(talk.client.object.state == .ready)
    talk.world.expectSound()
  }

  @Test func `receiving again abandons the caller`() throws {
    let talk = try makeTalk()
    talk.world.call(.receive, Conversation.endpoint)
    #expect(talk.client.status == .abandoned)
    #expect(talk.current == talk.client)
    #expect(talk.server.object.state == .receiving)
    talk.world.expectSound()
  }

  @Test func `stopping the server abandons the caller`() throws {
    let talk = try makeTalk()
    let slot = talk.world.freeSlot(in: talk.world.cspace)
    try talk.world.state.grant(
      talk.server, to: talk.world.cspace, slot: CapSlot(rawValue: slot))
    try talk.world.call(.stopThread, through: .thread, UInt64(slot))
    #expect(talk.server.object.state == .stopped && talk.server.object.client == nil)
    #expect(talk.client.status == .abandoned)
    talk.world.reschedule()
    #expect(talk.current == talk.client)
    talk.world.expectSound()
  }

  @Test func `a failed RECV abandons nobody`() throws {
    let talk = try makeTalk()
    #expect(talk.world.call(.receive, 20) == .emptySlot)
    #expect(talk.client.object.state == .awaitingReply)
    #expect(talk.reply() == .ok)
  }

  @Test func `the death of the server reaches its caller`() throws {
    let talk = try makeTalk()
    try talk.world.kill(5)
    talk.world.settle()
    talk.world.reschedule()
    #expect(talk.current == talk.client)
    #expect(talk.client.status == .peerDied)
    talk.world.expectSound()
  }

  @Test func `so it does when the reply was saved`() throws {
    let talk = try makeTalk()
    talk.world.call(.saveReply, 40)
    try talk.world.kill(5)
    talk.world.reschedule()
    #expect(talk.client.status == .peerDied)
    talk.world.expectSound()
  }

  @Test func `calls wait for the next server when one dies`() throws {
    let talk = try makeTalk()
    let other = try talk.secondClient()
    talk.world.state.objects.setPriority(other, to: 70)
    talk.world.reschedule()
    talk.call()
    #expect(other.object.state == .calling)
    try talk.world.kill(5)
    talk.world.reschedule()
    #expect(other.object.state == .calling)
    talk.world.expectSound()
  }

  @Test func `an answer to a caller that died goes nowhere`() throws {
    let talk = try makeTalk()
    try talk.world.kill(6)
    talk.world.settle()
    talk.world.reschedule()
    #expect(talk.server.object.client == nil)
    #expect(talk.reply() == .ok)
    #expect(talk.reply() == .wrongState)
    talk.world.expectSound()
  }

  @Test func `so it does through the endpoint of the call alone`() throws {
    let talk = try makeTalk()
    try talk.world.create(.endpoint(.generic), in: 12)
    try talk.world.install(12, to: 30, of: 5)
    try talk.world.kill(6)
    talk.world.settle()
    talk.world.reschedule()
    #expect(talk.reply(through: 30) == .wrongState)
    #expect(talk.reply() == .ok)
    talk.world.expectSound()
  }

  @Test func `a saved reply goes with its caller`() throws {
    let talk = try makeTalk()
    talk.world.call(.saveReply, 40)
    try talk.world.kill(6)
    talk.world.reschedule()
    #expect(talk.reply(through: 40) == .emptySlot)
    talk.world.settle()
    talk.world.expectSound()
  }

  @Test func `a stale Reply capability is harmless`() throws {
    let talk = try makeTalk()
    talk.world.call(.saveReply, 40)
    talk.world.state.objects.stop(talk.client)
    #expect(talk.world.start(talk.client))
    talk.listen()
    talk.call(word: 3)
    talk.world.call(.saveReply, 41)
    #expect(talk.reply(through: 40) == .ok)
    #expect(talk.client.object.state == .awaitingReply)
    #expect(talk.reply(through: 41) == .ok)
    #expect(talk.client.object.state == .ready)
    talk.world.expectSound()
  }

  @Test func `Reply capabilities move and are never copied`() throws {
    let talk = try makeTalk()
    talk.world.call(.saveReply, 40)
    #expect(talk.world.call(.copyLocalCap, 40, 41, 1) == .denied)
    #expect(talk.world.call(.moveLocalCap, 40, 41) == .ok)
    #expect(talk.client.object.state == .awaitingReply)
    #expect(talk.reply(through: 41) == .ok)
    talk.world.expectSound()
  }

  @Test func `SAVE_REPLY needs a reply owed and an empty slot`() throws {
    let talk = try makeTalk()
    #expect(talk.world.call(.saveReply, 0) == .slotOutOfRange)
    #expect(talk.world.call(.saveReply, 1 << 32 | 40) == .slotOutOfRange)
    #expect(talk.world.call(.saveReply, 10) == .occupiedSlot)
    #expect(talk.world.call(.saveReply, 40) == .ok)
    #expect(talk.world.call(.saveReply, 41) == .wrongState)
    talk.world.expectSound()
  }

  @Test func `SAVE_REPLY without memory for the slot changes nothing`() throws {
    let talk = try makeTalk()
    try talk.world.exhaust(talk.server.object.process)
    #expect(talk.world.call(.saveReply, 200) == .noMemory)
    #expect(talk.reply() == .ok)
    talk.world.expectSound()
  }

  @Test func `an endpoint that goes ends the waits at it`() throws {
    let talk = try Conversation(serverPriority: 10)
    let other = try talk.secondClient()
    talk.call()
    talk.call()
    #expect(talk.current == talk.server)
    for slot in [10] as [UInt32] { _ = try talk.world.revoke(slot) }
    try talk.world.drop(10)
    talk.world.reschedule()
    #expect(talk.client.status == .peerDied)
    #expect(other.status == .peerDied)
    talk.world.settle()
    talk.world.expectSound()
  }

  @Test func `receivers learn of it, too`() throws {
    let talk = try Conversation()
    talk.listen()
    _ = try talk.world.revoke(10)
    try talk.world.drop(10)
    talk.world.reschedule()
    #expect(talk.server.status == .peerDied)
    #expect(talk.current == talk.server)
    talk.world.expectSound()
  }
}

extension World {
  /// Makes a thread the server of an endpoint.
  func serve(_ endpoint: Ref<Endpoint>, by thread: Ref<Thread>) -> Bool {
    state.objects.serve(endpoint, by: thread)
  }

  /// Leaves a process no page in its budget.
  func exhaust(_ process: Ref<Process>) throws {
    let cspace = try #require(process.object.cspace)
    for index in 1..<cspace.object.slotCount where slot(index, in: cspace) == nil {
      do throws(SyscallError) {
        try create(.cspace(slotCount: 1 << 15), in: index, by: cspace)
      } catch {
        guard error == .noMemory else { throw error }
        return
      }
    }
  }
}
