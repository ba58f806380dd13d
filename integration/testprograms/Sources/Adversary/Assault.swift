// What the adversary's child does: system calls with random and boundary arguments, as fast as it
// can. Half of the control operations go through all pairs of an operation and a slot, one after
// the other, so that none is left out; everything else is drawn.

import CapABI
import IPC
import Sys
import TestKit

/// Numbers that look random and repeat from run to run (xorshift64*, Vigna 2016).
struct Numbers {
  private var state: UInt64

  /// Numbers from a seed.
  init(seed: UInt64) { state = seed | 1 }

  /// The next number.
  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }

  /// A number below a limit, which is not 0.
  mutating func below(_ limit: UInt64) -> UInt64 { next() % limit }
}

/// The page that parent and child share.
struct Orders {
  /// Where it begins.
  let address: UInt64

  private func word(_ index: UInt64) -> UInt64 { Memory.load(address + index * 8) }
  private func set(_ index: UInt64, _ value: UInt64) {
    Memory.store(value, at: address + index * 8)
  }

  /// Calls made so far.
  var done: UInt64 {
    get { word(0) }
    nonmutating set { set(0, newValue) }
  }
  /// Calls to make.
  var limit: UInt64 {
    get { word(1) }
    nonmutating set { set(1, newValue) }
  }
  /// Where the random numbers go on.
  var seed: UInt64 {
    get { word(2) }
    nonmutating set { set(2, newValue) }
  }
  /// The child's IPC buffer.
  var buffer: UInt64 {
    get { word(3) }
    nonmutating set { set(3, newValue) }
  }
  /// The next pair of an operation and a slot; children go on where those before them ended.
  var turn: UInt64 {
    get { word(4) }
    nonmutating set { set(4, newValue) }
  }
  /// Where the arguments of the last call stand.
  static let lastCall: UInt64 = 8
  /// How many there are.
  static let argumentCount: UInt64 = 7

  /// Writes down what is about to be called.
  func note(_ number: UInt64, _ slot: UInt64, _ tag: UInt64, _ words: MessageWords) {
    set(Self.lastCall, number)
    set(Self.lastCall + 1, slot)
    set(Self.lastCall + 2, tag)
    set(Self.lastCall + 3, words.word0)
    set(Self.lastCall + 4, words.word1)
    set(Self.lastCall + 5, words.word2)
    set(Self.lastCall + 6, words.word3)
  }

  /// An argument of the last call, the number first.
  func argument(_ index: UInt64) -> UInt64 { word(Self.lastCall + index) }

  /// Calls that came back with OK.
  var succeeded: UInt64 {
    get { word(5) }
    nonmutating set { set(5, newValue) }
  }
}

/// Slots that are tried: all, and some that there are not.
private let slots = UInt64(Child.slots) + 8
/// Where the child's capabilities are at first.
private let given = UInt64(Child.firstFreeSlot)
private let givenCount: UInt64 = 32
/// Operations that are tried: all, and some that there are not.
private let operations: UInt64 = 146
/// All pairs of an operation and a slot.
let pairs = slots * operations
/// Bytes of text that one call may show.
private let longestLine: UInt64 = 48

/// An argument of a call: a slot, two slots, a size, an address, a limit, or anything.
private func argument(_ numbers: inout Numbers) -> UInt64 {
  switch numbers.below(10) {
  case 0, 1: return numbers.below(slots)
  case 2, 3: return numbers.below(slots) | numbers.below(slots) << 32
  case 4, 5: return given + numbers.below(givenCount) | numbers.below(slots) << 32
  case 6: return numbers.below(24)
  case 7: return 0xE00_0000_0000 + numbers.below(256) * 4096
  case 8: return 1 << numbers.below(64) &- numbers.below(2)
  default: return numbers.next()
  }
}

/// A slot: one of those that hold something at first, or any.
private func anySlot(_ numbers: inout Numbers) -> UInt64 {
  numbers.below(2) == 0 ? given + numbers.below(givenCount) : numbers.below(slots)
}

/// Whether an operation writes to the console, which takes a thousand times as long as the others.
private func isLoud(_ operation: UInt64) -> Bool {
  switch ControlOperation(rawValue: UInt16(truncatingIfNeeded: operation)) {
  case .logString, .writeLegacySerial, .setCSpaceWindow, .createStagedProcess: true
  default: false
  }
}

/// Slot and tag for a control operation: half of the time those whose turn it is.
private func request(_ orders: Orders, _ numbers: inout Numbers) -> (slot: UInt64, tag: UInt64) {
  let isNext = numbers.below(2) == 0
  let turn = orders.turn
  if isNext { orders.turn = turn + 1 }
  var label = isNext ? turn % operations : numbers.below(operations)
  let slot = isNext ? turn / operations % slots : anySlot(&numbers)
  if !isNext, isLoud(label), numbers.below(64) != 0 { label = (label + 64) % operations }
  let length = numbers.below(4) == 0 ? numbers.below(isLoud(label) ? longestLine : 1100) : 32
  return (slot, label | length << 16)
}

/// A tag for a message: mostly a valid one.
private func message(_ numbers: inout Numbers) -> UInt64 {
  guard numbers.below(32) != 0 else { return numbers.next() }
  let length = numbers.below(4) == 0 ? numbers.below(1100) : 32
  let count = numbers.below(16) == 0 ? numbers.below(5) : 0
  // Without this flag most messages to endpoints without a receiver would wait for the parent.
  let flags: UInt64 = numbers.below(256) == 0 ? numbers.below(8) : 4
  return numbers.below(operations) | length << 16 | count << 32 | flags << 40
}

/// Makes one call.
///
/// - Returns: Whether it succeeded.
@inline(never)
private func callKernel(_ orders: Orders, _ numbers: inout Numbers) -> Bool {
  let isControl = numbers.below(2) == 0
  var number = Syscall.call.rawValue
  var target = (slot: UInt64(0), tag: UInt64(0))
  if isControl {
    target = request(orders, &numbers)
  } else {
    number = 0x40 + numbers.below(14)
    target = (anySlot(&numbers), message(&numbers))
  }
  let words = MessageWords(
    argument(&numbers), argument(&numbers), numbers.below(4) == 0 ? argument(&numbers) : 0,
    numbers.below(4) == 0 ? argument(&numbers) : 0)
  orders.note(number, target.slot, target.tag, words)
  let answer = SystemCall.raw(number, target.slot, target.tag, words)
  return answer.status == .ok && (!isControl || answer.tag.result == .ok)
}

/// Makes calls until the limit; the parent starts it again when one does not come back.
@c(Adversary_assault)
func assault(_ page: UInt64) {
  let orders = Orders(address: page)
  var numbers = Numbers(seed: orders.seed)
  let buffer = Memory.buffer(at: orders.buffer)
  while orders.done < orders.limit {
    // Said before the call, so that the one that does not come back is not made again.
    orders.done += 1
    orders.seed = numbers.next()
    if numbers.below(16) == 0 {
      let offset = Int(numbers.below(32)) * 8
      buffer?.setRawWord(argument(&numbers), at: offset)
    }
    if callKernel(orders, &numbers) { orders.succeeded += 1 }
  }
  // It may have lost what it could wait for: a fault that nobody handles stops it.
  while true { _ = Memory.load(Memory.absent) }
}
