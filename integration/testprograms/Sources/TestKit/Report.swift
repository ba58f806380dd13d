// Runs cases, tidies up after each, and says what came of it: one line per case, the sums at the
// end.

public import CapABI
import IPC
import Runtime
public import Sys

/// The cases of a program and their results.
public struct Report {
  /// What cases work with.
  public var workshop: Workshop
  /// Cases that passed.
  public private(set) var passed: UInt64 = 0
  /// Cases that failed.
  public private(set) var failed: UInt64 = 0
  private var suite: StaticString = ""

  /// A report without results.
  public init(_ workshop: Workshop) { self.workshop = workshop }

  /// The suite that the next cases belong to.
  public mutating func begin(_ suite: StaticString) { self.suite = suite }

  /// Runs one case.
  ///
  /// It passes when it does not throw, and when root's budget is afterwards what it was before.
  ///
  /// The detail follows the name, for cases that are made in series.
  @inline(never)
  public mutating func check(
    _ name: StaticString, _ detail: StaticString = "",
    _ body: (inout Workshop) throws(Failure) -> Void
  ) {
    let before = freeBytes()
    var failure: Failure?
    do {
      try body(&workshop)
    } catch {
      failure = error
    }
    let tidied = workshop.tidy()
    if failure == nil, tidied != .ok {
      failure = Failure(line: 1, found: UInt64(tidied.rawValue), expected: 0)
    }
    let after = settledFreeBytes(before)
    if failure == nil, after != before {
      failure = Failure(line: 2, found: after, expected: before)
    }
    note(name, detail, failure)
  }

  /// Writes the line of one case.
  private mutating func note(
    _ name: StaticString, _ detail: StaticString, _ failure: Failure?
  ) {
    var line = TextLine(failure == nil ? "PASS " : "FAIL ")
    line.append(suite)
    line.append("/")
    line.append(name)
    line.append(detail)
    if let failure {
      failed += 1
      line.append(" line ")
      line.append(decimal: UInt64(failure.line))
      line.append(" found ")
      line.append(hexadecimal: failure.found)
      line.append(" expected ")
      line.append(hexadecimal: failure.expected)
    } else {
      passed += 1
    }
    workshop.log.write(line)
  }

  /// Writes the sums.
  public func finish() {
    var line = TextLine()
    line.append(decimal: passed)
    line.append(" passed, ")
    line.append(decimal: failed)
    line.append(" failed")
    workshop.log.write(line)
  }

  /// Free bytes of root's budget.
  private func freeBytes() -> UInt64 {
    ControlCall.readBudget(of: RootSlot.process.slot).perform(on: RootSlot.budget.slot).words.word1
  }

  /// Free bytes once the kernel has finished with what was given back.
  private func settledFreeBytes(_ expected: UInt64) -> UInt64 {
    for _ in 0..<1000 where freeBytes() != expected { _ = SystemCall.yield() }
    return freeBytes()
  }
}

extension Report {
  /// Sets up the workshop from the address that the root task was started with.
  ///
  /// - Returns: Nil when the handoff is not valid or the kernel refuses a step.
  public init?(start: UInt64) {
    guard let memory = Memory.start(at: start), let facts = RootFacts(memory),
      let kept = Kept(facts)
    else { return nil }
    self.init(Workshop(facts, kept))
  }
}
