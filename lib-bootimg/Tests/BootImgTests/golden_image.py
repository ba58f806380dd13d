#!/usr/bin/env python3
"""Builds the golden image of GoldenImageTests from docs/reference/boot-image.md alone.

Prints the SHA-256 of the file and, with a path as argument, writes it. Needs
python3-cryptography for the signature. Not run by the tests: its output is a constant there.
"""
import hashlib
import struct
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PAGE = 4096
SECTIONS = [  # family, role, name, payload
    (1, 0, b"kernel", b"kernel payload"),
    (4, 0x0181, b"drv-serial", bytes([0, 1, 2, 255])),
    (5, 0, b"boot-config", b"config"),
]
PROFILE, VERSION = 3, 0x0102030405060708


def up(n):
    return -(-n // PAGE) * PAGE


def main():
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    count = len(SECTIONS)
    manifest_at = 128 + 96 * count
    signature_at = manifest_at + 96
    data_at = up(signature_at + 64)
    table, data, at = b"", b"", data_at
    for family, role, name, payload in SECTIONS:
        table += struct.pack("<HHHH32sQQ", family, 0, role, 0, name, at, len(payload))
        table += hashlib.sha256(payload).digest() + bytes(8)
        data += payload.ljust(up(len(payload)), b"\0")
        at += up(len(payload))
    header = b"ERIXBIMG" + struct.pack(
        "<HHIIIIIIIIIQQ", 1, 0, 0, 128, 96, count, 128, manifest_at, 96, signature_at, 64,
        data_at, at)
    header += hashlib.sha256(public).digest() + bytes(32)
    manifest = struct.pack("<IIQ", 96, PROFILE, VERSION)
    manifest += hashlib.sha256(table).digest() + bytes(48)
    signed = header + table + manifest
    assert len(header) == 128 and len(signed) == signature_at
    image = (signed + key.sign(signed)).ljust(data_at, b"\0") + data
    assert len(image) == at
    if len(sys.argv) > 1:
        with open(sys.argv[1], "wb") as file:
            file.write(image)
    print(hashlib.sha256(image).hexdigest())


main()
