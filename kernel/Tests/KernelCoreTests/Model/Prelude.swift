// How trials about messages begin: three processes that share endpoints and notifications, each
// with two threads that have buffers, pagers and somebody who serves them.

import CapABI
import KernelCore

extension Action {
  /// The endpoints of the first process, the third of them with a ring, and its notifications.
  private static let shared: ClosedRange<UInt32> = 5...9
  private static let grantSlot: UInt32 = 10
  private static let untypedSlot: UInt32 = 11

  /// The actions of the first process that set the scene.
  ///
  /// `ballast` objects are made besides, which make the state a larger one.
  static func prelude(ballast: UInt32) -> [Action] {
    var actions: [Action] = [
      Action(.endpoint, 5), Action(.endpoint, 6), Action(.ring, 7, order: 3),
      Action(.notification, 8), Action(.notification, 9),
    ]
    for child in 0..<3 as Range<UInt32> { actions += stage(child) }
    for child in 0..<3 as Range<UInt32> {
      actions += [Action(.start, 2 + child), Action(.startThread, 12 + child)]
    }
    return actions + self.ballast(ballast)
  }

  /// Objects of the first process that make a state a larger one, in slots that nobody names.
  static func ballast(_ count: UInt32) -> [Action] {
    (0..<count).map { Action(.notification, 200 + $0) }
  }

  private static func stage(_ child: UInt32) -> [Action] {
    let process = 2 + child
    let thread = 12 + child
    let frame = 15 + 2 * child
    var actions = [
      Action(.process, 1, process, 128, order: 5), Action(.grant, process, grantSlot),
      Action(.install, process, grantSlot, 1),
      Action(.split, 1, untypedSlot, order: 3), Action(.install, untypedSlot, grantSlot, 2),
      Action(.drop, untypedSlot),
    ]
    for slot in shared {
      let badge: UInt64 = slot == 6 ? 0 : 1 << UInt64(process)
      actions.append(Action(.install, slot, grantSlot, slot, badge: badge))
    }
    actions += [
      Action(.drop, grantSlot), Action(.thread, process, thread),
      Action(.retype, 1, frame), Action(.retype, 1, frame + 1),
      Action(.buffer, process, frame), Action(.buffer, thread, frame + 1),
      Action(.pager, process, 5 + child), Action(.handler, process, 6),
      Action(.pager, thread, 6), Action(.handler, thread, 5),
      Action(.priority, process, order: 20 + UInt8(child)),
      Action(.priority, thread, order: 21 - UInt8(child)),
      Action(.server, process, 5 + child), Action(.bind, process, 8 + child % 2),
    ]
    return actions
  }
}
