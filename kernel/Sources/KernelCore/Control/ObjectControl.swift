// Making objects: CREATE_NOTIFICATION, CREATE_RING_ENDPOINT, SPLIT_UNTYPED, CREATE_THREAD.
// docs/reference/control/objects.md.

import CapABI
import KernelMachine

extension KernelState {
  mutating func objectControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    switch request.operation {
    case .createNotification:
      try request.requireZero(from: 1)
      let create = try CreateObject(
        .notification, in: request.onlySlot(request.word0), of: caller.cspace, scope: .window,
        space: &objects)
      create.invoke(in: &objects)
    case .splitUntyped:
      try request.requireZero(from: 2)
      guard let order = UInt8(exactly: request.word1) else { throw .invalidArgument }
      let split = try SplitUntyped(
        ControlRequest.low(request.word0), order: order,
        into: ControlRequest.high(request.word0), of: caller.cspace, scope: .window, in: &objects)
      split.invoke(in: &objects)
    case .createThread:
      try request.requireZero(from: 1)
      let create = try CreateThread(
        of: ControlRequest.low(request.word0), into: ControlRequest.high(request.word0),
        by: caller.cspace, scope: .window, in: &objects)
      create.invoke(in: &objects)
    default:
      try request.requireZero(from: 2)
      guard let capacity = UInt32(exactly: request.word1) else { throw .invalidArgument }
      let create = try CreateObject(
        .ringEndpoint(capacity: capacity), in: request.onlySlot(request.word0), of: caller.cspace,
        scope: .window, space: &objects)
      create.invoke(in: &objects)
    }
    return .done
  }
}
