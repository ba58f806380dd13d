// What the system does with its time: top, bench, trace.

import Bootstrap
import CapABI
import Handoff
import IPC
import Runtime
import Sys

/// Counters of all services at one time, by their places in the boot configuration.
private struct Sample {
  var time: UInt64 = 0
  var nanoseconds = [64 of UInt64](repeating: 0)
  var messages = [64 of UInt64](repeating: 0)
}

extension Shell {
  private static var refreshNanoseconds: UInt64 { 1_000_000_000 }

  // MARK: top

  /// `top`.
  mutating func showTop() throws(ShellError) {
    let file = configuration
    guard let config = file.bootConfig else { throw .said("there is no boot configuration") }
    var before = try sample(config)
    while true {
      say("(q ends)")
      flush()
      if isKeyPressed(within: Self.refreshNanoseconds) { return }
      let after = try sample(config)
      show(before, after, config)
      before = after
    }
  }

  private mutating func sample(_ config: borrowing BootConfig) throws(ShellError) -> Sample {
    let census = try takeCensus(config)
    var sample = Sample()
    for index in 0..<Self.count(config) {
      guard let counters = counters(of: census.process(index)) else { continue }
      sample.nanoseconds[index] = counters.nanoseconds
      sample.messages[index] = counters.messages
    }
    sample.time = now
    return sample
  }

  /// The services that did something, the busiest first.
  private mutating func show(
    _ before: Sample, _ after: Sample, _ config: borrowing BootConfig
  ) {
    let span = max(after.time - min(before.time, after.time), 1)
    put(Self.clearScreen)
    var line = TextLine("up ")
    line.append(.duration(after.time))
    say(line)
    say("NAME                CPU %   MESSAGES/s")
    var left: UInt64 = Self.count(config) == 64 ? .max : 1 << UInt64(Self.count(config)) - 1
    while left != 0 {
      var best = left.trailingZeroBitCount
      for index in 0..<64 where left >> UInt64(index) & 1 == 1 {
        if after.nanoseconds[index] &- before.nanoseconds[index]
          > after.nanoseconds[best] &- before.nanoseconds[best]
        {
          best = index
        }
      }
      left &= ~(1 << UInt64(best))
      // A service that was restarted meanwhile counts anew.
      let used = after.nanoseconds[best] - min(before.nanoseconds[best], after.nanoseconds[best])
      let sent = after.messages[best] - min(before.messages[best], after.messages[best])
      guard used > 0 || sent > 0, let role = config.services[best]?.role else { continue }
      var line = TextLine()
      line.append(role)
      line.right(.share(used, of: span), endingAt: 25)
      line.right(sent * 1_000_000_000 / span, endingAt: 38)
      say(line)
    }
  }

  // MARK: bench

  /// `bench`.
  mutating func measure(_ words: Words) throws(ShellError) {
    var count: UInt64 = 1000
    if words.count > 1 {
      guard let number = words.number(1), number >= 1, number <= 100_000 else { throw .usage }
      count = number
    }
    say("WHAT                                     NANOSECONDS")
    try measure("system call (yield)", count, "the kernel") { shell throws(ResultCode) in
      _ = shell.system.perform(.yield, 0, 0, MessageWords())
    }
    try measure("kernel operation (clock)", count, "the kernel") { shell throws(ResultCode) in
      try shell.system.control(.readClock, on: Peer.time)
    }
    try measure("timed NOW_MONOTONIC", count, "timed") { shell throws(ResultCode) in
      let _: TimedReply = try shell.system.ask(TimedRequest.nowMonotonic, of: Peer.timed)
    }
    try measure("memd STATUS", count, "memd") { shell throws(ResultCode) in
      let _: MemdReply = try shell.system.ask(MemdRequest.status, of: Peer.memd)
    }
    try measure("crashd STATUS", count, "crashd") { shell throws(ResultCode) in
      let _: CrashdReply = try shell.system.ask(CrashdRequest.status, of: Peer.crashd)
    }
  }

