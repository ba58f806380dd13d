// The simulation itself: that it boots the system as it is, that a seed decides everything, and
// that boots to which something happens end as they should.

import CapABI
import Foundation
import Simulation
import Testing

// One after the other: there is one simulated machine.
@Suite(.serialized) struct SimulationTests {
  private static func series(undeclared: RoleID? = nil) throws -> BootSeries {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appendingPathComponent("integration/boot-config/system.json")
    return try BootSeries(
      configuration: Array(try Data(contentsOf: file)), undeclared: undeclared)
  }

  @Test func `the system comes up when nothing happens to it`() throws {
    let outcome = try Self.series().undisturbed(seed: 1)
    #expect(outcome.findings == [])
    #expect(outcome.exitCode == 0x10)
    #expect(outcome.console.contains("ERIX_KERNEL:ROOTD_STAGE:CRASHD_READY"))
  }

  @Test func `a seed decides every message`() throws {
    let series = try Self.series()
    for seed in 1...4 as ClosedRange<UInt64> {
      let first = try series.boot(seed: seed)
      let second = try series.boot(seed: seed)
      #expect(first.messages == second.messages)
      #expect(first.time == second.time)
      #expect(first.console == second.console)
    }
  }

  @Test func `two seeds give two layouts`() throws {
    let series = try Self.series()
    let first = try series.undisturbed(seed: 1)
    let second = try series.undisturbed(seed: 2)
    #expect(first.messages != second.messages)
  }

  @Test func `whatever happens, a boot is ready or says why not`() throws {
    let series = try Self.series()
    var codes: Set<UInt8> = []
    for seed in 1...24 as ClosedRange<UInt64> {
      let outcome = try series.boot(seed: seed)
      #expect(outcome.findings == [])
      outcome.exitCode.map { _ = codes.insert($0) }
    }
    // Ready, rootd's failure, a service's.
    #expect(codes.isSuperset(of: [0x10, 0x13, 0x14]))
  }

  @Test(arguments: [RoleID.named, .timed, .logd, .crashd, .blockd])
  func `what ends again and again is there again, and leaves nothing behind`(
    _ role: RoleID
  ) throws {
    let series = try Self.series()
    // When the start is over, and those are at work who use the services.
    let calls = try series.undisturbed(seed: 1).calls
    let misfortunes = [90, 92, 94, 96].map { Misfortune(.end(role), before: calls * $0 / 100) }
    let outcome = try series.boot(BootPlan(seed: 1, misfortunes))
    #expect(outcome.findings == [])
    #expect(outcome.exitCode == 0x10)
  }

  @Test(arguments: [RoleID.memd, .vspaced, .pagerd, .procd])
  func `the end of the foundation ends the system`(_ role: RoleID) throws {
    for call in [900, 1700] as [UInt64] {
      let plan = BootPlan(seed: 1, [Misfortune(.end(role), before: call)])
      let outcome = try Self.series().boot(plan)
      #expect(outcome.findings == [])
      #expect(outcome.exitCode == 0x13 || outcome.exitCode == 0x14)
    }
  }

  @Test func `what is not declared is noticed`() throws {
    let outcome = try Self.series(undeclared: .named).undisturbed(seed: 1)
    #expect(outcome.findings.contains { $0.hasPrefix("named holds endpoint in slot 1,") })
    #expect(outcome.findings.allSatisfy { $0.hasPrefix("named holds ") })
  }

  @Test func `without memory the boot fails and says so`() throws {
    let plan = BootPlan(seed: 1, [Misfortune(.denyMemory(count: 1), before: 0)])
    let outcome = try Self.series().boot(plan)
    #expect(outcome.findings == [])
    #expect(outcome.exitCode == 0x13)
    #expect(outcome.console.contains { $0.contains("ROOTD:FAIL:REFUSED:") })
  }
}
