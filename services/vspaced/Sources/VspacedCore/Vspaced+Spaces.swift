// Address spaces come from procd and go with their process.

import CapABI
import IPC
import Service
import Store
import Sys

extension Vspaced {
  /// The space of an owner.
  ///
  /// - Throws: NOT_FOUND.
  func space(of owner: Badge) throws(ResultCode) -> Space {
    guard let space = spaces[owner.key] else { throw .notFound }
    return space
  }

  /// ATTACH_SPACE.
  ///
  /// - Throws: EXISTS, WRONG_TYPE, MISSING_RIGHT, LIMIT_REACHED.
  mutating func attach<S: System>(
    _ owner: Badge, seed: UInt64, _ system: inout S
  ) throws(ResultCode) {
    guard spaces[owner.key] == nil else { throw .exists }
    let landing = ServiceSlot.firstLanding
    let found = try system.query(landing)
    let needed: Rights
    switch found.type {
    case CapabilityType.vspace.rawValue: needed = .read | .write | .manage
    case CapabilityType.process.rawValue: needed = .manage
    default: throw .wrongType
    }
    guard found.rights.contains(needed) else { throw .missingRight }
    guard spaces.count < spaces.capacity, let number = slots.take() else { throw .limitReached }
    let slot = CapSlot(rawValue: number)
    do throws(ResultCode) {
      try system.move(landing, to: slot)
    } catch {
      slots.giveBack(number)
      throw error
    }
    // There is room, and the owner has none (above).
    _ = spaces.insert(Space(slot: slot, seed: seed), at: owner.key)
  }

  /// DETACH_SPACE.
  ///
  /// - Throws: NOT_FOUND; RETRY when there is more to forget.
  mutating func detach<S: System>(_ owner: Badge, _ system: inout S) throws(ResultCode) {
    var space = try space(of: owner)
    var left = Self.regionsPerRequest
    while let (key, _) = regions.first(from: owner.key), key.major == owner.rawValue {
      guard left > 0 else {
        spaces[owner.key] = space
        throw .retry
      }
      _ = regions.remove(key)
      space.regionCount -= 1
      left -= 1
    }
    _ = spaces.remove(owner.key)
    // Empty when the process died first; the slot is free either way.
    try? system.drop(space.slot)
    slots.giveBack(space.slot.rawValue)
  }
}

extension Badge {
  /// Where an owner's space stands, and before all of its regions.
  var key: TableKey { TableKey(rawValue) }
}
