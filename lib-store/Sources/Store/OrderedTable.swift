// The one table of the services: records in the order of their keys, in a fixed region, every
// operation in logarithmic time whatever the keys are. Andersson's balanced tree (A. Andersson,
// "Balanced search trees made simple", WADS 1993): a node's level is that of its left child plus
// one, and of a right child at most two in a row share a level.

/// What a table is ordered by: two words, the first more significant.
///
/// A table by one word leaves the second 0; one by owner and address uses both.
public struct TableKey: Comparable, Sendable, BitwiseCopyable {
  /// The more significant word.
  public var major: UInt64
  /// The less significant word.
  public var minor: UInt64

  /// A key of two words.
  public init(_ major: UInt64, _ minor: UInt64 = 0) {
    self.major = major
    self.minor = minor
  }

  /// Whether the first key comes before the second.
  @inline(__always)
  public static func < (first: TableKey, second: TableKey) -> Bool {
    first.major != second.major ? first.major < second.major : first.minor < second.minor
  }
}

/// Records by key, in order.
public struct OrderedTable<Value: BitwiseCopyable> {
  private struct Node: BitwiseCopyable {
    var key: TableKey
    var left: UInt32
    var right: UInt32
    var level: UInt32
    /// Records below this one, itself included.
    var size: UInt32
    var value: Value
  }

  private var nodes: Pile<Node>
  private var root = UInt32.max

  /// An empty table.
  ///
  /// - Parameter region: Its memory decides how many records there can be.
  public init(in region: Region) {
    nodes = Pile(in: region)
  }

  /// How many records there are.
  public var count: Int { nodes.count }
  /// The most records that fit.
  public var capacity: Int { nodes.capacity }
  /// The bytes of one record in the region.
  public static var bytesPerRecord: Int { MemoryLayout<Node>.stride }

  /// The record with a key; setting changes a record that is there and adds none.
  public subscript(key: TableKey) -> Value? {
    get {
      let node = find(key)
      return node == .max ? nil : self[node].value
    }
    set {
      let node = find(key)
      guard node != .max, let newValue else { return }
      nodes[Place(index: node)].value = newValue
    }
  }

  /// The first record whose key is the given one or comes after it.
  public func first(from key: TableKey) -> (key: TableKey, value: Value)? {
    var best = UInt32.max
    var node = root
    while node != .max {
      let found = self[node]
      if found.key < key {
        node = found.right
      } else {
        best = node
        node = found.left
      }
    }
    return best == .max ? nil : (self[best].key, self[best].value)
  }

  /// The last record whose key is the given one or comes before it.
  public func last(upTo key: TableKey) -> (key: TableKey, value: Value)? {
    var best = UInt32.max
    var node = root
    while node != .max {
      let found = self[node]
      if key < found.key {
        node = found.left
      } else {
        best = node
        node = found.right
      }
    }
    return best == .max ? nil : (self[best].key, self[best].value)
  }

  /// How many records have keys in a range.
  public func count(in range: Range<TableKey>) -> Int {
    count(before: range.upperBound) - count(before: range.lowerBound)
  }

  /// Adds a record.
  ///
  /// - Returns: False when the key is taken or the region is full; nothing changed then.
  public mutating func insert(_ value: Value, at key: TableKey) -> Bool {
    guard find(key) == .max else { return false }
    let node = Node(key: key, left: .max, right: .max, level: 1, size: 1, value: value)
    guard let place = nodes.add(node) else { return false }
    root = insert(place.index, key, below: root)
    return true
  }

  /// Takes a record out and returns it; nil when there is none with this key.
  public mutating func remove(_ key: TableKey) -> Value? {
    let node = find(key)
    guard node != .max else { return nil }
    let value = self[node].value
    root = remove(key, below: root)
    return value
  }

  /// The most records that any look-up passes: at most twice the logarithm of their number.
  var height: Int { height(below: root) }

  // MARK: The tree

  private func height(below node: UInt32) -> Int {
    guard node != .max else { return 0 }
    return 1 + max(height(below: self[node].left), height(below: self[node].right))
  }

