// What happens when a thread calls an endpoint of the kernel: the family decides whether the
// operation is offered, and each group of operations has a file of its own.
// docs/reference/control/.

package import CapABI
import KernelMachine

/// Who asks for a control operation.
struct ControlCaller {
  /// The thread that waits for the reply.
  let thread: Ref<Thread>
  /// Its process.
  let process: Ref<Process>
  /// The CSpace in whose visible window it names slots.
  let cspace: Ref<CSpace>
}

extension KernelState {
  /// Executes a CALL on a kernel endpoint.
  ///
  /// After an error nothing has changed.
  /// - Parameters:
  ///   - family: What the endpoint object says; slot numbers decide nothing.
  ///   - request: The operation and its words.
  ///   - thread: The caller, which is running.
  /// - Returns: What becomes of the caller.
  /// - Throws: `denied` for a reserved operation, `unsupported` for one that the family does not
  ///   offer, and what the operation documents.
  package mutating func control(
    _ family: EndpointKind, _ request: ControlRequest, from thread: Ref<Thread>
  ) throws(SyscallError) -> ControlOutcome {
    let caller = try admit(thread, to: request.operation, of: family)
    if request.operation.rawValue >= ControlOperation.createNotification.rawValue {
      return try ownControl(request, by: caller)
    }
    return try publishedControl(family, request, by: caller)
  }

  /// `control` for the operations that map, with the small result that they have.
  mutating func mapping(
    _ family: EndpointKind, _ request: ControlRequest, from thread: Ref<Thread>
  ) throws(SyscallError) -> Outcome {
    try mappingControl(request, by: admit(thread, to: request.operation, of: family))
  }

  /// Checks that a family offers an operation; says who asks.
  @inline(__always) private func admit(
    _ thread: Ref<Thread>, to operation: ControlOperation, of family: EndpointKind
  ) throws(SyscallError) -> ControlCaller {
    guard family.accepts(operation) else {
      throw operation.isReserved ? .denied : .unsupported
    }
    let process = thread.object.process
    guard let cspace = process.object.cspace else { throw .wrongState }
    return ControlCaller(thread: thread, process: process, cspace: cspace)
  }

  /// The published operations.
  private mutating func publishedControl(
    _ family: EndpointKind, _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .queryCap, .capMove, .capDrop, .capCopyAttenuated, .createEndpoint:
      try capabilityControl(request, by: caller)
    case .startProcess, .killProcess, .abortStagedProcess, .createStagedProcess,
      .deriveInstallGrant, .installWithGrant, .setCSpaceWindow, .setThreadEndpoint,
      .setThreadPager:
      try processControl(request, by: caller)
    case .waitInterrupt, .configureInterruptLine, .acknowledgeInterrupt:
      try interruptControl(request, by: caller)
    case .readMonotonicClock, .readPlatformCaps, .waitHotplugEvent, .readPCIConfigDWord,
      .ioPortRead8, .ioPortWrite8, .queryFramebuffer, .queryFont:
      try deviceControl(family, request)
    case .getACPIRSDP, .readACPIQWords: try acpiControl(request, by: caller)
    case .logString, .writeLegacySerial: try logControl(request, by: caller)
    default: try memoryControl(request, by: caller)
    }
  }

  /// The operations of our own.
  private mutating func ownControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .createNotification, .createRingEndpoint, .splitUntyped, .createThread:
      try objectControl(request, by: caller)
    case .setThreadPriority, .setThreadAffinity, .setSyscallFilter, .setThreadFSBase,
      .startThread, .stopThread, .bindNotification:
      try threadControl(request, by: caller)
    case .topUpBudget, .readBudget: try budgetControl(request, by: caller)
    case .auditProcesses, .auditSlots, .auditCounters, .auditHardening:
      try auditControl(request, by: caller)
    case .traceControl, .traceRead: try traceControl(request, by: caller)
    case .readKernelLog: try logControl(request, by: caller)
    case .powerOff, .powerReset: try powerControl(request)
    default: try memoryControl(request, by: caller)
    }
  }
}
