// Closing accounts. An owner can hold tens of thousands of things, and each takes the kernel some
// time to revoke, so an account is closed in steps: one with every message and one whenever nobody
// asks for anything. Whoever closes it waits for the reply; everybody else waits for one step.

import CapABI
import IPC
import Service
import Store
import Sys

extension Memd {
  /// Work of one step, in pages to clear.
  private static var workPerStep: Int { 64 }

  /// What taking a thing back costs.
  ///
  /// Clearing it, and revoking it, which is about as much as four pages. A budget has processes in
  /// it, whose end is work that memd cannot know.
  private static func work(of thing: Thing) -> Int {
    thing.isBudget ? workPerStep : 4 + 1 << Int(thing.order)
  }

  /// Begins to close the account of an owner.
  ///
  /// The reply to the caller is given when nothing is left: now, if one step is enough.
  mutating func reclaim<S: System>(
    _ owner: Badge, _ system: inout S
  ) throws(ResultCode) -> Reply {
    guard let place = ledger.account(of: owner) else { throw .notFound }
    ledger.detach(place)
    var work = 0
    var last = Place.none
    while work < Self.workPerStep, ledger[account: place].first != .none {
      if last != .none { ledger.forget(last) }
      last = ledger[account: place].first
      work += Self.work(of: ledger[thing: last])
      takeBack(last, &system)
    }
    if ledger[account: place].first != .none {
      // The slot of the thing that went last holds the reply: there is always one.
      do throws(ResultCode) {
        try system.saveReply(into: Ledger.slot(of: last))
        enqueue(place, reply: last)
        return .nothing
      } catch {
        // The caller has to know now; the account is closed all the same.
        enqueue(place, reply: last)
        throw .internal
      }
    }
    if last != .none { ledger.forget(last) }
    let bytes = ledger[account: place].returned
    ledger.end(place)
    return .now(try system.encode(reply: MemdReply.reclaimOwner(bytes: bytes)))
  }

  private mutating func enqueue(_ account: Place, reply: Place) {
    ledger[account: account].reply = reply
    if lastClosing == .none {
      firstClosing = account
    } else {
      ledger[account: lastClosing].next = account
    }
    lastClosing = account
  }

  /// Does one step of closing accounts.
  mutating func closeSome<S: System>(_ system: inout S) {
    var work = 0
    while work < Self.workPerStep, firstClosing != .none {
      let thing = ledger[account: firstClosing].first
      guard thing != .none else {
        finish(&system)
        continue
      }
      work += Self.work(of: ledger[thing: thing])
      takeBack(thing, &system)
      ledger.forget(thing)
    }
  }

  /// Ends the first account of the queue, which holds nothing any more, and says so.
  private mutating func finish<S: System>(_ system: inout S) {
    let place = firstClosing
    let account = ledger[account: place]
    firstClosing = account.next
    if account.next == .none { lastClosing = .none }
    let slot = Ledger.slot(of: account.reply)
    do throws(ResultCode) {
      try system.answer(saved: slot, MemdReply.reclaimOwner(bytes: account.returned))
    } catch {
      try? system.drop(slot)
    }
    ledger.forget(account.reply)
    ledger.end(place)
  }
}
