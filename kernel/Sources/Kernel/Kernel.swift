// Where Swift code of the kernel begins: checks what the loader handed over, takes over the
// machine, and starts the root task.

import CKernelX86
import CapABI
import ELF
import Handoff
import KernelCore
import KernelMachine
import KernelX86

/// Called by `_start` of CKernelX86 on the kernel's own stack, with interrupts off.
///
/// - Parameters:
///   - address: Virtual address of the handoff.
///   - length: Bytes of the handoff.
@c(Kernel_main)
public func kernelMain(_ address: UInt64, _ length: UInt64) {
  X86Machine.forgetFacts()
  BootTicks.note(.entry)
  let console = EarlyConsole()
  console.mark("ENTRY")
  guard let memory = LoaderMemory(address: address, length: length) else {
    stop(console, "HANDOFF_MISPLACED")
  }
  do { try start(memory, console) } catch { stop(console, "HANDOFF_INVALID") }
}

/// Goes through what the loader left.
///
/// - Throws: `FormatError` for a handoff that breaks its form.
private func start(
  _ memory: borrowing LoaderMemory, _ console: EarlyConsole
) throws(FormatError) -> Never {
  let handoff = try BootloaderHandoff(decoding: memory.handoff)
  console.mark("HANDOFF_VALID")
  let taken = startMachine(handoff, console)
  startState(handoff, taken, console)
  startRootTask(handoff, rootTask(handoff, memory, console), console)
}

/// Replaces the loader's page tables and switches on what protects the kernel.
///
/// - Returns: Free memory for the tables of the state.
private func startMachine(
  _ handoff: borrowing BootloaderHandoff, _ console: EarlyConsole
) -> KernelSpace {
  let boot = X86Boot(leavingOut: leftOut(handoff, console))
  do throws(MachineFailure) {
    let space = try boot.start(handoff)
    console.mark("OWN_PAGE_TABLES")
    #if ERIX_PROFILE_SMOKE
    BootTicks.note(.walk)
    let whole = HardeningPlan(features: boot.features, leavingOut: .none)
    console.tryProtections(space, offered: whole.protections)
    BootTicks.note(.walked)
    #endif
    return space
  } catch {
    switch error {
    case .memory: stop(console, "MEMORY")
    case .fpu: stop(console, "FPU_STATE")
    case .clock: stop(console, "NO_CLOCK")
    case .tables: stop(console, "PAGE_TABLES")
    }
  }
}

#if ERIX_PROFILE_SMOKE
/// The protections that the image leaves out; stops when one of them cannot be.
private func leftOut(
  _ handoff: borrowing BootloaderHandoff, _ console: EarlyConsole
) -> Protections {
  let mask = handoff.info.switches.leaveOut
  guard HardeningPlan.optional.contains(mask) else { stop(console, "CANNOT_LEAVE_OUT") }
  return mask
}
#else
private func leftOut(_: borrowing BootloaderHandoff, _: EarlyConsole) -> Protections { .none }
#endif

/// Makes the state of the kernel, with all free memory in it.
private func startState(
  _ handoff: borrowing BootloaderHandoff, _ space: KernelSpace, _ console: EarlyConsole
) {
  // `KernelSpace` counted them: they fit 32 bits.
  let frameCount = Int(handoff.frameCount())
  let bytes = UInt64(State.bootBytes(frameCount: frameCount))
  let pages = bytes / PageRange.pageSize
  guard pages < space.rest.pageCount, let origin = PhysicalAddress(exactly: 0),
    let tables = PhysicalAddress(exactly: space.rest.base)
  else { stop(console, "MEMORY") }
  BootTicks.note(.records)
  // SAFETY: the frames are those of the memory map, of which only free ones are given to the pool
  // below; the tables lie in free memory that is not given.
  unsafe makeKernelState(BootMemory(origin: origin, frameCount: frameCount, tables: tables))
  BootTicks.note(.recorded)
  let end = space.rest.base + pages * PageRange.pageSize
  let taken = PageRange(
    base: space.tables.lowerBound,
    pageCount: (end - space.tables.lowerBound) / PageRange.pageSize)
  var donated: UInt64 = 0
  withKernelState { state in
    handoff.forEachFreeRun(except: taken) { run in
      state.donate(run)
      donated += UInt64(run.count)
    }
  }
  console.mark("USABLE_MEBIBYTES", (donated * PageRange.pageSize) >> 20)
}

/// Stops unless there is a root task; its bytes otherwise.
@_lifetime(borrow memory)
private func rootTask(
  _ handoff: borrowing BootloaderHandoff, _ memory: borrowing LoaderMemory,
  _ console: EarlyConsole
) -> RawSpan {
  for index in 0..<handoff.modules.count {
    guard let module = handoff.modules[index], module.key.family == .rootTask else { continue }
    guard let bytes = memory.contents(of: module) else { stop(console, "MODULE_MISPLACED") }
    return bytes
  }
  stop(console, "NO_ROOT_TASK")
}

/// Makes the root task and leaves the boot for it.
private func startRootTask(
  _ handoff: borrowing BootloaderHandoff, _ file: RawSpan, _ console: EarlyConsole
) -> Never {
  do throws(BootFailure) {
    let inForce = try withKernelState { state throws(BootFailure) in
      try state.prepare(from: handoff)
      _ = try state.makeRootTask(handoff, file: file)
      return state.protectionsInForce
    }
    console.showHardening(inForce)
  } catch {
    stop(console, error)
  }
  console.mark("ROOT_TASK_ACCEPTED")
  console.mark("HELLO")
  let thread = withKernelState { state in
    threadAddress(of: state.leave(on: state.objects.bootProcessor))
  }
  BootTicks.show(console)
  console.mark("CPL3")
  erix_begin(thread)
}

/// Shows why there is no root task.
private func stop(_ console: EarlyConsole, _ failure: BootFailure) -> Never {
  switch failure {
  case .noMemory: stop(console, "MEMORY")
  case .noRootTask: stop(console, "NO_ROOT_TASK")
  case .malformedRootTask(let error): stop(console, "ROOT_TASK_MALFORMED", error.name)
  case .modulesOutOfReach: stop(console, "MODULES_OUT_OF_REACH")
  case .unusableSeed: stop(console, "SEED_UNUSABLE")
  case .invalidHandoff: stop(console, "ROOT_HANDOFF_INVALID")
  case .refused: stop(console, "ROOT_TASK_REFUSED")
  }
}

/// Shows why the kernel cannot go on and ends: by the debug exit in a smoke image.
private func stop(
  _ console: EarlyConsole, _ reason: StaticString, _ detail: StaticString? = nil
) -> Never {
  console.fail(reason, detail)
  #if ERIX_PROFILE_SMOKE
  DebugExitDevice.exit(.kernelFailure)
  #endif
  halt()
}
