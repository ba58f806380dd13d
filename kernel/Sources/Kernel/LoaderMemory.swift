// The memory that the loader filled for the kernel, as spans: the one place where addresses from
// the loader become memory.

import Handoff

/// The handoff and the modules that it describes.
///
/// ## Invariants
/// - The loader mapped the handoff where it said (docs/reference/boot-chain.md, "State at kernel
///   entry"), nothing writes it, and it stays until the kernel gives the memory a new use.
struct LoaderMemory {
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
