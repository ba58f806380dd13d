"""Writes cases for DifferentialTests to standard output.

    python3 differential.py SEED COUNT DRBG-COUNT

Signatures and verdicts come from the `cryptography` package, digests and authenticators from
hashlib and hmac, and the random generator from the 20 lines below, which follow NIST SP 800-90A
section 10.1.2. One case is a sequence of fields, each a 32-bit little-endian length and that many
bytes. The same seed gives the same cases.
"""

import hashlib
import hmac
import random
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

L = 2**252 + 27742317777372353535851937790883648493
generator = random.Random(int(sys.argv[1]))


def put(*fields):
    for field in fields:
        sys.stdout.buffer.write(struct.pack("<I", len(field)) + field)


def flip(data):
    """Changes one random bit."""
    bit = generator.randrange(len(data) * 8)
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def mutate(kind, key, signature, message):
    """Makes the presented key, signature and message; kind 0 presents the honest ones."""
    s = int.from_bytes(signature[32:], "little")
    if kind == 1:
        return key, flip(signature), message
    if kind == 2:
        return flip(key), signature, message
    if kind == 3:
        return key, signature, flip(message) if message else b"\0"
    if kind == 4:
        return key, signature[:32] + (s + L).to_bytes(32, "little"), message
    if kind == 5:
        return key, signature[32:] + signature[:32], message
    if kind == 6:
        return key, signature[:32] + generator.randrange(L).to_bytes(32, "little"), message
    if kind == 7:
        return generator.randbytes(32), signature, message
    return key, signature, message


def verdict(key, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return b"\0"
    return b"\1"


def signature_case(index):
    seed = generator.randbytes(32)
    message = generator.randbytes(generator.randrange(300))
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key = private.public_key().public_bytes_raw()
    signature = private.sign(message)
    presented = mutate(index % 9, key, signature, message)
    mac_key = generator.randbytes(generator.randrange(100))
    put(
        seed,
        message,
        key,
        signature,
        *presented,
        verdict(*presented),
        mac_key,
        hashlib.sha256(message).digest(),
        hashlib.sha512(message).digest(),
        hmac.digest(mac_key, message, "sha256"),
    )


class DRBG:
    def __init__(self, material):
        self.key, self.value = bytes(32), b"\1" * 32
        self.update(material)

    def mac(self, data):
        return hmac.digest(self.key, data, "sha256")

    def update(self, data):
        for separator in (b"\0", b"\1") if data else (b"\0",):
            self.key = self.mac(self.value + separator + data)
            self.value = self.mac(self.value)

    def generate(self, count, additional):
        if additional:
            self.update(additional)
        output = b""
        while len(output) < count:
            self.value = self.mac(self.value)
            output += self.value
        self.update(additional)
        return output[:count]


def drbg_case():
    entropy, nonce = generator.randbytes(generator.randrange(32, 80)), generator.randbytes(
        generator.randrange(16, 40)
    )
    personalization = generator.randbytes(generator.choice([0, 0, 32, 100]))
    fresh = generator.randbytes(32)
    first, second, third = (generator.randbytes(generator.choice([0, 1, 64])) for _ in range(3))
    drbg = DRBG(entropy + nonce + personalization)
    before = drbg.generate(generator.randrange(200), first)
    drbg.update(fresh + second)
    after = drbg.generate(generator.randrange(200), third)
    put(entropy, nonce, personalization, first, before, fresh, second, third, after)


for index in range(int(sys.argv[2])):
    signature_case(index)
for _ in range(int(sys.argv[3])):
    drbg_case()
