// The driver: waited for at the start, missed, found again.

import Bootstrap
import CapABI
import IPC
import SerialdCore
import Service
import ServiceTesting
import Testing

struct DriverTests {
  @Test func `seriald starts when deviced has a driver`() throws {
    let around = Surroundings()
    around.resolutions = [.retry, .retry]
    let scene = try Scene(around)
    #expect(around.halCount == 1 && around.providerCount == 1)
    let waits = scene.kernel.waits
    #expect(waits.count == 2 && waits.allSatisfy { $0 != nil })
    #expect(try scene.status().providerCount == 1)
  }

  @Test func `without a serial port there is no console`() {
    let around = Surroundings()
    around.resolutions = [.retry, .notFound]
    #expect(throws: ReadinessCode.deviceAbsent) { _ = try Scene(around) }
  }

  @Test func `a deviced that refuses stops the start`() {
    let around = Surroundings()
    around.resolutions = [.denied]
    #expect(throws: ReadinessCode.peerUnavailable) { _ = try Scene(around) }
  }

  @Test func `a driver that dies while somebody types comes back, and the line with it`() throws {
    let scene = try Scene()
    try scene.readLine("> ")
    scene.type("ab")
    _ = scene.look()
    scene.around.driverTrouble = .peerDied
    scene.type("c")
    try scene.write("missing nothing\n")
    #expect(try !scene.status().hasDriver)
    #expect(scene.look() == "")
    // The new driver counts from higher numbers, and has what was typed after its start.
    scene.around.driverTrouble = nil
    scene.around.typedStart = 90_000
    scene.signal(2)
    let status = try scene.status()
    #expect(status.hasDriver && status.providerCount == 2)
    #expect(scene.look().contains("missing nothing\r\n"))
    scene.type("d\r")
    #expect(try scene.line().text == "abcd")
  }

  @Test func `deviced is asked again after a while`() throws {
    let scene = try Scene()
    scene.around.driverTrouble = .timedOut
    try scene.write("hello\n")
    let limit = try #require(scene.seriald.deadline)
    #expect(limit >= scene.around.time + 999_000_000)
    scene.around.resolutions = [.retry]
    scene.kernel.arriveTime()
    scene.kernel.run(&scene.seriald)
    #expect(try !scene.status().hasDriver)
    scene.around.driverTrouble = nil
    scene.kernel.arriveTime()
    scene.kernel.run(&scene.seriald)
    #expect(scene.look() == "hello\r\n" && scene.seriald.deadline == nil)
  }

  @Test func `calls of the driver have a limit`() throws {
    let scene = try Scene()
    try scene.write("hello\n")
    let calls = scene.kernel.calls.filter { $0.slot.rawValue == ServiceSlot.firstFree }
    #expect(!calls.isEmpty && calls.allSatisfy { $0.message.tag.flags.contains(.deadline) })
  }

  @Test func `the driver's counters are passed on`() throws {
    let scene = try Scene()
    #expect(try scene.status().port.receivedCount == 42)
    scene.around.driverTrouble = .timedOut
    let without = try scene.status()
    #expect(without.port.receivedCount == 0 && !without.hasDriver)
  }
}
