// Memory that the firmware gave to the loader, as spans.

import BootCore
import Handoff

/// A run of pages of the loader.
///
/// ## Invariants
/// - The pages from `base` on belong to the loader alone: the firmware allocated them for this
///   value and they are never freed.
/// - The firmware maps memory at its physical address.
@safe struct PageBlock: MemoryBlock, ~Copyable {
  private let memory: UnsafeMutableRawBufferPointer

  /// Wraps pages.
  ///
  /// - Returns: `nil` for address 0, which cannot be told from no memory.
  /// - Safety: the firmware allocated exactly these pages to the caller, who gives them to no one
  ///   else.
  @unsafe init?(unsafeBase base: UInt64, byteCount: Int) {
    guard let start = unsafe UnsafeMutableRawPointer(bitPattern: UInt(base)) else { return nil }
    unsafe memory = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
  }

  var base: UInt64 {
    // SAFETY: only the number of the address is used, nothing is read through it.
    UInt64(UInt(bitPattern: unsafe memory.baseAddress))
  }

  var bytes: RawSpan {
    @inline(__always)
    @_lifetime(borrow self)
    get {
      // SAFETY: the block owns the memory for ever (first invariant), and it is mapped; raw bytes
      // are never uninitialised for a load.
      let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(memory))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  @_lifetime(&self)
  mutating func mutableBytes() -> MutableRawSpan {
    // SAFETY: as for `bytes`; the exclusive access to the block makes the span the only access.
    let span = unsafe MutableRawSpan(_unsafeBytes: memory)
    return unsafe _overrideLifetime(span, mutating: &self)
  }
}
