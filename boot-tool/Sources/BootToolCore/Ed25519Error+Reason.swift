// English for the errors of keys and signatures.

import Crypto

extension Ed25519Error {
  /// What is wrong, as part of a sentence.
  var reason: String {
    switch self {
    case .nonCanonicalKey: "the key is not in its canonical form"
    case .keyNotOnCurve: "the key is no point of the curve"
    case .smallOrderKey: "the key is a point of small order"
    case .nonCanonicalR: "R is not in its canonical form"
    case .rNotOnCurve: "R is no point of the curve"
    case .scalarOutOfRange: "S is not below the group order"
    case .mismatch: "it does not belong to this image and key"
    }
  }
}
