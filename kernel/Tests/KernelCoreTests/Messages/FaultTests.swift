// Exceptions as messages: to the pager, to the fault endpoint, and to nobody.

import CapABI
import IPC
import KernelCore
import KernelMachine
import Testing

@Suite struct FaultTests {
  private let pageFault = UserFault(kind: .page, address: 0x5000, errorCode: 6)

  /// A conversation in which the server waits to hear of the client's faults.
  private func makeTalk(pager: Bool = true, server: UInt8 = 60) throws -> Conversation {
    let talk = try Conversation(serverPriority: server)
    if server > 50 { talk.listen() }
    if pager { talk.client.object.pager = CapSlot(rawValue: 10) }
    talk.client.object.context.rip = 0x1234
    talk.client.object.context.rsp = 0x8000
    return talk
  }

  private func fault(_ fault: UserFault, in talk: Conversation) {
    talk.world.enter { $0.fault(fault, on: talk.world.cpu) }
  }

  @Test func `a page fault is a call to the pager, in registers`() throws {
    let talk = try makeTalk()
    fault(pageFault, in: talk)
    #expect(talk.current == talk.server)
    #expect(talk.server.status == .ok)
    #expect(talk.server.badge == Conversation.badge)
    #expect(talk.server.tag == MessageTag(label: 8, length: 32, flags: .fromKernel))
    let id = talk.client.object.header.id
    #expect(talk.server.words == [0x5000, 0x1234, 0x8000, 6 | id << 32])
    #expect(talk.client.object.process.object.counters.faults == 1)
    talk.world.expectSound()
  }

  @Test func `a good answer lets the thread run its instruction again, registers untouched`() throws
  {
    let talk = try makeTalk()
    talk.client.object.context.rax = 99
    talk.client.object.context.r9 = 98
    fault(pageFault, in: talk)
    talk.world.call(.replyReceive, Conversation.endpoint, 0, 1, 2, 3, 4)
    #expect(talk.current == talk.client)
    #expect(talk.client.object.context.rip == 0x1234)
    #expect(talk.client.object.context.rax == 99)
    #expect(talk.client.object.context.r9 == 98)
    talk.world.expectSound()
  }

  @Test func `a fault waits until its pager receives`() throws {
    let talk = try makeTalk(server: 40)
    fault(pageFault, in: talk)
    #expect(talk.client.object.state == .calling)
    #expect(talk.world.call(.receive, Conversation.endpoint) == .ok)
    #expect(talk.server.tag.flags == .fromKernel)
    #expect(talk.reply() == .ok)
    #expect(talk.current == talk.client)
    talk.world.expectSound()
  }

  @Test func `a bad answer without a fault endpoint stops the thread`() throws {
    let talk = try makeTalk()
    fault(pageFault, in: talk)
    #expect(talk.world.call(.reply, Conversation.endpoint, 1) == .ok)
    #expect(talk.client.object.state == .stopped)
    talk.world.expectSound()
  }

  @Test(arguments: [FaultKind.divide, .protection, .invalidInstruction, .forbiddenSyscall])
  func `a pager hears of nothing but page faults`(kind: FaultKind) throws {
    let talk = try makeTalk()
    fault(UserFault(kind: kind), in: talk)
    #expect(talk.client.object.state == .stopped)
    #expect(talk.server.object.state == .receiving)
    #expect(talk.current == nil)
    talk.world.expectSound()
  }

  @Test(arguments: [0, 9, 11, 255, 256, .max] as [UInt32])
  func `a pager slot without a sendable endpoint is no handler`(slot: UInt32) throws {
    let talk = try makeTalk()
    talk.client.object.pager = CapSlot(rawValue: slot)
    fault(pageFault, in: talk)
    #expect(talk.client.object.state == .stopped)
    talk.world.expectSound()
  }

  @Test func `a capability that may not send is no handler`() throws {
    let talk = try makeTalk()
    try talk.world.install(10, to: 30, of: 6, rights: Rights.receive.rawValue)
    talk.client.object.pager = CapSlot(rawValue: 30)
    fault(pageFault, in: talk)
    #expect(talk.client.object.state == .stopped)
    #expect(talk.server.object.state == .receiving)
    talk.world.expectSound()
  }

