// Slots of the root task's CSpace that are fixed by the ABI. Everything else that rootd starts with
// is listed in the kernel->root handoff. In any other CSpace these numbers mean nothing.

/// A fixed slot of the root CSpace.
public enum RootSlot: UInt32, Sendable {
  /// The root task's own process.
  case process = 1
  /// Its CSpace.
  case cspace = 2
  /// Its address space.
  case vspace = 3
  /// Its first thread.
  case thread = 4
  /// Reserved for ABI stability; never filled outside test images (SLOT_ROOT_ENDPOINT).
  case rootEndpoint = 5

  // Published families.

  /// Family endpoint: time.
  case time = 2128
  /// Family endpoint: irq.
  case irq = 2144
  /// Family endpoint: hotplug.
  case hotplug = 2160
  /// Family endpoint: PCI configuration.
  case pciConfig = 2176
  /// Family endpoint: console.
  case console = 2192
  /// Family endpoint: COM1.
  case com1 = 2208
  /// Family endpoint: memory.
  case memory = 2224
  /// Family endpoint: vspace.
  case vspaceControl = 2240
  /// Family endpoint: pager.
  case pager = 2256
  /// Family endpoint: log and query.
  case log = 2272
  /// Family endpoint: process control.
  case processControl = 2288
  /// Family endpoint: child populate.
  case childPopulate = 2304
  /// Family endpoint: ACPI.
  case acpi = 2320
  /// Family endpoint: i8042.
  case i8042 = 2336

  // Families of our own.

  /// Family endpoint: objects.
  case objects = 2352
  /// Family endpoint: thread control.
  case threadControl = 2368
  /// Family endpoint: budgets.
  case budget = 2384
  /// Family endpoint: frame copy.
  case frameCopy = 2400
  /// Family endpoint: device frames.
  case deviceFrame = 2416
  /// Family endpoint: audit.
  case audit = 2432
  /// Family endpoint: trace.
  case trace = 2448
  /// Family endpoint: kernel log.
  case kernelLog = 2464
  /// Family endpoint: power.
  case power = 2480

  /// The number as a slot.
  public var slot: CapSlot { CapSlot(rawValue: rawValue) }

  /// The family of the endpoint in this slot; nil for the slots that hold none.
  public var family: EndpointKind? {
    switch self {
    case .process, .cspace, .vspace, .thread: nil
    case .rootEndpoint: .testRoot
    case .time: .time
    case .irq: .irq
    case .hotplug: .hotplug
    case .pciConfig: .pciConfig
    case .console: .console
    case .com1: .com1
    case .memory: .memory
    case .vspaceControl: .vspace
    case .pager: .pager
    case .log: .log
    case .processControl: .process
    case .childPopulate: .childPopulate
    case .acpi: .acpi
    case .i8042: .i8042
    case .objects: .objects
    case .threadControl: .thread
    case .budget: .budget
    case .frameCopy: .frameCopy
    case .deviceFrame: .deviceFrame
    case .audit: .audit
    case .trace: .trace
    case .kernelLog: .kernelLog
    case .power: .power
    }
  }
}

#if !hasFeature(Embedded)
extension RootSlot: CaseIterable {}
#endif
