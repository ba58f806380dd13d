// The root task: checks what the kernel gave it, reads the boot configuration, makes an endpoint
// for every service, starts the foundation, has procd start the rest, and tells the kernel how far
// it got. It holds everything at first and gives away exactly what is declared.

import Bootstrap
import Bytes
public import CapABI
import Crypto
import Handoff
import IPC
public import Runtime
import Store
public import Sys

/// The boot of the system, step by step.
public struct Rootd<S: System>: ~Copyable {
  var system: S
  let log: Log
  var random: HMACDRBG
  let switches: CommandSwitches
  let profile: BuildProfile
  let wallOffset: UInt64
  var scratch: Region
  /// Programs that the boot is not over without, by their places in the configuration.
  var unfinished: UInt64 = 0
}

extension Rootd {
  /// Pages of rootd's own memory, as a power of two: 1 MiB to prepare images in.
  private static var heapOrder: UInt64 { 8 }

  /// Checks the inventory, and takes memory for itself and the foundation.
  ///
  /// - Parameters:
  ///   - start: What the kernel gave.
  ///   - system: The kernel.
  /// - Throws: The first thing that is not as it must be.
  public init(_ start: borrowing RootStart, _ system: consuming S) throws(BootFailure) {
    guard let handoff = start.handoff else { throw .handoff(.badMagic(found: 0)) }
    do throws(IntakeError) { try handoff.checkInventory() } catch { throw .inventory(error) }
    for index in 0..<handoff.capabilities.count {
      guard let expected = handoff.capabilities[index]?.descriptor else { continue }
      guard let found = try? system.query(expected.slot), found.type == expected.type.rawValue,
        found.rights == expected.rights, found.kind == expected.kind.rawValue
      else { throw .capability(expected.slot) }
    }
    let heap: Region
    do throws(ResultCode) {
      try Self.takeMemory(handoff, &system)
      heap = try start.makeHeap(
        from: RootdSlots.memory, order: Self.heapOrder, scratch: RootdSlots.scratch, &system)
    } catch {
      throw .refused(.rootd, error)
    }
    let info = handoff.info
    random = try Self.makeRandom(info.entropy)
    switches = info.switches
    profile = info.identity.profile
    wallOffset = EnvelopeInfo.wallOffset(of: info.wallClock)
    log = Log(RootSlot.log.slot, buffer: start.buffer)
    scratch = heap
    self.system = system
  }

  /// The generator that every seed and every place of the system comes from.
  private static func makeRandom(_ entropy: Entropy) throws(BootFailure) -> HMACDRBG {
    guard entropy.source != .none else { throw .noSeed }
    let seed = entropy.seed
    let bytes = seed.rawBytes
    do {
      return try HMACDRBG(
        entropy: bytes.extracting(0..<48), nonce: bytes.extracting(48..<64),
        personalization: bytes.extracting(0..<0))
    } catch {
      throw .noSeed
    }
  }

  /// Splits off what the foundation is made from: half of the largest piece of RAM, at most
  /// 16 MiB.
  private static func takeMemory(
    _ handoff: borrowing RootHandoff, _ system: inout S
  ) throws(ResultCode) {
    var best = RootUntyped(base: 0, slot: .null, sizeBits: 0, isDevice: true)
    for index in 0..<handoff.untypeds.count {
      guard let untyped = handoff.untypeds[index], !untyped.isDevice else { continue }
      if untyped.sizeBits > best.sizeBits { best = untyped }
    }
    guard best.sizeBits > 22 else { throw .noMemory }
    try system.control(
      .split(best.slot, order: UInt64(min(best.sizeBits - 1, 24) - 12), into: RootdSlots.memory),
      on: RootSlot.objects.slot)
  }

