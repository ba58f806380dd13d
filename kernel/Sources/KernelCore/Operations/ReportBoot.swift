// ROOTD_REPORT: docs/reference/syscalls.md. The root task tells how far the boot is; the kernel
// shows it, gives devices up that user space drives from then on, and ends a smoke image. Release
// kernels do not have it.

#if !ERIX_PROFILE_RELEASE
package import CapABI
import KernelMachine
#endif

#if ERIX_PROFILE_RELEASE
extension KernelState {
  /// Refuses ROOTD_REPORT.
  ///
  /// - Throws: `unsupported`, as for numbers that are no system call.
  mutating func report(for thread: Ref<Thread>) throws(SyscallError) { throw .unsupported }
}
#else
/// A report whose arguments were checked.
private enum BootReport {
  case stage(RootdStage)
  /// nil for a number that no status has.
  case status(RootdStatus?)

  /// - Throws: `invalidArgument` for another kind of report and for an unknown stage.
  init(kind: UInt64, number: UInt64) throws(SyscallError) {
    switch kind {
    case 0:
      guard let value = UInt16(exactly: number), let stage = RootdStage(rawValue: value) else {
        throw .invalidArgument
      }
      self = .stage(stage)
    case 1: self = .status(UInt16(exactly: number).flatMap { RootdStatus(rawValue: $0) })
    default: throw .invalidArgument
    }
  }
}

extension KernelState {
  /// Carries out ROOTD_REPORT.
  ///
  /// - Throws: `denied` for any other caller than the root task; `invalidArgument`.
  mutating func report(for thread: Ref<Thread>) throws(SyscallError) {
    guard thread.object.process == rootTask else { throw .denied }
    let context = thread.object.context
    switch try BootReport(kind: context.rdi, number: context.rsi) {
    case .stage(let stage): reach(stage)
    case .status(let status): finish(status)
    }
    thread.object.finish(.ok)
  }

  private mutating func reach(_ stage: RootdStage) {
    log("ERIX_KERNEL:ROOTD_STAGE:")
    log(stage.name)
    log(UInt8(ascii: "\n"))
    // The line itself still goes to the port.
    if stage == .serialReady {
      platform.ownsSerial = false
      M.releaseSerial()
    }
    if stage == .fbcondReady { M.releaseScreen() }
  }

  private mutating func finish(_ status: RootdStatus?) {
    #if ERIX_PROFILE_SMOKE
    log("ERIX_KERNEL:LONGEST_STEP:")
    log(longestStep)
    log(UInt8(ascii: "\n"))
    #endif
    log("ERIX_KERNEL:ROOTD_STATUS:")
    switch status {
    case .ready: log("READY")
    case .failed: log("FAILED")
    case .serviceFailed: log("SERVICE_FAILED")
    case nil: log("UNKNOWN")
    }
    log(UInt8(ascii: "\n"))
    M.endEmulation((status?.debugExit ?? .rootdFailure).rawValue)
  }
}

extension RootdStage {
  /// The name in the line of the stage.
  package var name: StaticString {
    switch self {
    case .handoffValid: "HANDOFF_VALID"
    case .bootConfigValid: "BOOT_CONFIG_VALID"
    case .memdReady: "MEMD_READY"
    case .vspacedReady: "VSPACED_READY"
    case .pagerdReady: "PAGERD_READY"
    case .procdReady: "PROCD_READY"
    case .namedReady: "NAMED_READY"
    case .timedReady: "TIMED_READY"
    case .logdReady: "LOGD_READY"
    case .crashdReady: "CRASHD_READY"
    case .irqdReady: "IRQD_READY"
    case .devicedReady: "DEVICED_READY"
    case .probedReady: "PROBED_READY"
    case .hotplugdReady: "HOTPLUGD_READY"
    case .serialReady: "SERIAL_READY"
    case .fbcondReady: "FBCOND_READY"
    case .drvI8042Ready: "DRV_I8042_READY"
    case .drvPS2KeyboardReady: "DRV_PS2_KEYBOARD_READY"
    case .drvPS2MouseReady: "DRV_PS2_MOUSE_READY"
    case .inputdReady: "INPUTD_READY"
    case .inputRoutingReady: "INPUT_ROUTING_READY"
    case .consoleInputReady: "CONSOLE_INPUT_READY"
    case .blockdReady: "BLOCKD_READY"
    case .storageReady: "STORAGE_READY"
    case .memoryProviderReady: "MEMORY_PROVIDER_READY"
    case .keydReady: "KEYD_READY"
    case .e2fsdReady: "E2FSD_READY"
    case .fatdReady: "FATD_READY"
    case .vfsdReady: "VFSD_READY"
    case .vfsMountReady: "VFS_MOUNT_READY"
    case .vfsIOReady: "VFS_IO_READY"
    case .fsMountReady: "FS_MOUNT_READY"
    case .persistentFSIOReady: "PERSISTENT_FS_IO_READY"
    case .loaderdReady: "LOADERD_READY"
    case .systemReady: "SYSTEM_READY"
    }
  }
}
#endif
