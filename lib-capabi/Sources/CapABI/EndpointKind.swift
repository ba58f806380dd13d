// Families of kernel-owned endpoints. The family stands in the endpoint object and decides what a
// CALL on it may ask; slot numbers decide nothing.

/// The family of an endpoint.
public enum EndpointKind: UInt16, BitwiseCopyable, Sendable {
  /// Not a kernel endpoint: messages go to a receiver in user space.
  case generic = 0
  /// Monotonic clock.
  case time = 1
  /// Interrupt events and lines.
  case irq = 2
  /// Hot-plug events.
  case hotplug = 3
  /// PCI configuration space, read only.
  case pciConfig = 4
  /// Framebuffer and font.
  case console = 5
  /// I/O ports of the first serial port.
  case com1 = 6
  /// Frames from untyped memory.
  case memory = 7
  /// Mapping and unmapping.
  case vspace = 8
  /// Page-fault resolution.
  case pager = 9
  /// Log lines and early serial output.
  case log = 10
  /// Process and capability lifecycle.
  case process = 11
  /// Startup surfaces for children.
  case childPopulate = 12
  /// ACPI tables, validated.
  case acpi = 13
  /// I/O ports of the keyboard controller.
  case i8042 = 14

  // Families of our own.

  /// Making notifications, threads, ring endpoints; splitting untyped memory.
  case objects = 64
  /// Thread control.
  case thread = 65
  /// Memory budgets.
  case budget = 66
  /// Copying frames.
  case frameCopy = 67
  /// Device frames through validated base address registers.
  case deviceFrame = 68
  /// Enumerating processes and capabilities; counters; protections.
  case audit = 69
  /// The event trace.
  case trace = 70
  /// The kernel's log ring.
  case kernelLog = 71
  /// Power off and reset.
  case power = 72
  /// The whole surface; in test images only.
  case testRoot = 0xFFFF

  /// Whether a CALL on an endpoint of this family may ask for `operation`.
  ///
  /// Every family but `generic` accepts QUERY_CAP for the caller's own slots; reserved operations
  /// are accepted by none, the test-only root endpoint included.
  public func accepts(_ operation: ControlOperation) -> Bool {
    guard self != .generic, !operation.isReserved else { return false }
    if self == .testRoot || operation == .queryCap { return true }
    return rawValue < Self.objects.rawValue
      ? acceptsPublished(operation) : acceptsOwn(operation)
  }

  /// The published families, with exactly their published surface.
  private func acceptsPublished(_ operation: ControlOperation) -> Bool {
    switch (self, operation) {
    case (.time, .readMonotonicClock): true
    case (.irq, .waitInterrupt), (.irq, .configureInterruptLine), (.irq, .acknowledgeInterrupt),
      (.irq, .readMonotonicClock):
      true
    case (.hotplug, .waitHotplugEvent): true
    case (.pciConfig, .readPlatformCaps), (.pciConfig, .readPCIConfigDWord): true
    case (.console, .queryFramebuffer), (.console, .queryFont), (.console, .mapFramebuffer),
      (.console, .mapFont), (.console, .logString):
      true
    case (.com1, .ioPortRead8), (.com1, .ioPortWrite8): true
    case (.memory, .retypeUntypedToFrame): true
    case (.vspace, .mapFrame), (.vspace, .unmapFrame): true
    case (.pager, .resolveFault): true
    case (.log, .logString), (.log, .writeLegacySerial): true
    case (.process, let operation): operation.isLifecycle
    case (.childPopulate, .createEndpoint), (.childPopulate, .capCopyAttenuated): true
    case (.acpi, .readPlatformCaps), (.acpi, .getACPIRSDP), (.acpi, .readACPIQWords): true
    case (.i8042, .ioPortRead8), (.i8042, .ioPortWrite8): true
    default: false
    }
  }

  /// The families of our own.
  private func acceptsOwn(_ operation: ControlOperation) -> Bool {
    switch (self, operation) {
    case (.objects, .createNotification), (.objects, .createThread), (.objects, .splitUntyped),
      (.objects, .createRingEndpoint):
      true
    case (.thread, .setThreadPriority), (.thread, .setThreadAffinity),
      (.thread, .setSyscallFilter), (.thread, .setThreadFSBase), (.thread, .startThread),
      (.thread, .stopThread), (.thread, .bindNotification), (.thread, .setThreadBuffer):
      true
    case (.budget, .topUpBudget), (.budget, .readBudget): true
    case (.frameCopy, .copyFrame): true
    case (.deviceFrame, .deriveBARFrame): true
    case (.audit, .auditProcesses), (.audit, .auditSlots), (.audit, .auditCounters),
      (.audit, .auditHardening):
      true
    case (.trace, .traceControl), (.trace, .traceRead): true
    case (.kernelLog, .readKernelLog): true
    case (.power, .powerOff), (.power, .powerReset): true
    default: false
    }
  }

  /// Whether IOPORT_READ8 and IOPORT_WRITE8 through this family may touch `port`.
  public func allowsPort(_ port: UInt16) -> Bool {
    switch self {
    case .com1: port >= 0x3F8 && port <= 0x3FF
    case .i8042: port == 0x60 || port == 0x64
    default: false
    }
  }
}

extension ControlOperation {
  /// The bounded process and capability lifecycle that the process family offers.
  fileprivate var isLifecycle: Bool {
    switch self {
    case .startProcess, .killProcess, .createStagedProcess, .deriveInstallGrant,
      .installWithGrant, .abortStagedProcess, .writeProcessMemory, .capCopyAttenuated, .capMove,
      .capDrop, .setCSpaceWindow, .setThreadEndpoint, .setThreadPager:
      true
    default: false
    }
  }
}

#if !hasFeature(Embedded)
extension EndpointKind: CaseIterable {}
#endif
