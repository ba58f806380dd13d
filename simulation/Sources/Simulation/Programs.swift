// The programs of the simulated system. A module of the boot image is a small valid executable
// whose code names a role instead of holding instructions; rootd and procd load it as they load any
// other, and where the kernel starts a thread at its entry, the real core of that role runs.

import Bootstrap
import CapABI
import CrashdCore
import DevicedCore
import ELFTesting
import HotplugdCore
import IrqdCore
import LogdCore
import MemdCore
import NamedCore
import PagerdCore
import ProbedCore
import ProcdCore
import RootdCore
import Runtime
import Service
import Sys
import TimedCore
import VspacedCore

/// Modules that stand for programs, and what they stand for.
enum Programs {
  /// Roles that have one, rootd excepted.
  static let all: Set<UInt16> = Set(
    [
      RoleID.memd, .vspaced, .pagerd, .procd, .named, .timed, .logd, .crashd, .irqd, .deviced,
      .probed, .hotplugd, .seriald,
    ].map(\.rawValue))
  /// `ERIXSIM:` as the processor would fetch it.
  private static let mark: [UInt8] = Array("ERIXSIM:".utf8)
  /// Bytes at the entry: the mark, the role, zeros.
  static let entrySize = 16
  private static let code = 0x1C0

  /// An executable that stands for a role.
  static func module(of role: RoleID) -> [UInt8] {
    var sample = Sample.pie()
    for (index, byte) in mark.enumerated() { sample.bytes[code + index] = byte }
    sample.set(role.rawValue, at: code + mark.count)
    for index in mark.count + 2..<entrySize { sample.bytes[code + index] = 0 }
    return sample.bytes
  }

  /// The role that the bytes at an entry stand for; nil for other code.
  static func role(at entry: [UInt8]) -> RoleID? {
    guard entry.count == entrySize, Array(entry.prefix(mark.count)) == mark else { return nil }
    return RoleID(rawValue: UInt16(entry[mark.count]) | UInt16(entry[mark.count + 1]) << 8)
  }

  /// Runs the program of a role on the stack of a strand, as its own program file does.
  static func run(_ role: UInt64, _ start: UInt64) {
    switch RoleID(rawValue: UInt16(truncatingIfNeeded: role)) {
    case .rootd: runRoot(start)
    case .memd:
      runService(start, as: .memd) { (start, system) throws(ReadinessCode) in
        try Memd(&start, &system)
      }
    case .vspaced:
      runService(start, as: .vspaced) { (start, system) throws(ReadinessCode) in
        try Vspaced(&start, &system)
      }
    case .pagerd:
      runService(start, as: .pagerd) { (start, system) throws(ReadinessCode) in
        try Pagerd(&start, &system)
      }
    case .procd:
      runService(start, as: .procd) { (start, system) throws(ReadinessCode) in
        try Procd(&start, &system)
      }
    default: runCoordination(RoleID(rawValue: UInt16(truncatingIfNeeded: role)), start)
    }
  }

  /// The services that procd starts.
  private static func runCoordination(_ role: RoleID, _ start: UInt64) {
    switch role {
    case .named:
      runService(start, as: .named) { (start, _) throws(ReadinessCode) in try Named(&start) }
    case .timed:
      runService(start, as: .timed) { (start, _) throws(ReadinessCode) in try Timed(&start) }
    case .logd:
      runService(start, as: .logd) { (start, system) throws(ReadinessCode) in
        try Logd(&start, &system)
      }
    case .crashd:
      runService(start, as: .crashd) { (start, system) throws(ReadinessCode) in
        try Crashd(&start, &system)
      }
    case .blockd, .ramfsd: Exerciser.run(start)
    default: runMediation(role, start)
    }
  }

  /// The services of devices.
  private static func runMediation(_ role: RoleID, _ start: UInt64) {
    switch role {
    case .irqd:
      runService(start, as: .irqd) { (start, system) throws(ReadinessCode) in
        try Irqd(&start, &system)
      }
    case .deviced:
      runService(start, as: .deviced) { (start, _) throws(ReadinessCode) in
        try Deviced(&start)
      }
    case .probed:
      runService(start, as: .probed) { (start, system) throws(ReadinessCode) in
        try Probed(&start, &system)
      }
    case .hotplugd:
      runService(start, as: .hotplugd) { (start, _) throws(ReadinessCode) in
        try Hotplugd(&start)
      }
    // There is no serial port here: a console that shows nothing.
    case .seriald: runService(start, as: .seriald) { (_, _) throws(ReadinessCode) in NoConsole() }
    default: preconditionFailure("a module of a role without a program")
    }
  }

  private static func runRoot(_ start: UInt64) {
    do {
      // SAFETY: `start` is what the kernel started the root task with, once.
      let root = unsafe try RootStart(unsafeStart: start)
      boot(root)
    } catch {
      _ = SystemCall.report(.failed)
    }
    while true { _ = SystemCall.yield() }
  }

  private static func boot(_ start: RootStart) {
    do throws(BootFailure) {
      var rootd = try Rootd(start, KernelSystem(buffer: start.buffer))
      try rootd.boot(start)
      try rootd.watch(start)
    } catch {
      Log(CapSlot(rawValue: RootSlot.log.rawValue), buffer: start.buffer).write(error.line)
      _ = SystemCall.report(error.status)
    }
  }
}

/// A service that is there and refuses everything.
private struct NoConsole: Server {
  mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    throw .unsupported
  }
}
