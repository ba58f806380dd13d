// Which result codes the tests provoked in which call. With ERIX_SHOW_CODES in the environment each
// is written once, as integration/checks/errors.py reads them; test_host.py compares them with the
// tables of errors in docs/reference.

import CapABI
import Foundation
import KernelCore
import Synchronization

/// A system call or a control operation.
enum KernelCall: Hashable, Sendable {
  case system(Syscall)
  case control(ControlOperation)

  fileprivate var text: String {
    switch self {
    case .system(let call): "call \(call.rawValue)"
    case .control(let operation): "operation \(operation.rawValue)"
    }
  }
}

/// The notes of all tests of the process, which run side by side.
enum Provoked {
  private struct Notes {
    var seen: [KernelCall: Set<UInt16>] = [:]
    /// The last system call of the thread at an address.
    var calls: [UInt: Syscall] = [:]
  }

  private static let notes = Mutex(Notes())
  private static let isShown = ProcessInfo.processInfo.environment["ERIX_SHOW_CODES"] != nil

  /// Notes how a call ended.
  static func note(_ call: KernelCall, _ code: ResultCode) {
    guard isShown, code.rawValue <= ResultCode.last.rawValue else { return }
    let isNew = notes.withLock { $0.seen[call, default: []].insert(code.rawValue).inserted }
    guard isNew else { return }
    let mask = String(1 << UInt64(code.rawValue), radix: 16)
    FileHandle.standardOutput.write(Data("CODES \(call.text) \(mask)\n".utf8))
  }

  /// Notes that a thread is new and has made no call, whoever was at its address before.
  static func forget(_ thread: Ref<KernelCore.Thread>) {
    guard isShown else { return }
    notes.withLock { $0.calls[thread.address] = nil }
  }

  /// Notes that a thread makes a system call, which may end later.
  static func begin(_ call: Syscall, of thread: Ref<KernelCore.Thread>) {
    guard isShown else { return }
    notes.withLock { $0.calls[thread.address] = call }
  }

  /// Notes how the last system call of a thread ended.
  ///
  /// While the call waits the register has its number, which is no code.
  static func note(_ code: ResultCode, of thread: Ref<KernelCore.Thread>) {
    guard isShown, let call = notes.withLock({ $0.calls[thread.address] }) else { return }
    note(.system(call), code)
  }

  /// Does something that is a part of a call, and notes its refusal.
  static func noting<Result>(
    _ call: KernelCall, _ body: () throws(SyscallError) -> Result
  ) throws(SyscallError) -> Result {
    do throws(SyscallError) {
      return try body()
    } catch {
      note(call, error.code)
      throw error
    }
  }
}
