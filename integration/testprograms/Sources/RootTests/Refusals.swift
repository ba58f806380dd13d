// Series of refusals that many operations have in common: whatever is wrong with the slot that an
// operation works on, or with the slot that its result goes to.

import CapABI
import IPC
import Sys
import TestKit

/// Makes something for a case.
typealias Maker = (inout Workshop) throws(Failure) -> CapSlot
/// Builds an operation around one slot.
typealias Builder = (inout Workshop, CapSlot) throws(Failure) -> ControlCall

/// A slot number beyond every CSpace.
let beyond = CapSlot(rawValue: CapSlot.maximumCount)

extension Report {
  /// What every operation refuses about the capability that it works on.
  ///
  /// `right` is the one it needs; the subject is made by `make`.
  @inline(never)
  mutating func subjectRefusals(
    _ name: StaticString, on family: RootSlot, needs right: Rights, make: Maker, _ build: Builder
  ) {
    check(name, " of slot 0") { (w: inout Workshop) throws(Failure) in
      try expect(try build(&w, .null).perform(on: family.slot).code, .slotOutOfRange)
    }
    check(name, " of a slot beyond the CSpace") { (w: inout Workshop) throws(Failure) in
      try expect(try build(&w, beyond).perform(on: family.slot).code, .slotOutOfRange)
    }
    check(name, " of an empty slot") { (w: inout Workshop) throws(Failure) in
      let empty = w.slot()
      try expect(try build(&w, empty).perform(on: family.slot).code, .emptySlot)
    }
    check(name, " of another type") { (w: inout Workshop) throws(Failure) in
      let other = try w.ringEndpoint(entries: 1)
      try expect(try build(&w, other).perform(on: family.slot).code, .wrongType)
    }
    guard right != .none else { return }
    check(name, " without the right") { (w: inout Workshop) throws(Failure) in
      let weak = try w.copy(try make(&w), rights: Rights.all.subtracting(right))
      try expect(try build(&w, weak).perform(on: family.slot).code, .missingRight)
    }
  }

  /// What every operation refuses about the slot that its result goes to.
  @inline(never)
  mutating func destinationRefusals(
    _ name: StaticString, on family: RootSlot, _ build: Builder
  ) {
    check(name, " into slot 0") { (w: inout Workshop) throws(Failure) in
      try expect(try build(&w, .null).perform(on: family.slot).code, .slotOutOfRange)
    }
    check(name, " into a slot beyond the CSpace") { (w: inout Workshop) throws(Failure) in
      try expect(try build(&w, beyond).perform(on: family.slot).code, .slotOutOfRange)
    }
    check(name, " into an occupied slot") { (w: inout Workshop) throws(Failure) in
      let occupied = try w.notification()
      try expect(try build(&w, occupied).perform(on: family.slot).code, .occupiedSlot)
    }
  }

  /// Words that an operation does not use must be zero.
  @inline(never)
  mutating func unusedWord(_ name: StaticString, on family: RootSlot, _ build: CallMaker) {
    check(name, " with an unused word") { (w: inout Workshop) throws(Failure) in
      var call = try build(&w)
      call.words.word3 = 1
      try expect(call.perform(on: family.slot).code, .invalidArgument)
    }
  }
}

/// Builds a whole operation.
typealias CallMaker = (inout Workshop) throws(Failure) -> ControlCall
