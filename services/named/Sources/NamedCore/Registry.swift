// What was seeded: the services that may register and the clients that may look them up. It grows
// only until it is sealed, and nothing is ever taken out.

import CapABI
import IPC
import Service
import Store

/// A service that may register.
struct Entry: BitwiseCopyable {
  // The name in two words, as in its key.
  private let firstWord: UInt64
  private let secondWord: UInt64
  private let role: UInt16
  private let protocolID: UInt16
  private let rightBits: UInt32
  /// Whether its endpoint is in its slot.
  var isActive = false

  init(_ tuple: ServiceTuple, _ rights: Rights) {
    firstWord = tuple.name.firstWord
    secondWord = tuple.name.secondWord
    role = tuple.role.rawValue
    protocolID = tuple.protocolID
    rightBits = rights.rawValue
  }

  /// What a lookup hands out.
  var rights: Rights { Rights(rawValue: rightBits) }

  /// What identifies it; nil never, since it was made of one.
  var tuple: ServiceTuple? {
    guard let name = ServiceName(firstWord: firstWord, secondWord: secondWord) else { return nil }
    return ServiceTuple(name: name, role: RoleID(rawValue: role), protocolID: protocolID)
  }

  func matches(_ tuple: ServiceTuple) -> Bool {
    firstWord == tuple.name.firstWord && secondWord == tuple.name.secondWord
      && role == tuple.role.rawValue && protocolID == tuple.protocolID
  }
}

/// Entries in seeding order, by name; badges by client and entry.
struct Registry {
  private var entries: Pile<Entry>
  private var names: OrderedTable<Place>
  private var clients: OrderedTable<UInt64>
  private let entryLimit: Int
  private(set) var isSealed = false

  /// An empty registry: a quarter of the memory is for entries, the rest for pairs of client and
  /// name.
  ///
  /// Is nil when not one of each fits.
  init?(in heap: inout Region, slotCount: Int) {
    let bytesPerEntry = OrderedTable<Place>.bytesPerRecord + MemoryLayout<Entry>.stride
    let count = min(heap.byteCount / 4 / bytesPerEntry, slotCount)
    guard let index = heap.take(count * OrderedTable<Place>.bytesPerRecord),
      let room = heap.take(count * MemoryLayout<Entry>.stride),
      let rest = heap.take(heap.byteCount)
    else { return nil }
    names = OrderedTable(in: index)
    entries = Pile(in: room)
    clients = OrderedTable(in: rest)
    entryLimit = count
    guard count > 0, clients.capacity > 0 else { return nil }
  }

  /// The slot where the endpoint of an active entry is kept.
  static func slot(of entry: Place) -> CapSlot {
    CapSlot(rawValue: ServiceSlot.firstFree + entry.index)
  }

  /// How many entries there are.
  var count: Int { entries.count }

  subscript(entry: Place) -> Entry {
    get { entries[entry] }
    set { entries[entry] = newValue }
  }

  /// The entry at a place in seeding order.
  func entry(at index: UInt32) -> Entry? { entries.place(at: index).map { entries[$0] } }

  /// The entry that equals a tuple in all three parts.
  ///
  /// - Throws: NOT_FOUND.
  func find(_ tuple: ServiceTuple) throws(ResultCode) -> Place {
    guard let place = names[Self.key(tuple.name)], entries[place].matches(tuple) else {
      throw .notFound
    }
    return place
  }

  /// The badge with which a client may have an entry; nil when it may not have it.
  func badge(of entry: Place, for client: Badge) -> Badge? {
    clients[TableKey(client.rawValue, UInt64(entry.index))].map { Badge(rawValue: $0) }
  }

  // MARK: Seeding

  /// - Throws: SEALED, EXISTS, LIMIT_REACHED.
  mutating func seed(_ tuple: ServiceTuple, _ rights: Rights) throws(ResultCode) {
    guard !isSealed else { throw .sealed }
    let key = Self.key(tuple.name)
    if let place = names[key] {
      guard entries[place].matches(tuple), entries[place].rights == rights else { throw .exists }
      return
    }
    // Checked first: names has room for as many as entries.
    guard count < entryLimit, let place = entries.add(Entry(tuple, rights)),
      names.insert(place, at: key)
    else { throw .limitReached }
  }

  /// - Throws: SEALED, NOT_FOUND, EXISTS, LIMIT_REACHED.
  mutating func seed(
    _ client: Badge, _ name: ServiceName, _ badge: Badge
  ) throws(ResultCode) {
    guard !isSealed else { throw .sealed }
    guard let entry = names[Self.key(name)] else { throw .notFound }
    if let seeded = self.badge(of: entry, for: client) {
      guard seeded == badge else { throw .exists }
      return
    }
    let key = TableKey(client.rawValue, UInt64(entry.index))
    guard clients.insert(badge.rawValue, at: key) else { throw .limitReached }
  }

  /// - Throws: SEALED.
  mutating func seal() throws(ResultCode) {
    guard !isSealed else { throw .sealed }
    isSealed = true
  }

  private static func key(_ name: ServiceName) -> TableKey {
    TableKey(name.firstWord, name.secondWord)
  }
}