  /// Brings the system up.
  ///
  /// - Parameter start: What the kernel gave.
  /// - Throws: Why the boot ends.
  public mutating func boot(_ start: borrowing RootStart) throws(BootFailure) {
    report(.handoffValid)
    guard let module = start.bootConfiguration, let bytes = start.bytes(of: module) else {
      throw .configuration(.badMagic(found: 0))
    }
    let config: BootConfig
    do { config = try BootConfig(decoding: bytes) } catch { throw .configuration(error) }
    let order: LaunchOrder
    do { order = try config.checkRules() } catch { throw .rule(error) }
    report(.bootConfigValid)
    guard switches.forceFail != .rootd else { throw .service(.rootd, .forcedFailure) }
    try takeOwnPriority(config)
    try makeEndpoints(config)
    try makeConfigurationFrame(config, bytes, start)
    var arePrepared = false
    for position in 0..<order.count {
      guard let index = order[position], let service = config.services[index] else { continue }
      if !arePrepared, service.mayOwnDrivers {
        prepareDrivers(order, config)
        arePrepared = true
      }
      switch service.launchKind {
      case .rootd: try launchFoundation(service, at: index, config, start)
      case .procd:
        do throws(BootFailure) { try launch(service, at: index, config) } catch {
          // The system comes up without what is not required; the log says so.
          guard !service.isRequired else { throw error }
          tell(error.line)
        }
        // The last one that everything else is built on.
        if service.role == .crashd { tellMemory("FOUNDATION:", start) }
      case .program: try launchProgram(service, at: index, config)
      // Drivers are deviced's (prepared above), and rootd runs.
      case .driver, .kernel: break
      }
    }
    report(.systemReady)
    tellTime()
    tellMemory("USED:", start)
    if switches.flags.contains(.audit) { try tellAuthority(config) }
  }

  /// How long the start took, in the kernel's log.
  private mutating func tellTime() {
    guard let time = try? system.now() else { return }
    var line = TextLine("ROOTD:UP_NANOSECONDS:")
    line.append(decimal: time)
    tell(line)
  }

  /// How much memory is in use, and how much the kernel gave, in the kernel's log.
  ///
  /// In use is what the foundation was made from, and what memd gave out until now. What a
  /// process's budget has free counts as in use: nobody else can have it.
  private mutating func tellMemory(_ name: StaticString, _ start: borrowing RootStart) {
    guard let handoff = start.handoff else { return }
    var given: UInt64 = 0
    // The piece for the foundation is taken from one of the others.
    var free = pages(in: RootdSlots.memory).free
    for index in 0..<handoff.untypeds.count {
      guard let untyped = handoff.untypeds[index], !untyped.isDevice else { continue }
      let found = pages(in: untyped.slot)
      given += found.total
      free += found.free
    }
    var line = TextLine("ROOTD:MEMORY_KIB:")
    line.append(name)
    // Nothing is free that was not given.
    line.append(decimal: (given - min(free, given)) * 4)
    line.append(":")
    line.append(decimal: given * 4)
    tell(line)
  }

  private mutating func pages(in slot: CapSlot) -> (total: UInt64, free: UInt64) {
    guard let answer = try? system.control(.queryCap(slot), on: RootSlot.memory.slot) else {
      return (0, 0)
    }
    return (answer.word2, answer.word3)
  }

  /// Runs as the configuration says: the kernel starts rootd like any thread, below the services,
  /// and whoever keeps these busy would hold up the boot.
  private mutating func takeOwnPriority(_ config: borrowing BootConfig) throws(BootFailure) {
    guard let own = config.services[0], own.role == .rootd else { return }
    do throws(ResultCode) {
      try system.control(
        .setPriority(of: RootSlot.thread.slot, UInt64(own.priority)),
        on: RootSlot.threadControl.slot)
    } catch {
      throw .refused(.rootd, error)
    }
  }

  /// Tells the kernel about a stage.
  mutating func report(_ stage: RootdStage) {
    _ = system.perform(.rootdReport, 0, UInt64(stage.rawValue), MessageWords())
  }

  /// Tells the kernel how the boot ended; a smoke image ends here.
  public mutating func report(_ status: RootdStatus) {
    _ = system.perform(.rootdReport, 1, UInt64(status.rawValue), MessageWords())
  }

  /// Writes a line into the kernel's log.
  public func tell(_ line: TextLine) { log.write(line) }
}
