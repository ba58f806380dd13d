// Where Swift code of the kernel begins: checks what the loader handed over, and that there is a
// root task to start. The real kernel takes over from here in a later step of the road map.

import CapABI
import ELF
import Handoff

/// Called by `_start` of CKernelX86 on the kernel's own stack, with interrupts off.
///
/// - Parameters:
///   - address: Virtual address of the handoff.
///   - length: Bytes of the handoff.
@c(Kernel_main)
public func kernelMain(_ address: UInt64, _ length: UInt64) {
  let console = EarlyConsole()
  console.mark("ENTRY")
  guard let memory = BootMemory(address: address, length: length) else {
    stop(console, "HANDOFF_MISPLACED")
  }
  do { try start(memory, console) } catch { stop(console, "HANDOFF_INVALID") }
}

/// Goes through what the loader left.
///
/// - Throws: `FormatError` for a handoff that breaks its form.
private func start(
  _ memory: borrowing BootMemory, _ console: EarlyConsole
) throws(FormatError) -> Never {
  let handoff = try BootloaderHandoff(decoding: memory.handoff)
  console.mark("HANDOFF_VALID")
  dropLowerHalf(directMapBase: handoff.info.directMapBase)
  console.mark("LOWER_HALF_DROPPED")
  console.mark("USABLE_MEBIBYTES", usableBytes(handoff) >> 20)
  checkRootTask(handoff, memory, console)
  console.mark("ROOT_TASK_ACCEPTED")
  console.mark("HELLO")
  #if ERIX_PROFILE_SMOKE
  DebugExitDevice.exit(.rootdReady)
  #endif
  halt()
}

/// Bytes of free memory in the memory map.
private func usableBytes(_ handoff: borrowing BootloaderHandoff) -> UInt64 {
  var bytes: UInt64 = 0
  for index in 0..<handoff.memoryMap.count {
    guard let region = handoff.memoryMap[index], region.kind == .usable else { continue }
    // Regions do not overlap and end below 2^52 bytes.
    bytes += region.range.pageCount * PageRange.pageSize
  }
  return bytes
}

/// Stops unless there is a root task that could be loaded.
private func checkRootTask(
  _ handoff: borrowing BootloaderHandoff, _ memory: borrowing BootMemory,
  _ console: EarlyConsole
) {
  for index in 0..<handoff.modules.count {
    guard let module = handoff.modules[index], module.key.family == .rootTask else { continue }
    guard let bytes = memory.contents(of: module) else { stop(console, "MODULE_MISPLACED") }
    do { _ = try ELFImage(bytes, limits: .program) } catch {
      stop(console, "ROOT_TASK_MALFORMED", error.name)
    }
    return
  }
  stop(console, "NO_ROOT_TASK")
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
