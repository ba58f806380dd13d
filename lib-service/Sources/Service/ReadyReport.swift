// READY: what every program tells its supervisor once. It fits in registers, so the buffer, in
// which a reply may stand, is not touched.

import Bootstrap
import CapABI
import IPC
import Sys

/// The message.
struct ReadyReport {
  let tag = MessageTag(label: ProcdOperation.ready.rawValue, length: 8)
  let words: MessageWords

  init(_ code: ReadinessCode) {
    words = MessageWords(UInt64(code.rawValue))
  }
}

extension System {
  /// Sends it.
  ///
  /// A supervisor whose ring is full empties it when it runs next, so it is repeated
  /// until it is taken.
  mutating func report(_ code: ReadinessCode, to supervisor: CapSlot) {
    let report = ReadyReport(code)
    while notify(supervisor, report.tag, report.words) == .retry {
      _ = perform(.yield, 0, 0, MessageWords())
    }
  }
}