  /// Does something often and tells how long one takes.
  private mutating func measure(
    _ name: StaticString, _ count: UInt64, _ peer: StaticString,
    _ body: (inout Shell) throws(ResultCode) -> Void
  ) throws(ShellError) {
    let start = now
    do throws(ResultCode) {
      for _ in 0..<count { try body(&self) }
    } catch {
      throw .refused(peer, error)
    }
    var line = TextLine(name)
    line.right((now - start) / count, endingAt: 52)
    say(line)
    flush()
  }

  // MARK: trace

  /// Every kind of event.
  private static var everyKind: UInt64 { 0b1111 }
  /// Events that one TRACE_READ gives.
  private static var eventsPerRead: UInt64 { 31 }

  /// `trace`.
  mutating func trace(_ words: Words) throws(ShellError) {
    var milliseconds: UInt64 = 100
    if words.count > 1 {
      guard let number = words.number(1), number >= 1, number <= 10_000 else { throw .usage }
      milliseconds = number
    }
    let file = configuration
    guard let config = file.bootConfig else { throw .said("there is no boot configuration") }
    let census = try takeCensus(config)
    let begin = now
    do throws(ResultCode) {
      try system.control(.trace(Self.everyKind), on: Peer.trace)
      pause(milliseconds * 1_000_000)
      try system.control(.trace(0), on: Peer.trace)
    } catch {
      throw .refused("the kernel", error)
    }
    say("TRACE:BEGIN")
    for index in 0..<Self.count(config) {
      guard let role = config.services[index]?.role, let process = census.process(index) else {
        continue
      }
      var line = TextLine("P ")
      line.append(decimal: process)
      line.append(" ")
      line.append(role)
      say(line)
    }
    let count = try printEvents(since: begin)
    var line = TextLine("TRACE:END:")
    line.append(decimal: count)
    say(line)
  }

  /// Prints all events from a time on: time, kind, processor, thread, detail.
  ///
  /// - Returns: How many.
  private mutating func printEvents(since begin: UInt64) throws(ShellError) -> UInt64 {
    var cursor: UInt64 = 0
    var total: UInt64 = 0
    while true {
      var events = EventBlock()
      do throws(ResultCode) {
        let call = ControlCall.readTrace(from: cursor, count: Self.eventsPerRead)
        let answer = system.call(
          Peer.trace, MessageTag(label: call.operation, length: call.length), call.words)
        guard answer.code == .ok else { throw answer.code }
        let message = system.take(answer)
        // Printing calls seriald, whose message would overwrite the events.
        events.read(system.buffer, byteCount: Int(message.tag.length))
      } catch {
        throw .refused("the kernel", error)
      }
      guard events.count > 0, events.next > cursor else { return total }
      for index in 0..<events.count where events.time(index) >= begin {
        total += 1
        say(events.line(index))
      }
      cursor = events.next
      if isInterrupted { return total }
    }
  }
}

/// Events as TRACE_READ gives them.
private struct EventBlock {
  private var words = [124 of UInt64](repeating: 0)
  private(set) var count = 0
  /// The number of the event behind them.
  private(set) var next: UInt64 = 0

  mutating func read(_ buffer: MessageBuffer, byteCount: Int) {
    count = min(max(byteCount - 8, 0) / 32, 31)
    // The message begins with the number of its first event.
    next = buffer[payloadWord: 0] &+ UInt64(count)
    for index in 0..<count * 4 { words[index] = buffer[payloadWord: index + 1] }
  }

  func time(_ index: Int) -> UInt64 { words[index * 4] }

  func line(_ index: Int) -> TextLine {
    var line = TextLine("E ")
    line.append(decimal: words[index * 4])
    line.append(" ")
    line.append(decimal: words[index * 4 + 1] & 0xFFFF_FFFF)
    line.append(" ")
    line.append(decimal: words[index * 4 + 1] >> 32)
    line.append(" ")
    line.append(decimal: words[index * 4 + 2])
    line.append(" ")
    line.append(decimal: words[index * 4 + 3])
    return line
  }
}
