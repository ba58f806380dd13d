// The end of the system, as it is asked for: everything that procd started ends in reverse order of
// the launch, then the machine (docs/reference/protocols/rootd.md).

import Bootstrap
import CapABI
import Handoff
import IPC
import Runtime
import Sys

extension Rootd {
  /// Nanoseconds that the console has for what it still has to print.
  private static var drainTime: UInt64 { 250_000_000 }
  /// Nanoseconds that a machine has to end once it was told to.
  private static var endTime: UInt64 { 5_000_000_000 }

  /// Answers a message on the power face, which ends the system when it is well formed.
  ///
  /// - Throws: Why the machine does not end, when all services did.
  mutating func hearPower(
    _ message: Message, _ config: borrowing BootConfig
  ) throws(BootFailure) {
    // Nobody may send faults or one-way messages through this face.
    guard !message.isFromKernel, !message.isOneWay else { return }
    let kind: ShutdownKind
    do throws(ResultCode) {
      switch try system.decode(message, as: RootdRequest.self) {
      case .shutdown(let wanted): kind = wanted
      }
      // The caller waits until it is ended: a reply that is owed would be lost with the next wait.
      try system.saveReply(into: RootdSlots.reply)
    } catch {
      _ = system.reply(RootdSlots.endpoint, MessageTag(refusing: error))
      return
    }
    tell(TextLine("ROOTD:SHUTDOWN"))
    pause(Self.drainTime)
    endServices(config)
    tell(TextLine(kind == .off ? "ROOTD:POWER_OFF" : "ROOTD:REBOOT"))
    do throws(ResultCode) {
      try system.control(kind == .off ? .powerOff : .powerReset, on: RootSlot.power.slot)
    } catch {
      throw .refused(.rootd, error)
    }
    // The registers are written; a machine may take a moment.
    pause(Self.endTime)
    throw .refused(.rootd, .timedOut)
  }

  /// Has procd end everything that it started; what ended already is passed over.
  private mutating func endServices(_ config: borrowing BootConfig) {
    guard let order = try? config.checkRules() else { return }
    for step in 0..<order.count {
      guard let index = order[order.count - 1 - step], let service = config.services[index],
        service.isStartedByProcd, let process = record(of: service.role)?.process,
        let time = try? system.now()
      else { continue }
      let _: ProcdReply? = try? system.ask(
        ProcdRequest.kill(process), of: RootdSlots.procd, deadline: time &+ Self.patience)
    }
  }

  /// Waits; whatever arrives meanwhile counts for nothing any more.
  private mutating func pause(_ nanoseconds: UInt64) {
    guard let time = try? system.now() else { return }
    let end = time &+ nanoseconds
    while let now = try? system.now(), now < end {
      system.buffer.setDeadline(end)
      let answer = system.receive(
        RootdSlots.endpoint, MessageTag(label: 0, flags: .deadline))
      guard answer.status == .ok || answer.status == .timedOut else { return }
    }
  }
}
