// Priority inheritance: along one call, along chains, from queued callers, and its end.

import CapABI
import KernelCore
import KernelMachine
import Testing

@Suite struct InheritanceTests {
  @Test func `a receiver is as urgent as its caller until it answers`() throws {
    let talk = try Conversation(serverPriority: 60, clientPriority: 50)
    talk.listen()
    talk.world.state.objects.setPriority(talk.server, to: 20)
    talk.world.reschedule()
    talk.call()
    #expect(talk.server.object.priority == 50)
    talk.reply()
    #expect(talk.server.object.priority == 20)
    #expect(talk.current == talk.client)
    talk.world.expectSound()
  }

  @Test func `saving the reply ends the donation`() throws {
    let talk = try Conversation(serverPriority: 60, clientPriority: 50)
    talk.listen()
    talk.world.state.objects.setPriority(talk.server, to: 20)
    talk.world.reschedule()
    talk.call()
    talk.world.call(.saveReply, 40)
    #expect(talk.server.object.priority == 20)
    talk.world.expectSound()
  }

  @Test func `the bound server inherits from callers that wait`() throws {
    let talk = try Conversation(serverPriority: 10)
    #expect(talk.world.serve(talk.endpoint, by: talk.server))
    talk.call()
    #expect(talk.server.object.priority == 50)
    let urgent = try talk.secondClient(priority: 90)
    talk.call()
    #expect(talk.server.object.priority == 90)
    // The wait of the more urgent caller ends with its life.
    talk.world.state.objects.stop(urgent)
    talk.world.reschedule()
    #expect(talk.server.object.priority == 50)
    talk.world.expectSound()
  }

  @Test func `without a binding queued callers lend nothing`() throws {
    let talk = try Conversation(serverPriority: 10)
    talk.call()
    #expect(talk.server.object.priority == 10)
  }

  @Test func `an endpoint has one server`() throws {
    let talk = try Conversation()
    #expect(talk.world.serve(talk.endpoint, by: talk.server))
    #expect(!talk.world.serve(talk.endpoint, by: talk.client))
    #expect(talk.world.serve(talk.endpoint, by: talk.server))
    try talk.world.kill(5)
    talk.world.reschedule()
    #expect(talk.endpoint.object.server == nil)
    #expect(talk.world.serve(talk.endpoint, by: talk.client))
    talk.world.expectSound()
  }

  @Test func `a chain of calls passes urgency on to its end, and takes it back`() throws {
    let chain = try Chain(length: 12)
    let urgent = try chain.world.startThread(priority: 200)
    chain.world.reschedule()
    chain.world.call(.call, 20)
    #expect(chain.threads.map { $0.object.priority } == Array(repeating: 200, count: 12))
    chain.world.state.objects.stop(urgent)
    chain.world.reschedule()
    #expect(chain.threads.map { $0.object.priority } == Array(repeating: 30, count: 12))
    chain.world.expectSound()
  }

  @Test func `an interrupt breaks the propagation off, and the next exit goes on`() throws {
    let chain = try Chain(length: 12)
    _ = try chain.world.startThread(priority: 200)
    chain.world.reschedule()
    chain.world.devices.looksUntilInterrupt = 3
    chain.world.call(.call, 20)
    let raised = chain.threads.filter { $0.object.priority == 200 }.count
    #expect(raised > 0 && raised < 12)
    chain.world.expectSound()
    chain.world.reschedule()
    #expect(chain.threads.allSatisfy { $0.object.priority == 200 })
    chain.world.expectSound()
  }

  @Test func `the end of a thread between caller and server leaves no donation behind`() throws {
    let talk = try Conversation(serverPriority: 10, clientPriority: 50)
    #expect(talk.world.serve(talk.endpoint, by: talk.server))
    try talk.world.create(.endpoint(.generic), in: 12)
    for process in 5...6 as ClosedRange<UInt32> { try talk.world.install(12, to: 30, of: process) }
    let middle = try talk.world.makeThread(priority: 90, of: talk.world.process(5), in: 50)
    #expect(talk.world.start(middle))
    talk.world.reschedule()
    talk.world.call(.receive, 30)
    talk.world.call(.call, 30)
    #expect(talk.current == middle)
    talk.world.call(.call, Conversation.endpoint)
    #expect(talk.server.object.priority == 90)
    // It dies while it inherits and lends; whoever looked at it last must not find it freed.
    try talk.world.drop(50, by: talk.server.object.process.object.cspace)
    talk.world.settle()
    #expect(talk.server.object.priority == 10)
    #expect(talk.client.status == .peerDied)
    talk.world.expectSound()
  }

  @Test func `a ring of calls comes to rest`() throws {
    let chain = try Chain(length: 5)
    // The last thread, which runs, calls the first: now all wait for each other.
    #expect(chain.world.cpu.object.current == chain.threads[4])
    chain.world.call(.call, 20)
    #expect(chain.world.cpu.object.current == nil)
    chain.world.state.objects.setPriority(chain.threads[2], to: 90)
    chain.world.reschedule()
    #expect(chain.threads.allSatisfy { $0.object.priority == 90 })
    chain.world.expectSound()
  }
}

/// Threads of one process, each of which waits at the endpoint of the next; the last one runs.
private struct Chain {
  let world: World
  let threads: [Ref<Thread>]
  let endpoints: [Ref<Endpoint>]

  init(length: Int) throws {
    let world = try World(frames: 2048)
    var threads: [Ref<Thread>] = []
    var endpoints: [Ref<Endpoint>] = []
    for slot in 20..<UInt32(20 + length) {
      try world.create(.endpoint(.generic), in: slot)
      endpoints.append(try #require(world.slot(slot)?.object.object).cast(to: Endpoint.self))
    }
    for index in 0..<length {
      threads.append(try world.startThread(priority: 30))
      #expect(world.serve(endpoints[index], by: threads[index]))
      world.reschedule()
      if index < length - 1 { world.call(.call, UInt64(21 + index)) }
    }
    self.world = world
    self.threads = threads
    self.endpoints = endpoints
  }
}
