// ROOTD_REPORT: what it shows, what it ends, whom it refuses.

import CapABI
import KernelCore
import KernelMachine
import Testing

@Suite struct BootReportTests {
  /// Runs a call of a thread of the root task.
  private func report(
    _ kind: UInt64, _ number: UInt64, asRoot: Bool = true
  ) throws -> (result: ResultCode?, devices: SimulatedDevices, world: World) {
    let world = try World()
    let devices = SimulatedDevices()
    world.state.rootTask = asRoot ? world.root : nil
    world.state.platform.ownsSerial = true
    _ = try world.startThread()
    world.reschedule()
    let result = SimulatedMachine.$devices.withValue(devices) {
      world.call(.rootdReport, kind, number)
    }
    return (result, devices, world)
  }

  private func shown(_ devices: SimulatedDevices) -> String {
    String(decoding: devices.emitted, as: UTF8.self)
  }

  @Test func `a stage is shown by its name`() throws {
    let (result, devices, world) = try report(0, UInt64(RootdStage.memdReady.rawValue))
    #expect(result == .ok)
    #expect(shown(devices) == "ERIX_KERNEL:ROOTD_STAGE:MEMD_READY\n")
    #expect(devices.released.isEmpty && world.state.platform.ownsSerial)
  }

  @Test func `devices are given up at the stages of their drivers`() throws {
    let serial = try report(0, UInt64(RootdStage.serialReady.rawValue))
    #expect(serial.result == .ok && serial.devices.released == ["serial"])
    #expect(!serial.world.state.platform.ownsSerial)
    let screen = try report(0, UInt64(RootdStage.fbcondReady.rawValue))
    #expect(screen.result == .ok && screen.devices.released == ["screen"])
  }

  @Test(
    arguments: [
      (0, "READY", .rootdReady), (1, "FAILED", .rootdFailure),
      (2, "SERVICE_FAILED", .serviceFailure), (3, "UNKNOWN", .rootdFailure),
      (.max, "UNKNOWN", .rootdFailure),
    ] as [(UInt64, String, DebugExit)])
  func `a final status ends the emulator`(number: UInt64, name: String, code: DebugExit) throws {
    let (result, devices, _) = try report(1, number)
    #expect(result == .ok)
    #expect(shown(devices) == "ERIX_KERNEL:ROOTD_STATUS:\(name)\n")
    #expect(devices.released == ["emulator \(code.rawValue)"])
  }

  @Test(arguments: [(2, 0), (.max, 0), (0, 0), (0, 0xFFFF), (0, .max)] as [(UInt64, UInt64)])
  func `unknown kinds and stages are refused`(kind: UInt64, number: UInt64) throws {
    let (result, devices, _) = try report(kind, number)
    #expect(result == .invalidArgument)
    #expect(devices.emitted.isEmpty)
  }

  @Test func `others than the root task are refused`() throws {
    let (result, devices, _) = try report(1, 0, asRoot: false)
    #expect(result == .denied)
    #expect(devices.released.isEmpty)
  }

  @Test func `every stage has a name of its own`() {
    let names = Set(RootdStage.allCases.map { "\($0.name)" })
    #expect(names.count == RootdStage.allCases.count)
  }
}
