// All processes in the order of their ids: a treap threaded through the processes. Ids only grow,
// so a new process joins at the right edge: a constant number of steps on average, as for leaving;
// finding one takes as many as the logarithm of their number.

/// Where a process stands in the index.
struct ProcessLinks {
  /// Older processes.
  var left: Ref<Process>?
  /// Younger processes.
  var right: Ref<Process>?
  /// The process above; its rank is higher.
  var parent: Ref<Process>?
  /// Pseudo-random, so that the shape of the tree does not depend on who lives and dies.
  var rank: UInt64 = 0
}

/// The index.
///
/// INVARIANT: ids grow from left to right, ranks fall from top to bottom, `youngest` is the last.
package struct ProcessIndex {
  private var root: Ref<Process>?
  private var youngest: Ref<Process>?
  /// Keeps user programs from predicting ranks; from the random seed of the boot.
  var secret: UInt64 = 0

  init() {}

  /// Adds a process whose id is higher than all others.
  mutating func append(_ process: Ref<Process>) {
    process.object.links.rank = Self.mix(process.object.header.id ^ secret)
    var above = youngest
    var below: Ref<Process>?
    while let current = above, current.object.links.rank < process.object.links.rank {
      below = current
      above = current.object.links.parent
    }
    process.object.links.left = below
    below?.object.links.parent = process
    process.object.links.parent = above
    if let above { above.object.links.right = process } else { root = process }
    youngest = process
  }

  /// Takes a process out.
  mutating func remove(_ process: Ref<Process>) {
    let links = process.object.links
    if youngest == process { youngest = Self.last(of: links.left) ?? links.parent }
    var (left, right) = (links.left, links.right)
    var parent = links.parent
    var isLeft = parent?.object.links.left == process
    // Joins the two subtrees from the top, always taking the higher rank.
    while true {
      let joined = Self.higher(left, right)
      joined?.object.links.parent = parent
      if let parent {
        if isLeft { parent.object.links.left = joined } else { parent.object.links.right = joined }
      } else {
        root = joined
      }
      guard let joined, let first = left, right != nil else { break }
      parent = joined
      isLeft = joined != first
      if isLeft { right = joined.object.links.left } else { left = joined.object.links.right }
    }
    process.object.links = ProcessLinks()
  }

  /// The process with the lowest id that is at least `id`.
  package func first(from id: UInt64) -> Ref<Process>? {
    var found: Ref<Process>?
    var current = root
    while let process = current {
      if process.object.header.id >= id {
        found = process
        current = process.object.links.left
      } else {
        current = process.object.links.right
      }
    }
    return found
  }

  /// The process with an id.
  package func process(_ id: UInt64) -> Ref<Process>? {
    guard let found = first(from: id), found.object.header.id == id else { return nil }
    return found
  }

  private static func higher(_ first: Ref<Process>?, _ second: Ref<Process>?) -> Ref<Process>? {
    guard let first else { return second }
    guard let second else { return first }
    return first.object.links.rank > second.object.links.rank ? first : second
  }

  private static func last(of tree: Ref<Process>?) -> Ref<Process>? {
    var last = tree
    while let right = last?.object.links.right { last = right }
    return last
  }

  /// Spreads ids over all 64 bits (the finaliser of SplitMix64).
  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
