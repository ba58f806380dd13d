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
      (.rule(.priorityZero(.memd)), "RULE:priorityZero:memd"),
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
      (LaunchRuleError.unknownRole(RoleID(rawValue: 0x999)), "unknownRole:role-999"),
      (.duplicateRole(.memd), "duplicateRole:memd"),
      (.wrongLaunchKind(.memd, found: .driver), "wrongLaunchKind:memd"),
      (.missingLauncher(.irqd, launcher: .procd), "missingLauncher:irqd:procd"),
      (.affinityZero(.memd), "affinityZero:memd"), (.budgetZero(.memd), "budgetZero:memd"),
      (.badCSpaceSize(.memd, found: 65), "badCSpaceSize:memd:65"),
      (.noSyscalls(.memd), "noSyscalls:memd"),
      (.badRestartPolicy(.logd), "badRestartPolicy:logd"),
      (.foundationPolicy(.memd), "foundationPolicy:memd"),
      (.wrongValidation(.memd, found: .intent), "wrongValidation:memd"),
      (.requiredDriver(.drvSerial), "requiredDriver:drv-serial"),
      (.budgetExceeded(total: 9, available: 8), "budgetExceeded:9:8"),
      (.selfDependency(.logd), "selfDependency:logd"),
      (.missingDependency(.logd, dependency: .timed), "missingDependency:logd:timed"),
      (.driverDependency(.logd, driver: .drvSerial), "driverDependency:logd:drv-serial"),
      (.foundationOrder(.memd, dependency: .procd), "foundationOrder:memd:procd"),
      (.dependencyCycle(.logd, dependency: .timed), "dependencyCycle:logd:timed"),
      (.selfEdge(.logd), "selfEdge:logd"),
      (.missingPeer(.logd, peer: .timed), "missingPeer:logd:timed"),
      (.badgeZero(.logd, peer: .timed), "badgeZero:logd:timed"),
      (
        .badgeOutsideFaces(.logd, peer: .timed, Badge(rawValue: 16)),
        "badgeOutsideFaces:logd:timed:0x10"
      ),
      (
        .duplicateBadge(.logd, other: .crashd, peer: .timed, Badge(rawValue: 16)),
        "duplicateBadge:logd:crashd:timed:0x10"
      ),
      (.supervisorCall(.procd, peer: .logd), "supervisorCall:procd:logd"),
      (.callWithoutDeadline(.logd, peer: .timed), "callWithoutDeadline:logd:timed"),
      (.callCycle(.memd, peer: .rootd), "callCycle:memd:rootd"),
      (
        .capabilityOutsideCSpace(.memd, CapSlot(rawValue: 99)), "capabilityOutsideCSpace:memd:99"
      ),
      (
        .undeclaredEdge(.logd, peer: .timed, Badge(rawValue: 16)), "undeclaredEdge:logd:timed:0x10"
      ),
      (
        .edgeWithoutCapability(.logd, peer: .timed, Badge(rawValue: 16)),
        "edgeWithoutCapability:logd:timed:0x10"
      ),
      (.intakeMismatch(.memd, .missing(.null)), "intakeMismatch:memd"),
    ])
  func `a broken rule is told with its roles`(_ rule: LaunchRuleError, _ expected: String) {
    #expect(text(.rule(rule)) == "ROOTD:FAIL:RULE:" + expected)
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
