// The end of the system, asked for by somebody who may and by somebody who may not.

import CapABI
import IPC
import Sys

extension Test {
  /// SHUTDOWN, which never comes back; before it every way to ask wrongly.
  mutating func shutDown(_ kind: ShutdownKind) {
    let request = RootdRequest.shutdown(kind)
    let denied = code(of: request, to: Slots.rootd, RootdReply.self)
    expect(denied == .denied, "SHUTDOWN through the public face is DENIED")
    let tag = MessageTag(label: RootdOperation.shutdown.rawValue, length: 8)
    system.buffer.setDeadline(limit)
    let bad = system.call(Slots.power, tag.adding(.deadline), MessageWords(3))
    expect(bad.tag.result == .invalidArgument, "SHUTDOWN of an unknown kind is INVALID_ARGUMENT")
    system.buffer.setDeadline(limit)
    let unknown = system.call(
      Slots.power, MessageTag(label: 0x3F1, length: 8).adding(.deadline), MessageWords(1))
    expect(unknown.tag.result == .unsupported, "an unknown operation is UNSUPPORTED")
    _ = system.notify(Slots.power, tag, MessageWords(UInt64(kind.rawValue)))
    expect(true, "SHUTDOWN one-way ends nothing")
    _ = system.call(Slots.power, tag, MessageWords(UInt64(kind.rawValue)))
    expect(false, "SHUTDOWN came back")
  }
}