  private subscript(index: UInt32) -> Node {
    @inline(__always) get { nodes[Place(index: index)] }
    @inline(__always) set { nodes[Place(index: index)] = newValue }
  }

  private func find(_ key: TableKey) -> UInt32 {
    var node = root
    while node != .max {
      let found = self[node]
      if found.key == key { return node }
      node = key < found.key ? found.left : found.right
    }
    return .max
  }

  private func count(before key: TableKey) -> Int {
    var passed: UInt32 = 0
    var node = root
    while node != .max {
      let found = self[node]
      if found.key < key {
        passed += 1 + size(found.left)
        node = found.right
      } else {
        node = found.left
      }
    }
    return Int(passed)
  }

  private func level(_ node: UInt32) -> UInt32 { node == .max ? 0 : self[node].level }

  private func size(_ node: UInt32) -> UInt32 { node == .max ? 0 : self[node].size }

  /// Sums up the sizes below a node whose children changed.
  private mutating func measure(_ node: UInt32) {
    let found = self[node]
    self[node].size = 1 + size(found.left) + size(found.right)
  }

  /// Turns a left child of the same level into the parent.
  private mutating func skew(_ node: UInt32) -> UInt32 {
    guard node != .max else { return node }
    let left = self[node].left
    guard left != .max, self[left].level == self[node].level else { return node }
    self[node].left = self[left].right
    self[left].right = node
    measure(node)
    measure(left)
    return left
  }

  /// Lifts the middle of three nodes in a row on one level.
  private mutating func split(_ node: UInt32) -> UInt32 {
    guard node != .max else { return node }
    let right = self[node].right
    guard right != .max, level(self[right].right) == self[node].level else { return node }
    self[node].right = self[right].left
    self[right].left = node
    self[right].level += 1
    measure(node)
    measure(right)
    return right
  }

  // Both recursions are as deep as the tree is high: at most twice the logarithm of its count.

  private mutating func insert(_ new: UInt32, _ key: TableKey, below node: UInt32) -> UInt32 {
    guard node != .max else { return new }
    if key < self[node].key {
      self[node].left = insert(new, key, below: self[node].left)
    } else {
      self[node].right = insert(new, key, below: self[node].right)
    }
    self[node].size += 1
    return split(skew(node))
  }

  private mutating func remove(_ key: TableKey, below node: UInt32) -> UInt32 {
    guard node != .max else { return node }
    let found = self[node]
    if key < found.key {
      self[node].left = remove(key, below: found.left)
    } else if found.key < key {
      self[node].right = remove(key, below: found.right)
    } else if found.left == .max, found.right == .max {
      nodes.remove(Place(index: node))
      return .max
    } else {
      removeInside(node)
    }
    return rebalance(node)
  }

  /// Replaces a record by its neighbour in the order, whose own node goes.
  private mutating func removeInside(_ node: UInt32) {
    let goesRight = self[node].left == .max
    var neighbour = goesRight ? self[node].right : self[node].left
    while true {
      let next = goesRight ? self[neighbour].left : self[neighbour].right
      guard next != .max else { break }
      neighbour = next
    }
    let heir = self[neighbour]
    // The neighbour is removed by its key before this node takes that key.
    if goesRight {
      self[node].right = remove(heir.key, below: self[node].right)
    } else {
      self[node].left = remove(heir.key, below: self[node].left)
    }
    self[node].key = heir.key
    self[node].value = heir.value
  }

  /// Restores the levels of a node whose subtree lost one.
  private mutating func rebalance(_ top: UInt32) -> UInt32 {
    var node = top
    measure(node)
    let allowed = min(level(self[node].left), level(self[node].right)) + 1
    if allowed < self[node].level {
      self[node].level = allowed
      let right = self[node].right
      if right != .max, allowed < self[right].level { self[right].level = allowed }
    }
    node = skew(node)
    let right = skew(self[node].right)
    self[node].right = right
    if right != .max { self[right].right = skew(self[right].right) }
    node = split(node)
    self[node].right = split(self[node].right)
    return node
  }
}
