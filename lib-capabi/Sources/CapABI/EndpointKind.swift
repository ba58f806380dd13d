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
    if offer.contains(operation) { return true }
    guard self != .generic, !operation.isReserved else { return false }
    return self == .testRoot || operation == .queryCap
  }

  /// What the family offers beside QUERY_CAP, exactly.
  private var offer: Offer {
    switch self {
    case .generic, .testRoot: Offer(block: 0, bits: 0)
    case .time: .of(.readMonotonicClock)
    case .irq:
      .of(.waitInterrupt) | .of(.configureInterruptLine) | .of(.acknowledgeInterrupt)
        | .of(.readMonotonicClock)
    case .hotplug: .of(.waitHotplugEvent)
    case .pciConfig: .of(.readPlatformCaps) | .of(.readPCIConfigDWord)
    case .console:
      .of(.queryFramebuffer) | .of(.queryFont) | .of(.mapFramebuffer) | .of(.mapFont)
        | .of(.logString)
    case .com1, .i8042: .of(.ioPortRead8) | .of(.ioPortWrite8)
    case .memory: .of(.retypeUntypedToFrame)
    case .vspace: .of(.mapFrame) | .of(.unmapFrame)
    case .pager: .of(.resolveFault)
    case .log: .of(.logString) | .of(.writeLegacySerial)
    case .process: .lifecycle
    case .childPopulate: .of(.createEndpoint) | .of(.capCopyAttenuated)
    case .acpi: .of(.readPlatformCaps) | .of(.getACPIRSDP) | .of(.readACPIQWords)
    case .objects:
      .of(.createNotification) | .of(.createThread) | .of(.splitUntyped)
        | .of(.createRingEndpoint)
    case .thread: .threadControl
    case .budget: .of(.topUpBudget) | .of(.readBudget)
    case .frameCopy: .of(.copyFrame)
    case .deviceFrame: .of(.deriveBARFrame)
    case .audit:
      .of(.auditProcesses) | .of(.auditSlots) | .of(.auditCounters) | .of(.auditHardening)
    case .trace: .of(.traceControl) | .of(.traceRead)
    case .kernelLog: .of(.readKernelLog)
    case .power: .of(.powerOff) | .of(.powerReset)
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

/// Operations of one block of 64 numbers; those of every family stand in one.
private struct Offer {
  let block: UInt16
  let bits: UInt64

  static func of(_ operation: ControlOperation) -> Offer {
    Offer(block: operation.rawValue >> 6, bits: 1 << UInt64(operation.rawValue & 63))
  }

  /// The union of two sets of the same block.
  static func | (first: Offer, second: Offer) -> Offer {
    Offer(block: first.block, bits: first.bits | second.bits)
  }

  func contains(_ operation: ControlOperation) -> Bool {
    operation.rawValue >> 6 == block && bits >> UInt64(operation.rawValue & 63) & 1 != 0
  }

  /// The bounded process and capability lifecycle that the process family offers.
  static var lifecycle: Offer {
    let processes: Offer =
      .of(.startProcess) | .of(.killProcess) | .of(.createStagedProcess)
      | .of(.abortStagedProcess) | .of(.writeProcessMemory) | .of(.setCSpaceWindow)
    let installing: Offer = .of(.deriveInstallGrant) | .of(.installWithGrant)
    let capabilities: Offer = .of(.capCopyAttenuated) | .of(.capMove) | .of(.capDrop)
    return processes | installing | capabilities | .of(.setThreadEndpoint)
      | .of(.setThreadPager)
  }

  static var threadControl: Offer {
    let running: Offer =
      .of(.startThread) | .of(.stopThread) | .of(.setThreadPriority) | .of(.setThreadAffinity)
    let context: Offer = .of(.setSyscallFilter) | .of(.setThreadFSBase)
    return running | context | .of(.bindNotification) | .of(.setThreadBuffer)
  }
}

#if !hasFeature(Embedded)
extension EndpointKind: CaseIterable {}
#endif
