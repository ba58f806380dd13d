"""Ed25519 signing, RFC 8032 section 5.1, and the key files of docs/reference/keys.md.

Only for tests: it makes images that boot-tool refuses to make. It is slow and not constant-time, so
it must never see a key that matters.
"""

import hashlib
from pathlib import Path

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, PRIME) % PRIME
PRIVATE_TAG = "erix-ed25519-private-v1 "

Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    """The sum in extended coordinates (X, Y, Z, T), section 5.1.4."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % PRIME
    f = (a[1] + a[0]) * (b[1] + b[0]) % PRIME
    g = 2 * a[3] * b[3] * _D % PRIME
    h = 2 * a[2] * b[2] % PRIME
    x, y, z, t = f - e, h - g, h + g, f + e
    return (x * y % PRIME, z * t % PRIME, y * z % PRIME, x * t % PRIME)


def _multiply(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _base() -> Point:
    y = 4 * pow(5, -1, PRIME) % PRIME
    square = (y * y - 1) * pow(_D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    if x & 1:
        x = PRIME - x
    return (x, y, 1, x * y % PRIME)


BASE = _base()


def _encode(point: Point) -> bytes:
    inverse = pow(point[2], -1, PRIME)
    x, y = point[0] * inverse % PRIME, point[1] * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _scalar(seed: bytes) -> tuple[int, bytes]:
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


def public_key(seed: bytes) -> bytes:
    """The 32-byte public key of a seed."""
    return _encode(_multiply(_scalar(seed)[0], BASE))


def sign(seed: bytes, message: bytes) -> bytes:
    """The 64-byte signature of `message`, section 5.1.6."""
    scalar, prefix = _scalar(seed)
    public = public_key(seed)
    nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % ORDER
    commitment = _encode(_multiply(nonce, BASE))
    challenge = hashlib.sha512(commitment + public + message).digest()
    response = (nonce + int.from_bytes(challenge, "little") * scalar) % ORDER
    return commitment + response.to_bytes(32, "little")


def read_seed(path: Path) -> bytes:
    """The seed in a private key file."""
    text = path.read_text(encoding="ascii")
    seed = bytes.fromhex(text.removeprefix(PRIVATE_TAG))
    if text != f"{PRIVATE_TAG}{seed.hex()}\n" or len(seed) != 32:
        raise ValueError(f"{path}: not a private key file")
    return seed
