// What the adversary's child does: system calls with random and boundary arguments, as fast as it
// can, for as long as the parent lets it.

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

  /// Calls made so far.
  var done: UInt64 {
    get { Memory.load(address) }
    nonmutating set { Memory.store(newValue, at: address) }
  }
  /// Calls to make.
  var limit: UInt64 {
    get { Memory.load(address + 8) }
    nonmutating set { Memory.store(newValue, at: address + 8) }
  }
  /// Where the random numbers go on.
  var seed: UInt64 {
    get { Memory.load(address + 16) }
    nonmutating set { Memory.store(newValue, at: address + 16) }
  }
  /// The child's IPC buffer.
  var buffer: UInt64 {
    get { Memory.load(address + 24) }
    nonmutating set { Memory.store(newValue, at: address + 24) }
  }
}

/// An argument of a call: a slot, two slots, a size, an address, a limit, or anything.
private func argument(_ numbers: inout Numbers) -> UInt64 {
  let slots = UInt64(Child.slots) + 8
  switch numbers.below(8) {
  case 0, 1: return numbers.below(slots)
  case 2, 3: return numbers.below(slots) | numbers.below(slots) << 32
  case 4: return numbers.below(24)
  case 5: return 0xE00_0000_0000 + numbers.below(256) * 4096
  case 6: return 1 << numbers.below(64) &- numbers.below(2)
  default: return numbers.next()
  }
}

/// A tag: mostly one that a kernel endpoint understands.
private func tag(_ numbers: inout Numbers) -> UInt64 {
  let anything = numbers.below(32) == 0
  guard !anything else { return numbers.next() }
  let label = numbers.below(146)
  let length = numbers.below(4) == 0 ? numbers.below(1100) : 32
  let count = numbers.below(16) == 0 ? numbers.below(5) : 0
  // Without this flag most messages to endpoints without a receiver would wait for the parent.
  let flags: UInt64 = numbers.below(256) == 0 ? numbers.below(8) : 4
  return label | length << 16 | count << 32 | flags << 40
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
    let kernelCall = numbers.below(2) == 0
    let number = kernelCall ? Syscall.call.rawValue : 0x40 + numbers.below(14)
    var request = tag(&numbers)
    if kernelCall { request &= ~(0xFF << 40) }
    _ = SystemCall.raw(
      number, numbers.below(UInt64(Child.slots) + 8), request,
      MessageWords(
        argument(&numbers), argument(&numbers), numbers.below(4) == 0 ? argument(&numbers) : 0,
        numbers.below(4) == 0 ? argument(&numbers) : 0))
  }
  while true { _ = SystemCall.receive(Child.parkSlot) }
}
