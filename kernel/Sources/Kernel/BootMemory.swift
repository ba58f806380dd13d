// The memory that the loader filled for the kernel, as spans: the one place where addresses from
// the loader become memory, and the one where its page tables are changed.

import CKernelX86
import Handoff

/// The handoff and the modules that it describes.
///
/// ## Invariants
/// - The loader mapped the handoff where it said (docs/reference/boot-chain.md, "State at kernel
///   entry"), nothing writes it, and it stays until the kernel gives the memory a new use.
struct BootMemory {
  private let start: UInt64
  private let length: Int

  /// The handoff that the loader announced.
  ///
  /// - Returns: `nil` when it is not where the direct map is, or longer than handoffs get.
  init?(address: UInt64, length: UInt64) {
    guard address >= PageRange.upperHalf, address.isMultiple(of: 8),
      let length = Int(exactly: length), length > 0, length <= TableLayout.maximumSize,
      address <= UInt64.max - UInt64(length)
    else { return nil }
    start = address
    self.length = length
  }

  /// The bytes of the handoff.
  var handoff: RawSpan {
    @inline(__always)
    @_lifetime(borrow self)
    get {
      // SAFETY: by the invariant these bytes are mapped and nobody writes them.
      let bytes = unsafe UnsafeRawBufferPointer(
        start: UnsafeRawPointer(bitPattern: UInt(start)), count: length)
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
    }
  }

  /// The bytes of a module of the handoff.
  ///
  /// - Returns: `nil` when the size fits no span.
  @inline(__always)
  @_lifetime(borrow self)
  func contents(of module: LoadedModule) -> RawSpan? {
    guard let size = Int(exactly: module.size) else { return nil }
    // SAFETY: the handoff was validated: the range is in the upper half and in memory that is
    // reserved for modules, which the loader mapped read-only at this address.
    let bytes = unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(bitPattern: UInt(module.virtual)), count: size)
    return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
  }
}

/// Takes the loader's last page out of the address space: the lower half is user space from now on.
///
/// - Parameter directMapBase: Where the direct map shows physical address 0.
func dropLowerHalf(directMapBase: UInt64) {
  let lowerHalfEntries = 256
  let flags: UInt64 = 0xFFF
  let root = erix_read_cr3()
  let address = UInt(directMapBase + (root & ~flags))
  // SAFETY: the direct map shows the loader's tables writable, the root among them, and only this
  // processor runs; the lower half holds nothing that the kernel uses.
  if let table = unsafe UnsafeMutablePointer<UInt64>(bitPattern: address) {
    // SAFETY: as above; a table has 512 entries.
    for index in 0..<lowerHalfEntries { unsafe table[index] = 0 }
  }
  erix_write_cr3(root)
}
