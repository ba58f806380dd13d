// The trust anchor of this loader, as the linker put it there.

import CUEFI

/// Constants that were linked into the loader.
public enum LinkedConstants {
  /// The bytes of the trust anchor.
  public static var trustAnchor: RawSpan {
    @_lifetime(immortal)
    get {
      // SAFETY: both symbols come from one object file (integration/mk/trust_anchor.py): the
      // start and the length of constant data that lives as long as the loader.
      let bytes = unsafe UnsafeRawBufferPointer(
        start: erix_trust_anchor_start(), count: Int(erix_trust_anchor_size()))
      // SAFETY: as above; constants need no owner.
      let span = unsafe RawSpan(_unsafeBytes: bytes)
      return unsafe _overrideLifetime(span, copying: ())
    }
  }
}
