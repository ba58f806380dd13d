// What crash-test does when it is told to end, and who may tell it.

import CapABI
import CrashTestCore
import IPC
import Service
import ServiceTesting
import Sys
import Testing

/// Writes down how the process would end.
private struct NotedEnding: Ending {
  var choices: [FaultChoice] = []

  mutating func end(_ choice: FaultChoice) { choices.append(choice) }
}

struct CrashTestTests {
  private let kernel = TestKernel()
  private let client = Badge(rawValue: 0x1_0051)

  /// What a request is answered with, and how the process would have ended.
  private func ask(
    _ request: CrashTestRequest, as badge: Badge
  ) throws -> (code: ResultCode?, choices: [FaultChoice]) {
    var server = CrashTest(NotedEnding())
    do {
      let _: (reply: CrashTestReply, capabilities: [TestCapability]) = try kernel.ask(
        &server, request, badge: badge)
      return (nil, server.ending.choices)
    } catch let code as ResultCode {
      return (code, server.ending.choices)
    }
  }

  @Test func `its face is that of the boot configuration`() throws {
    #expect(try DeclaredService(.crashTest).face("public") == CrashTestFaces.client)
  }

  @Test(arguments: [FaultChoice.trap, .stack, .forbidden, .exit])
  func `it ends as it is told`(choice: FaultChoice) throws {
    let (code, choices) = try ask(.fault(choice), as: client)
    #expect(choices == [choice])
    // Only a process that did not end gets as far as a reply.
    #expect(code == .internal)
  }

  @Test(arguments: [UInt64(0), 0xFFFF, 0x2_0051, 0x5_0051, .max])
  func `a badge of another face is denied`(badge: UInt64) throws {
    let (code, choices) = try ask(.fault(.trap), as: Badge(rawValue: badge))
    #expect(code == .denied)
    #expect(choices == [])
  }

  @Test func `what does not decode ends nothing`() throws {
    var server = CrashTest(NotedEnding())
    let message = TestMessage(MessageTag(label: 0x590, length: 8), [9, 0, 0, 0, 0, 0, 0, 0])
    kernel.arrive(message, badge: client)
    kernel.arrive(TestMessage(MessageTag(label: 0x591)), badge: client)
    kernel.run(&server)
    #expect(kernel.replies.map(\.message.tag.result) == [.invalidArgument, .unsupported])
    #expect(server.ending.choices == [])
  }
}
