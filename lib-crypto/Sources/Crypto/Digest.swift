// Names for the two digest lengths of this library.

public import Bytes

/// A 32-byte digest: the result of SHA-256 and of HMAC-SHA-256.
public typealias Digest256 = FixedBytes<32>

/// A 64-byte digest: the result of SHA-512.
public typealias Digest512 = FixedBytes<64>
