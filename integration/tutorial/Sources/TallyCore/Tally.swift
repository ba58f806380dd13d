// tally: a count for each client (docs/tutorial-service.md). Who a client is, its badge says: the
// kernel delivers it with every message, and nobody can forge it.

public import Bootstrap
public import CapABI
import IPC
public import Service
import Store
public import Sys

/// The service.
public struct Tally: Server {
  /// Counts by badge.
  private var counts: OrderedTable<UInt64>

  /// A service without clients.
  ///
  /// - Throws: NO_MEMORY when its heap has no room for one.
  public init(_ start: inout Start) throws(ReadinessCode) {
    counts = OrderedTable(in: try start.take(start.heap.byteCount & ~15))
    guard counts.capacity > 0 else { throw .noMemory }
  }

  /// Answers a request.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let request: TallyRequest = try system.decode(message)
    let reply: TallyReply
    switch request {
    case .add(let amount):
      guard BadgeRange.publicFace.contains(message.badge) else { throw .denied }
      reply = .add(total: try add(amount, for: message.badge))
    case .reset:
      guard BadgeRange.controlFace.contains(message.badge) else { throw .denied }
      while let (client, _) = counts.first(from: TableKey(0)) { _ = counts.remove(client) }
      reply = .reset
    }
    return .now(try system.encode(reply: reply))
  }

  private mutating func add(_ amount: UInt64, for client: Badge) throws(ResultCode) -> UInt64 {
    let key = TableKey(client.rawValue)
    let (total, isTooLarge) = (counts[key] ?? 0).addingReportingOverflow(amount)
    guard !isTooLarge else { throw .tooLarge }
    // Both are refused before anything has changed.
    guard counts[key] != nil || counts.count < counts.capacity else { throw .limitReached }
    _ = counts.remove(key)
    _ = counts.insert(total, at: key)
    return total
  }
}
