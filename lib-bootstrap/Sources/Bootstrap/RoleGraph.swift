// Directed graphs over the services of one boot configuration: a bit set per node, no memory, no
// recursion. Used for dependencies and for calls.

/// A graph over at most 64 nodes.
struct RoleGraph {
  /// Bit n of row m: m leads to n.
  private var rows = InlineArray<64, UInt64>(repeating: 0)
  private let count: Int

  /// A graph of `count` nodes, at most 64, without edges.
  init(count: Int) {
    self.count = count
  }

  /// Adds an edge; both ends are below the count.
  mutating func add(from: Int, to: Int) {
    rows[from] |= 1 << UInt64(to)
  }

  /// Orders the nodes so that each comes after all that it leads to; of several that could be
  /// next, the lowest is.
  ///
  /// - Throws: `GraphCycle` with an edge on a cycle when there is no such order.
  func ordered() throws(GraphCycle) -> LaunchOrder {
    var order = LaunchOrder()
    var done: UInt64 = 0
    // Each round appends one node or ends the loop.
    while order.count < count {
      var next = 0
      while next < count, done & (1 << UInt64(next)) != 0 || rows[next] & ~done != 0 { next += 1 }
      guard next < count else { throw cycle(done) }
      done |= 1 << UInt64(next)
      order.append(next)
    }
    return order
  }

  /// Finds an edge on a cycle, given that every node outside `done` leads to another one outside.
  ///
  /// Walking along such edges must come back to a node seen before within `count` steps, and the
  /// node it comes back to lies on a cycle, as does the edge that leads to it.
  private func cycle(_ done: UInt64) -> GraphCycle {
    var node = (~done).trailingZeroBitCount
    var seen: UInt64 = 0
    while true {
      seen |= 1 << UInt64(node)
      let next = (rows[node] & ~done).trailingZeroBitCount
      guard seen & (1 << UInt64(next)) == 0 else { return GraphCycle(from: node, to: next) }
      node = next
    }
  }
}

/// An edge on a cycle, by node indexes.
struct GraphCycle: Error, Equatable {
  let from: Int
  let to: Int
}

/// The services of a boot configuration in the order in which they are launched.
public struct LaunchOrder: Sendable {
  private var indexes = InlineArray<64, UInt8>(repeating: 0)
  /// Number of services.
  public private(set) var count = 0

  /// An order of no services.
  init() {}

  /// Appends an index below 64; at most 64 are appended.
  mutating func append(_ index: Int) {
    indexes[count] = UInt8(truncatingIfNeeded: index)
    count += 1
  }

  /// The index, in the boot configuration, of the service that is launched at a position; nil
  /// outside `0 ..< count`.
  public subscript(position: Int) -> Int? {
    position >= 0 && position < count ? Int(indexes[position]) : nil
  }
}
