// In this program every call of a case leaves a note of how it ended, so that the tables of errors
// can be compared with what was provoked: docs/reference/scenarios.md.

import CapABI
import Sys
import TestKit

/// Stands in front of the type of `Sys` with the same name.
typealias SystemCall = NotedCall

extension ControlCall {
  /// Stands in front of the method of `Sys` with the same name.
  func perform(on endpoint: CapSlot) -> Answer {
    let answer = SystemCall.call(endpoint, MessageTag(label: operation, length: length), words)
    if answer.status == .ok { Notes.note(operation: operation, answer.tag.result) }
    return answer
  }
}
