// The driver-like check: a program holds what is declared, and nothing besides.

import Bootstrap
import CapABI
import Handoff
import Service
import Sys

extension Test {
  /// Walks all slots: each is as the envelope says, or empty.
  mutating func checkSlots(_ envelope: borrowing StartEnvelope) {
    let declared = envelope.capabilities
    var next = 0
    var isExact = true
    for number in 1..<info.cspaceSlots {
      let slot = CapSlot(rawValue: number)
      let found = try? system.query(slot)
      if next < declared.count, let expected = declared[next]?.descriptor, expected.slot == slot {
        next += 1
        isExact =
          isExact && found?.type == expected.type.rawValue && found?.rights == expected.rights
          && found?.kind == expected.kind.rawValue
      } else {
        isExact = isExact && (found == nil || found?.type == CapabilityType.null.rawValue)
      }
    }
    expect(isExact && next == declared.count, "holds what is declared and nothing else")
    tell("capabilities:", UInt64(next))
  }
}
