// Registering with named: with what, when, and what it makes of refusals.

import Bootstrap
import CapABI
import IPC
import Runtime
import Service
import ServiceTesting
import Sys
import Testing

struct RegistrationTests {
  let kernel = TestKernel()

  init() {
    kernel.slots[StartupSlot.endpoint.rawValue] = TestCapability(
      .endpoint, .send | .receive, name: "own")
    kernel.slots[StartupSlot.names.rawValue] = TestCapability(
      .endpoint, .send | .grant, name: "named")
  }

  @Test func `the own endpoint goes along with SEND alone`() throws {
    let kernel = kernel
    let expected = try #require(ServiceTuple(.timed))
    kernel.serve(StartupSlot.names, NamedRequest.self) { request, capabilities in
      #expect(request == .register(expected))
      #expect(capabilities == [TestCapability(.endpoint, .send, name: "own")])
      return (NamedReply.register, [])
    }
    var system = kernel.system
    try system.register(.timed)
  }

  @Test func `a registration that stands is good`() throws {
    kernel.serve(StartupSlot.names, NamedRequest.self) {
      (_, _) -> (NamedReply, [TestCapability]) in throw ResultCode.exists
    }
    var system = kernel.system
    try system.register(.timed)
  }

  @Test func `any other refusal ends the start`() {
    kernel.serve(StartupSlot.names, NamedRequest.self) {
      (_, _) -> (NamedReply, [TestCapability]) in throw ResultCode.notFound
    }
    var system = kernel.system
    #expect(throws: ReadinessCode.peerUnavailable) { try system.register(.timed) }
  }

  @Test func `who has no way to named does not register`() throws {
    kernel.slots[StartupSlot.names.rawValue] = nil
    var system = kernel.system
    try system.register(.timed)
  }
}
