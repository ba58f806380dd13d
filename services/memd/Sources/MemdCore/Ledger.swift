// Who holds what: accounts by owner, and each thing that was given out in the list of its account.
// A thing's place in the ledger is also the place of the capability that memd keeps of it.

import CapABI
import IPC
import Service
import Store

/// What an owner may hold and holds.
struct Account: BitwiseCopyable {
  /// The owner's badge.
  let owner: UInt64
  /// Most bytes that it may hold.
  var quota: UInt64
  /// Bytes that it holds.
  var used: UInt64 = 0
  /// The most that it ever held.
  var peak: UInt64 = 0
  /// Frames that it holds.
  var frames: UInt32 = 0
  /// Budgets that it holds.
  var budgets: UInt32 = 0
  /// The newest of its things.
  var first = Place.none
  /// Whether its owner can still be found by its badge; not while it is being closed.
  var isOpen = true
  /// Closing: the account that is closed next.
  var next = Place.none
  /// Closing: the thing whose slot holds the reply to whoever closes it.
  var reply = Place.none
  /// Closing: bytes that it held when that began.
  var returned: UInt64 = 0

  /// How many bytes more it may hold.
  var allowance: UInt64 { quota < used ? 0 : quota - used }
}

/// A frame or a budget that was given out.
struct Thing: BitwiseCopyable {
  /// Neighbours in its account's list.
  var next = Place.none
  var previous = Place.none
  /// Whose it is.
  let account: Place
  /// What it was made from.
  var source = Place.none
  /// It has 2^order pages.
  let order: UInt8
  /// A budget, or else a frame.
  let isBudget: Bool

  /// Its size.
  var bytes: UInt64 { 4096 << UInt64(order) }
}

/// The accounts and all that was given out.
struct Ledger {
  private var owners: OrderedTable<Place>
  private var accounts: Pile<Account>
  private var things: NumberedPile<Thing>
  // INVARIANT: the sums of `used`, `frames` and `budgets` of all accounts.
  private(set) var usedBytes: UInt64 = 0
  private(set) var frameCount: UInt32 = 0
  private(set) var budgetCount: UInt32 = 0

  /// An empty ledger: an eighth of the memory is for accounts, the rest for things.
  ///
  /// Is nil when not one account and one thing fit.
  ///
  /// - Parameters:
  ///   - heap: All of it may be used.
  ///   - slotCount: How many things can be kept in slots.
  init?(in heap: inout Region, slotCount: Int) {
    let bytesPerAccount = OrderedTable<Place>.bytesPerRecord + MemoryLayout<Account>.stride
    let count = heap.byteCount / 8 / bytesPerAccount
    guard let index = heap.take(count * OrderedTable<Place>.bytesPerRecord),
      let room = heap.take(count * MemoryLayout<Account>.stride),
      let rest = heap.take(
        min(heap.byteCount, slotCount * NumberedPile<Thing>.bytesPerRecord))
    else { return nil }
    owners = OrderedTable(in: index)
    accounts = Pile(in: room)
    things = NumberedPile(in: rest, limit: slotCount)
    guard accounts.capacity > 0, things.capacity > 0 else { return nil }
  }

  /// The slot of the capability that memd keeps of a thing.
  static func slot(of thing: Place) -> CapSlot {
    CapSlot(rawValue: ServiceSlot.firstFree + thing.index)
  }

  // MARK: Accounts

  /// How many owners have an open account.
  var openCount: UInt32 { UInt32(clamping: owners.count) }

  /// The open account of an owner.
  func account(of owner: Badge) -> Place? { owners[TableKey(owner.rawValue)] }

  /// The account at a place.
  subscript(account place: Place) -> Account {
    get { accounts[place] }
    set { accounts[place] = newValue }
  }

  /// Opens an account; false when there is no room for another.
  mutating func open(_ owner: Badge, quota: UInt64) -> Bool {
    guard let place = accounts.add(Account(owner: owner.rawValue, quota: quota)) else {
      return false
    }
    guard owners.insert(place, at: TableKey(owner.rawValue)) else {
      accounts.remove(place)
      return false
    }
    return true
  }

  /// Makes an account one that its owner's badge does not find, so that the badge can have another.
  mutating func detach(_ account: Place) {
    _ = owners.remove(TableKey(accounts[account].owner))
    accounts[account].isOpen = false
    accounts[account].returned = accounts[account].used
  }

  /// Ends an account that was detached and holds nothing.
  mutating func end(_ account: Place) { accounts.remove(account) }

  // MARK: Things

  /// The thing at a place.
  subscript(thing place: Place) -> Thing { things[place] }

  /// The thing with a number, which may come from anywhere, if its account is open.
  func thing(_ handle: MemoryHandle) -> Place? {
    guard let place = things.find(handle.rawValue), accounts[things[place].account].isOpen
    else { return nil }
    return place
  }

  /// The number by which a thing's owner names it.
  func handle(of thing: Place) -> MemoryHandle {
    MemoryHandle(rawValue: things.number(of: thing))
  }

  /// Enters a thing that is about to be made; nil when there is no room.
  ///
  /// It counts when `charge` was called; else `forget` follows.
  mutating func enter(_ thing: Thing) -> Place? { things.add(thing) }

  /// Forgets a thing that is in no account's list.
  mutating func forget(_ thing: Place) { things.remove(thing) }

  /// Counts a thing to its account.
  mutating func charge(_ place: Place, madeFrom source: Place) {
    var thing = things[place]
    var account = accounts[thing.account]
    thing.source = source
    thing.next = account.first
    things[place] = thing
    if account.first != .none { things[account.first].previous = place }
    account.first = place
    account.used += thing.bytes
    account.peak = max(account.peak, account.used)
    if thing.isBudget { account.budgets += 1 } else { account.frames += 1 }
    usedBytes += thing.bytes
    if thing.isBudget { budgetCount += 1 } else { frameCount += 1 }
    accounts[thing.account] = account
  }

  /// Takes a thing out of its account; its place stays taken until `forget`.
  mutating func discharge(_ place: Place) {
    let thing = things[place]
    var account = accounts[thing.account]
    if thing.next != .none { things[thing.next].previous = thing.previous }
    if thing.previous != .none {
      things[thing.previous].next = thing.next
    } else {
      account.first = thing.next
    }
    account.used -= thing.bytes
    if thing.isBudget { account.budgets -= 1 } else { account.frames -= 1 }
    usedBytes -= thing.bytes
    if thing.isBudget { budgetCount -= 1 } else { frameCount -= 1 }
    accounts[thing.account] = account
  }
}
