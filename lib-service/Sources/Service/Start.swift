// From the entry of a program to its loop: envelope, role, intake table, the capabilities
// themselves, then the service's own start, then READY. Whatever fails is reported with its code.

public import Bootstrap
public import CapABI
import Handoff
import IPC
import Runtime
public import Store
public import Sys

/// What a service is made from.
public struct Start {
  /// The fixed part of its envelope.
  public let info: EnvelopeInfo
  /// Memory for its tables.
  public var heap: Region
  /// Capabilities in its run of resources.
  public let resourceCount: UInt32

  /// A start of these parts, for tests.
  public init(info: EnvelopeInfo, heap: Region, resourceCount: UInt32 = 0) {
    self.info = info
    self.heap = heap
    self.resourceCount = resourceCount
  }

  /// Cuts a part off the heap.
  ///
  /// - Throws: NO_MEMORY when the heap has less.
  public mutating func take(_ byteCount: Int) throws(ReadinessCode) -> Region {
    guard let region = heap.take(byteCount) else { throw .noMemory }
    return region
  }

  /// The slots of the CSpace that nothing else uses.
  public mutating func freeSlots() throws(ReadinessCode) -> NumberPool {
    let range = ServiceSlot.firstFree..<max(info.cspaceSlots, ServiceSlot.firstFree)
    return NumberPool(range, in: try take(range.count * 4))
  }

  /// Compares each capability of an envelope with the kernel's own answer.
  ///
  /// - Throws: CAPABILITY_MISMATCH.
  static func checkCapabilities<S: System>(
    _ envelope: borrowing StartEnvelope, _ system: inout S
  ) throws(ReadinessCode) {
    let capabilities = envelope.capabilities
    for index in 0..<capabilities.count {
      guard let expected = capabilities[index]?.descriptor,
        let found = try? system.query(expected.slot),
        found.type == expected.type.rawValue, found.rights == expected.rights,
        found.kind == expected.kind.rawValue
      else { throw .capabilityMismatch }
    }
  }
}

/// The life of a service: started, serving, never returning.
///
/// - Parameters:
///   - start: What the entry was called with.
///   - role: What the program was built as.
///   - make: Makes the service; its peers may be called. Throws why it cannot start.
public func runService<T: Server>(
  _ start: UInt64, as role: RoleID,
  _ make: (inout Start, inout KernelSystem) throws(ReadinessCode) -> T
) -> Never {
  do throws(ReadinessCode) {
    var (server, loop, system) = try begin(start, as: role, make)
    _ = loop.run(&server, &system)
    end(code: 1)
  } catch {
    report(error)
    end(code: UInt32(error.rawValue))
  }
}

/// The life of a program that serves nobody: started, READY, its work, EXIT with its code.
///
/// - Parameters:
///   - start: What the entry was called with.
///   - role: What the program was built as; nil for one that may have any program's number.
///   - work: What the program does, with its envelope. Gives the code, 0 for success.
public func runProgram(
  _ start: UInt64, as role: RoleID? = nil,
  _ work: (inout Start, borrowing StartEnvelope, inout KernelSystem) -> UInt32
) -> Never {
  let code: UInt32
  do throws(ReadinessCode) {
    let (program, checked) = try open(start, as: role)
    var system = checked
    guard let envelope = program.envelope else { throw .envelopeInvalid }
    var facts = Start(
      info: program.info, heap: program.heap, resourceCount: program.resourceCount)
    system.report(.ready, to: StartupSlot.supervisor)
    code = work(&facts, envelope, &system)
  } catch {
    report(error)
    end(code: UInt32(error.rawValue))
  }
  end(code: code)
}

/// Reads and checks the envelope and every capability that it names.
private func open(
  _ start: UInt64, as role: RoleID?
) throws(ReadinessCode) -> (ProgramStart, KernelSystem) {
  let program: ProgramStart
  do throws(EnvelopeError) {
    // SAFETY: `start` is what the entry was called with, and this function is called once.
    program = unsafe try ProgramStart(unsafeStart: start, as: role)
  } catch {
    throw ReadinessCode(error)
  }
  var system = KernelSystem(buffer: program.buffer)
  guard let envelope = program.envelope else { throw .envelopeInvalid }
  try Start.checkCapabilities(envelope, &system)
  guard program.info.switches.forceFail != program.info.role else { throw .forcedFailure }
  return (program, system)
}

private func begin<T: Server>(
  _ start: UInt64, as role: RoleID,
  _ make: (inout Start, inout KernelSystem) throws(ReadinessCode) -> T
) throws(ReadinessCode) -> (T, ServerLoop, KernelSystem) {
  let (program, checked) = try open(start, as: role)
  var system = checked
  var facts = Start(
    info: program.info, heap: program.heap, resourceCount: program.resourceCount)
  let server = try make(&facts, &system)
  try system.register(role)
  let watchdog = Watchdog(
    supervisor: StartupSlot.supervisor, milliseconds: program.info.watchdogMilliseconds,
    start: program.info.startNanoseconds)
  let loop = ServerLoop(
    on: StartupSlot.endpoint, supervisor: StartupSlot.supervisor, watchdog: watchdog)
  return (server, loop, system)
}

/// Tells the supervisor why the start failed; there may be no envelope, and so no buffer.
private func report(_ code: ReadinessCode) {
  let report = ReadyReport(code)
  while SystemCall.notify(StartupSlot.supervisor, report.tag, report.words).status == .retry {
    _ = SystemCall.yield()
  }
}

/// Ends the program: EXIT to its supervisor, and a fault if that comes back.
private func end(code: UInt32) -> Never {
  let tag = MessageTag(label: ProcdOperation.exit.rawValue, length: 8)
  _ = SystemCall.call(StartupSlot.supervisor, tag, MessageWords(UInt64(code)))
  fatalError()
}
