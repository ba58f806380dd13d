// The C side of the comparison: SHA-256 of `pages` pages of 4096 bytes, written plainly.
#ifndef REFERENCE_H
#define REFERENCE_H

// Hashes that many pages of 0x5a and returns the first four bytes of the digest.
unsigned reference_sha256(int pages);

#endif
