// TABLE
// Kernel-control operations: the labels of CALLs on kernel-owned endpoints. Numbers 1 to 63 belong
// to EriX's published surface, 64 and up to operations of our own; a number is never reused. Which
// operation an endpoint accepts is decided by its family (EndpointKind), never by its slot.

/// An operation that the kernel executes for a CALL on one of its endpoints.
public enum ControlOperation: UInt16, Sendable {
  // Published numbers (or, without a published number, ours for a published operation).

  /// Reserved; always denied. Processes are created staged.
  case createProcess = 1
  /// Starts a staged process, once no install grant targets it.
  case startProcess = 2
  /// Makes a frame from untyped memory.
  case retypeUntypedToFrame = 3
  /// Maps a frame into an address space.
  case mapFrame = 4
  /// Unmaps a frame and gives its capability back.
  case unmapFrame = 5
  /// Answers a page fault: maps and resumes in one operation.
  case resolveFault = 6
  /// Moves a capability between two slots of the visible window.
  case capMove = 7
  /// Reserved; always denied. Copies are attenuated.
  case capCopy = 8
  /// Clears a slot of the visible window.
  case capDrop = 9
  /// Sets the range of its CSpace that a child may name in control operations.
  case setCSpaceWindow = 10
  /// Sets the endpoint that receives the faults of a thread, or the one that it serves.
  case setThreadEndpoint = 11
  /// Sets the endpoint that receives a thread's page faults.
  case setThreadPager = 12
  /// Reads the monotonic clock at 1000 ticks a second.
  case readMonotonicClock = 13
  /// Takes the next interrupt event.
  case waitInterrupt = 14
  /// Sets trigger mode, polarity and mask of an interrupt line.
  case configureInterruptLine = 15
  /// Allows the next delivery on an interrupt line.
  case acknowledgeInterrupt = 16
  /// Geometry and pixel format of the framebuffer.
  case queryFramebuffer = 17
  /// Size of the console font.
  case queryFont = 18
  /// Maps the framebuffer into the caller's address space.
  case mapFramebuffer = 19
  /// Appends a line to the kernel's log.
  case logString = 20
  /// Writes bytes to the serial port while the kernel owns it.
  case writeLegacySerial = 21
  /// Reads one byte from an I/O port of the family's range.
  case ioPortRead8 = 22
  /// Writes one byte to an I/O port of the family's range.
  case ioPortWrite8 = 23
  /// Reads 32 bits of PCI configuration space.
  case readPCIConfigDWord = 24
  /// Physical address of the ACPI root pointer.
  case getACPIRSDP = 25
  /// Reads 64-bit words inside validated ACPI tables.
  case readACPIQWords = 26
  /// Takes the next hot-plug event; RETRY when there is none.
  case waitHotplugEvent = 27
  /// Maps the console font into the caller's address space.
  case mapFont = 28
  /// Presence bits of the platform's devices.
  case readPlatformCaps = 30
  /// Stops a process and returns its memory.
  case killProcess = 33
  /// Type and rights of an own slot, optionally the endpoint kind.
  case queryCap = 34
  /// Makes an endpoint in one own slot.
  case createEndpoint = 35
  /// Copies a capability within the window with equal or fewer rights.
  case capCopyAttenuated = 36
  /// Makes a process that does not run yet.
  case createStagedProcess = 37
  /// Derives the permission to install capabilities into one staged process.
  case deriveInstallGrant = 38
  /// Installs one capability under a grant.
  case installWithGrant = 39
  /// Drops a staged process.
  case abortStagedProcess = 40
  /// Copies bytes into mapped anonymous pages of a staged child.
  case writeProcessMemory = 44

  // Operations of our own.

  /// Makes a notification.
  case createNotification = 64
  /// Makes a thread.
  case createThread = 65
  /// Splits untyped memory.
  case splitUntyped = 66
  /// Makes an endpoint with a ring of a given size.
  case createRingEndpoint = 67
  /// Sets a thread's priority.
  case setThreadPriority = 80
  /// Sets the processors that a thread may run on.
  case setThreadAffinity = 81
  /// Sets the system calls that a process may use.
  case setSyscallFilter = 82
  /// Sets a thread's FS base.
  case setThreadFSBase = 83
  /// Makes a thread ready.
  case startThread = 84
  /// Stops a thread.
  case stopThread = 85
  /// Binds a notification to a thread.
  case bindNotification = 86
  /// Sets a thread's IPC buffer frame.
  case setThreadBuffer = 87
  /// Moves memory into a process's budget.
  case topUpBudget = 96
  /// Reads a process's budget.
  case readBudget = 97
  /// Copies the contents of one frame into another.
  case copyFrame = 104
  /// Derives a device frame from a validated base address register.
  case deriveBARFrame = 112
  /// Lists processes.
  case auditProcesses = 120
  /// Lists the capabilities of a process.
  case auditSlots = 121
  /// Reads the counters of a process.
  case auditCounters = 122
  /// Reads the protections that are on, back from the control registers.
  case auditHardening = 123
  /// Starts, stops or configures the event trace.
  case traceControl = 128
  /// Reads trace events behind a cursor.
  case traceRead = 129
  /// Reads the kernel's log behind a cursor.
  case readKernelLog = 136
  /// Turns the machine off through ACPI.
  case powerOff = 144
  /// Restarts the machine.
  case powerReset = 145

  /// Whether the number is kept for ABI stability and always answered with DENIED.
  public var isReserved: Bool { self == .createProcess || self == .capCopy }
}

#if !hasFeature(Embedded)
extension ControlOperation: CaseIterable {}
#endif
