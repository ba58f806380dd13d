// What a case works with: empty slots, addresses nobody uses, memory that goes back afterwards.

public import CapABI
public import Runtime
public import Sys

/// The means of one case.
///
/// Everything that a case makes hangs below the case's own piece of untyped memory or stands in a
/// slot handed out by `slot()`; `tidy` takes all of it away.
public struct Workshop {
  /// What the boot said.
  public let facts: RootFacts
  /// Where lines go.
  public var log: Log
  /// Untyped memory whose descendants go when the case ends.
  public let pool: CapSlot
  /// The root thread's IPC buffer.
  public let buffer: MessageBuffer
  private let firstSlot: UInt32
  private var nextSlot: UInt32
  private var nextAddress = Self.firstAddress

  /// Where cases map things: above everything that the kernel places.
  static let firstAddress: UInt64 = 0xE00_0000_0000
  /// The persistent part: buffers and the copy of the image.
  static let keptAddress: UInt64 = 0xD00_0000_0000
  /// The size of a page.
  public static let pageSize: UInt64 = 4096

  /// What was made before the first case.
  public let kept: Kept

  /// A workshop on what was made before the first case.
  init(_ facts: RootFacts, _ kept: Kept) {
    self.facts = facts
    self.kept = kept
    log = Log(RootSlot.log.slot, buffer: kept.buffer)
    pool = kept.pool
    buffer = kept.buffer
    firstSlot = kept.firstFreeSlot
    nextSlot = kept.firstFreeSlot
  }

  /// An empty slot of the case's own.
  public mutating func slot() -> CapSlot { slots(1) }

  /// The first of `count` neighbouring empty slots.
  public mutating func slots(_ count: UInt32) -> CapSlot {
    defer { nextSlot += count }
    return CapSlot(rawValue: nextSlot)
  }

  /// An address with room for 2^order pages, aligned to that size, with a gap before it.
  public mutating func address(order: UInt64 = 0) -> UInt64 {
    let size = Self.pageSize << order
    let start = (nextAddress + Self.pageSize + size - 1) & ~(size - 1)
    nextAddress = start + size
    return start
  }

  /// How far the slots of the case are handed out.
  public func mark() -> UInt32 { nextSlot }

  /// Empties the slots that were handed out since a mark; memory made meanwhile comes back with its
  /// capabilities.
  ///
  /// - Returns: The first refusal.
  public mutating func release(to mark: UInt32) -> ResultCode {
    var result = ResultCode.ok
    for slot in (mark..<nextSlot).reversed() {
      let code = SystemCall.drop(CapSlot(rawValue: slot))
      if code != .ok, code != .emptySlot, result == .ok { result = code }
    }
    nextSlot = mark
    return result
  }

  /// Takes away all that the case made.
  ///
  /// - Returns: The first refusal.
  mutating func tidy() -> ResultCode {
    var result = SystemCall.revoke(pool)
    // Threads go before what they wait for: one that is woken by a death would spin.
    for slot in (firstSlot..<nextSlot).reversed() {
      let code = SystemCall.drop(CapSlot(rawValue: slot))
      if code != .ok, code != .emptySlot, result == .ok { result = code }
    }
    nextSlot = firstSlot
    nextAddress = Self.firstAddress
    return result
  }
}