  @Test func `a receiver that cannot take a report hears of the thread that it stopped`() throws {
    let talk = try makeTalk(pager: false, server: 40)
    talk.client.object.faultHandler = CapSlot(rawValue: 10)
    try talk.world.copy(11, to: 12, badge: 4)
    try talk.world.call(.bindNotification, World.pair(6, 12))
    let isBound = talk.world.state.objects.bind(talk.server, to: talk.notification)
    #expect(isBound)
    fault(UserFault(kind: .divide), in: talk)
    #expect(talk.client.object.state == .calling)
    // The server has no buffer for the report, so the client stops while the server receives.
    talk.world.call(.receive, Conversation.endpoint)
    #expect(talk.client.object.state == .stopped)
    #expect(talk.server.object.state == .ready)
    #expect(talk.server.tag.flags == .notified)
    #expect(talk.server.words[0] == 4)
    talk.world.expectSound()
  }

  @Test func `an endpoint of the kernel is no handler`() throws {
    let talk = try makeTalk()
    try talk.world.create(.endpoint(.time), in: 12)
    try talk.world.install(12, to: 30, of: 6)
    talk.client.object.pager = CapSlot(rawValue: 30)
    fault(pageFault, in: talk)
    #expect(talk.client.object.state == .stopped)
  }

  @Test func `a report needs a receiver with a buffer`() throws {
    let talk = try makeTalk(pager: false)
    talk.client.object.faultHandler = CapSlot(rawValue: 10)
    fault(UserFault(kind: .divide), in: talk)
    #expect(talk.client.object.state == .stopped)
    #expect(talk.server.object.state == .receiving)
    talk.world.expectSound()
  }

  @Test func `the death of the pager stops the thread`() throws {
    let talk = try makeTalk()
    fault(pageFault, in: talk)
    try talk.world.kill(5)
    talk.world.reschedule()
    #expect(talk.client.object.state == .stopped)
    talk.world.expectSound()
  }

  @Test func `RESOLVE_FAULT resumes through the reply owed or saved, once`() throws {
    let talk = try makeTalk()
    #expect(throws: SyscallError.wrongState) {
      try talk.world.state.objects.faultingThread(for: talk.server, saved: nil)
    }
    fault(pageFault, in: talk)
    #expect(
      try talk.world.state.objects.faultingThread(for: talk.server, saved: nil) == talk.client)
    talk.world.call(.saveReply, 40)
    let cspace = talk.server.object.process.object.cspace
    let slot = try #require(talk.world.slot(40, in: cspace))
    let client = try talk.world.state.objects.faultingThread(for: talk.server, saved: slot)
    talk.world.state.objects.resolveFault(of: client, by: talk.server, saved: slot)
    #expect(talk.client.object.state == .ready)
    #expect(talk.world.slot(40, in: cspace) == nil)
    talk.world.expectSound()
  }

  @Test func `RESOLVE_FAULT is not for calls, nor for other capabilities`() throws {
    let talk = try makeTalk()
    talk.call()
    #expect(throws: SyscallError.wrongState) {
      try talk.world.state.objects.faultingThread(for: talk.server, saved: nil)
    }
    let slot = try #require(talk.world.slot(10))
    #expect(throws: SyscallError.wrongType) {
      try talk.world.state.objects.faultingThread(for: talk.server, saved: slot)
    }
  }

  @Test func `a system call that the filter forbids is a fault with its number`() throws {
    let talk = try makeTalk(server: 40)
    talk.client.object.process.object.syscallFilter = SyscallFilter(.call)
    talk.client.object.faultHandler = CapSlot(rawValue: 10)
    talk.world.call(.yield)
    #expect(talk.client.object.state == .calling)
    talk.world.expectSound()
    talk.world.expectSound()
  }

  @Test func `what the filter allows is no fault`() throws {
    let talk = try makeTalk()
    talk.client.object.process.object.syscallFilter = SyscallFilter(.yield)
    #expect(talk.world.call(.yield) == .ok)
  }
}
