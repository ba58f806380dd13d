// How a boot that fails is told: the line names step and service, the status who is to blame.

import Bootstrap
import CapABI
import Handoff
import RootdCore
import Runtime
import Testing

struct BootFailureTests {
  private func text(_ failure: BootFailure) -> String {
    let line = failure.line
    return String(decoding: (0..<line.count).map { line[$0] }, as: UTF8.self)
  }

  @Test(
    arguments: [
      (BootFailure.handoff(.badMagic(found: 0)), "HANDOFF"),
      (.inventory(.missing(.null)), "INVENTORY"),
      (.capability(CapSlot(rawValue: 2128)), "CAPABILITY:2128"),
      (.configuration(.badMagic(found: 0)), "CONFIGURATION"),
      (.rule(.priorityZero(.memd)), "RULE"),
      (.noSeed, "NO_SEED"),
      (.service(.rootd, .forcedFailure), "SERVICE:rootd:FORCED_FAILURE"),
      (.image(.memd), "IMAGE:memd"),
      (.refused(.vspaced, .noMemory), "REFUSED:vspaced:NO_MEMORY"),
      (.refused(.rootd, ResultCode(rawValue: 999)), "REFUSED:rootd:UNKNOWN"),
    ])
  func `what rootd itself could not do is its own failure`(
    _ failure: BootFailure, _ expected: String
  ) {
    #expect(text(failure) == "ROOTD:FAIL:" + expected)
    #expect(failure.status == .failed)
  }

  @Test(
    arguments: [
      (BootFailure.service(.memd, .forcedFailure), "SERVICE:memd:FORCED_FAILURE"),
      (.service(.pagerd, ReadinessCode(rawValue: 999)), "SERVICE:pagerd:UNKNOWN"),
      (.silent(.procd), "SILENT:procd"),
      (.ended(.memd), "ENDED:memd"),
      (.program(RoleID(rawValue: 0x1A01), 7), "PROGRAM:program-1a01:7"),
    ])
  func `what a service did not do is the service's failure`(
    _ failure: BootFailure, _ expected: String
  ) {
    #expect(text(failure) == "ROOTD:FAIL:" + expected)
    #expect(failure.status == .serviceFailed)
  }
}
