// The kernel's core on host memory, for the simulation of whole boots: what the processor would do
// to the kernel (boot it, enter it) and what an observer may see. Nothing of the kernel's own types
// leaves this target.

import Bytes
import CapABI
public import Handoff
import IPC
import KernelCore
import KernelMachine

/// The registers that carry a system call, in the order of docs/reference/syscalls.md.
public typealias CallRegisters = InlineArray<7, UInt64>

/// Where everything lies in simulated physical memory.
public struct PhysicalLayout: Sendable {
  /// Bytes of RAM, the parts below included.
  public var ramSize: UInt64
  /// Where the kernel's tables go; a multiple of the page size.
  public var tables: UInt64
  /// The first byte that is free; everything up to the end of RAM is.
  public var free: UInt64

  /// A layout of these places.
  public init(ramSize: UInt64, tables: UInt64, free: UInt64) {
    self.ramSize = ramSize
    self.tables = tables
    self.free = free
  }
}

/// The thread that the kernel lets run.
public struct RunningThread: Equatable, Sendable {
  /// The thread's id.
  public let id: UInt64
  /// The id of its process.
  public let process: UInt64
  /// The next instruction.
  public let instruction: UInt64
  /// The first argument, for a thread that never ran.
  public let argument: UInt64
}

/// Why there is no kernel to simulate.
public enum SimulatedBootError: Error {
  /// The loader's handoff is malformed.
  case handoff(FormatError)
  /// The kernel refused to make the root task.
  case refused(String)
}

/// A booted kernel.
public final class SimulatedKernel {
  var state: KernelState<HostMachine>
  let cpu: Ref<Processor>
  /// The thread that runs; nil while the processor idles.
  public internal(set) var running: RunningThread?

  /// Boots the kernel with the root task of a loader's handoff.
  ///
  /// - Parameters:
  ///   - ram: Host memory, all zero, of the size that the layout says.
  ///   - layout: What lies where in it.
  ///   - handoff: The loader's.
  ///   - rootTask: The file of the root task.
  /// - Throws: `SimulatedBootError`.
  /// - Safety: The memory is used for nothing else as long as the value exists, and no other
  ///   simulated kernel exists beside it.
  @unsafe public init(
    ram: UnsafeMutableRawPointer, _ layout: PhysicalLayout, handoff: [UInt8], rootTask: [UInt8]
  ) throws(SimulatedBootError) {
    let frameCount = Int(layout.ramSize) / frameBytes
    let hardware = Hardware()
    // SAFETY: the promise of the initialiser's caller: memory of this size, for this kernel alone.
    unsafe hardware.use(ram: ram, size: layout.ramSize)
    Hardware.current = hardware
    precondition(
      layout.tables + UInt64(KernelState<HostMachine>.bootBytes(frameCount: frameCount))
        <= layout.free, "the kernel's tables reach into free memory")
    let memory = BootMemory(
      origin: PhysicalAddress(truncating: 0), frameCount: frameCount,
      tables: PhysicalAddress(truncating: layout.tables))
    // SAFETY: RAM has `frameCount` frames, and the tables end below what is given away next.
    state = unsafe KernelState<HostMachine>(memory)
    cpu = state.objects.bootProcessor
    state.donate(UInt32(layout.free / UInt64(frameBytes))..<UInt32(frameCount))
    let view: BootloaderHandoff
    do { view = try BootloaderHandoff(decoding: handoff.span.rawBytes) } catch {
      throw .handoff(error)
    }
    do throws(BootFailure) {
      try state.prepare(from: view)
      _ = try state.makeRootTask(view, file: rootTask.span.rawBytes)
    } catch {
      throw .refused("\(error)")
    }
    note(state.leave(on: cpu))
  }

  // MARK: What the processor does

  /// Nanoseconds since the boot.
  public var time: UInt64 {
    get { Hardware.current.time }
    set { Hardware.current.time = newValue }
  }

  /// When the timer interrupts; `UInt64.max` for never.
  public var timer: UInt64 { Hardware.current.timer }

  /// The running thread executes `syscall`.
  public func systemCall(_ registers: CallRegisters) {
    guard let thread = cpu.object.current else { preconditionFailure("a call of nobody") }
    thread.object.context.rax = registers[0]
    thread.object.context.rdi = registers[1]
    thread.object.context.rsi = registers[2]
    thread.object.context.rdx = registers[3]
    thread.object.context.r10 = registers[4]
    thread.object.context.r8 = registers[5]
    thread.object.context.r9 = registers[6]
    thread.object.context.rip &+= 2
    note(state.systemCall(on: cpu))
  }

  /// What the running thread finds in its registers behind `syscall`.
  public var registers: CallRegisters {
    guard let context = cpu.object.current?.object.context else {
      return CallRegisters(repeating: 0)
    }
    return [
      context.rax, context.rdi, context.rsi, context.rdx, context.r10, context.r8, context.r9,
    ]
  }

  /// The running thread accesses a page that it may not access so.
  public func pageFault(at address: UInt64, errorCode: UInt32) {
    note(state.fault(UserFault(kind: .page, address: address, errorCode: errorCode), on: cpu))
  }

  /// The running thread executes an instruction that does not exist, as failed preconditions do.
  public func invalidInstruction() {
    note(state.fault(UserFault(kind: .invalidInstruction), on: cpu))
  }

  /// The timer interrupts.
  public func timerInterrupt() {
    Hardware.current.timer = .max
    note(state.timerExpired(on: cpu))
  }

  /// Ends a process from outside; false when there is none that lives.
  public func kill(process id: UInt64) -> Bool {
    guard let process = state.objects.processes.process(id), process.object.state.isAlive else {
      return false
    }
    state.objects.kill(process)
    note(state.leave(on: cpu))
    return true
  }

  private func note(_ thread: Ref<KernelCore.Thread>?) {
    running = thread.map {
      RunningThread(
        id: $0.object.header.id, process: $0.object.process.object.header.id,
        instruction: $0.object.context.rip, argument: $0.object.context.rdi)
    }
    // The kernel keeps an address space loaded that it will find loaded; the walk needs the one.
    if let thread { Hardware.current.root = thread.object.process.object.root }
  }
}
