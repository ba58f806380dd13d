// The seam between the portable kernel and the hardware. Everything behind it is static, so a
// kernel built for one machine has no indirect calls; host tests bring a machine made of ordinary
// memory.

/// What the kernel core needs from the hardware.
package protocol Machine {
  /// Where the direct map shows a physical address.
  ///
  /// The mapping is linear: neighbouring physical bytes are neighbours behind the pointer.
  /// - Safety: Only RAM that the caller owns may be reached through the result.
  @unsafe static func pointer(to address: PhysicalAddress) -> UnsafeMutableRawPointer
}
