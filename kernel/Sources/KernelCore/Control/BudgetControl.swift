// TOP_UP_BUDGET and READ_BUDGET. docs/reference/control/budget.md.

import CapABI
import KernelMachine

extension KernelState {
  mutating func budgetControl(
    _ request: ControlRequest, by caller: ControlCaller
  ) throws(SyscallError) -> ControlOutcome {
    guard request.operation == .topUpBudget else {
      try request.requireZero(from: 1)
      let reading = try BudgetReading(
        of: request.onlySlot(request.word0), in: caller.cspace, scope: .window, space: &objects)
      return .words(reading.total, reading.free, reading.lowWater)
    }
    try request.requireZero(from: 2)
    guard let order = UInt8(exactly: request.word1) else { throw .invalidArgument }
    try TopUpBudget(
      of: ControlRequest.low(request.word0), order: order,
      from: ControlRequest.high(request.word0), of: caller.cspace, scope: .window, in: &objects)
    return .done
  }
}
