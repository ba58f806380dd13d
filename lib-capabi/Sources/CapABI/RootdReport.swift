// TABLE
// What the root task tells the kernel through ROOTD_REPORT. The kernel prints stages as
// `ERIX_KERNEL:ROOTD_STAGE:<NAME>` and goes on; a final status ends a smoke image.

/// A step of the boot that rootd reports as it happens.
public enum RootdStage: UInt16, Sendable {
  /// rootd checked its handoff and inventory.
  case handoffValid = 1
  /// rootd read the boot configuration.
  case bootConfigValid = 2
  /// memd is up.
  case memdReady = 0x10
  /// vspaced is up.
  case vspacedReady = 0x11
  /// pagerd is up.
  case pagerdReady = 0x12
  /// procd is up.
  case procdReady = 0x13
  /// named is up.
  case namedReady = 0x20
  /// timed is up.
  case timedReady = 0x21
  /// logd is up.
  case logdReady = 0x22
  /// crashd is up.
  case crashdReady = 0x23
  /// irqd is up.
  case irqdReady = 0x30
  /// deviced is up.
  case devicedReady = 0x31
  /// probed is up.
  case probedReady = 0x32
  /// hotplugd is up.
  case hotplugdReady = 0x33
  /// The serial console is up; the kernel gives the port up.
  case serialReady = 0x40
  /// fbcond is up; the kernel gives the framebuffer up.
  case fbcondReady = 0x41
  /// The keyboard controller's driver is up.
  case drvI8042Ready = 0x42
  /// The keyboard driver is up.
  case drvPS2KeyboardReady = 0x43
  /// The mouse driver is up.
  case drvPS2MouseReady = 0x44
  /// inputd is up.
  case inputdReady = 0x45
  /// Key presses reach the consoles' input.
  case inputRoutingReady = 0x46
  /// The consoles take input.
  case consoleInputReady = 0x47
  /// blockd is up.
  case blockdReady = 0x50
  /// A disk's partitions are known.
  case storageReady = 0x51
  /// The RAM file system is up.
  case memoryProviderReady = 0x52
  /// keyd is up.
  case keydReady = 0x53
  /// e2fsd is up.
  case e2fsdReady = 0x54
  /// fatd is up.
  case fatdReady = 0x55
  /// vfsd is up.
  case vfsdReady = 0x56
  /// The first mount succeeded.
  case vfsMountReady = 0x57
  /// The first file was read and written.
  case vfsIOReady = 0x58
  /// Disk file systems are mounted.
  case fsMountReady = 0x59
  /// A disk file was read and written.
  case persistentFSIOReady = 0x5A
  /// loaderd is up.
  case loaderdReady = 0x5B
  /// Everything that the boot configuration requires is up.
  case systemReady = 0xFF
}

/// The final word of the root task about the boot.
public enum RootdStatus: UInt16, Sendable {
  /// Everything required is up: exit code 0x10.
  case ready = 0
  /// rootd itself failed: exit code 0x13.
  case failed = 1
  /// A required service failed: exit code 0x14.
  case serviceFailed = 2

  /// The exit code of a smoke image.
  public var debugExit: DebugExit {
    switch self {
    case .ready: .rootdReady
    case .failed: .rootdFailure
    case .serviceFailed: .serviceFailure
    }
  }
}

#if !hasFeature(Embedded)
extension RootdStage: CaseIterable {}
extension RootdStatus: CaseIterable {}
#endif
