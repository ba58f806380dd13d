// Overwriting secrets in place (docs/reference/crypto.md section 7 says what that guarantees).
//
// A store that nothing reads afterwards may be removed by the optimiser. A function that is neither
// inlined nor optimised is opaque to its callers, so its stores stay.

import Bytes

/// Overwrites 32 secret bytes with zeros.
@inline(never) @_optimize(none)
func overwrite(_ bytes: inout FixedBytes<32>) {
  bytes = FixedBytes()
}

/// Overwrites a secret scalar with zero.
@inline(never) @_optimize(none)
func overwrite(_ scalar: inout Scalar) {
  scalar = .zero
}
