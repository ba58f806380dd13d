#!/usr/bin/env python3
"""Writes the trust anchor of a loader as an assembly file: docs/reference/boot-chain.md.

usage: trust_anchor.py --keys FILE --accept PROFILE[,PROFILE] [--minimum-version N] -o OUT.S
"""
import argparse
import re
import struct
import sys
from pathlib import Path

PROFILES = {'dev': 1, 'release': 2, 'smoke': 3}
MAXIMUM_KEYS = 8
LINE = re.compile(r'erix-ed25519-public-v1 ([0-9a-f]{64}) ([a-z,]+)')


def mask(text):
    """The bit mask of a comma-separated list of profiles; ValueError for anything else."""
    names = text.split(',')
    unknown = [name for name in names if name not in PROFILES]
    if unknown or len(set(names)) != len(names):
        raise ValueError(f'not a list of profiles: {text!r}')
    return sum(1 << PROFILES[name] for name in names)


def keys(text):
    """Every key of a public key file as (32 bytes, mask of profiles)."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.fullmatch(line)
        if not match:
            raise ValueError(f'line {number} is no public key')
        found.append((bytes.fromhex(match[1]), mask(match[2])))
    if not 1 <= len(found) <= MAXIMUM_KEYS:
        raise ValueError(f'{len(found)} keys; a loader has room for 1 to {MAXIMUM_KEYS}')
    return found


def encode(found, accepted, minimum):
    """The bytes of the trust anchor."""
    data = struct.pack('<QII', minimum, accepted, len(found))
    return data + b''.join(struct.pack('<32sII', key, signs, 0) for key, signs in found)


def assembly(data):
    """The bytes as a constant with a symbol at both ends."""
    rows = [', '.join(str(byte) for byte in data[at:at + 16]) for at in range(0, len(data), 16)]
    lines = ['  .section .rodata.trust_anchor, "a", @progbits', '  .balign 8',
             '  .globl erix_trust_anchor, erix_trust_anchor_end', 'erix_trust_anchor:',
             *[f'  .byte {row}' for row in rows], 'erix_trust_anchor_end:',
             '  .section .note.GNU-stack, "", @progbits']
    return '\n'.join(lines) + '\n'


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--keys', type=Path, required=True)
    parser.add_argument('--accept', required=True)
    parser.add_argument('--minimum-version', type=int, default=1)
    parser.add_argument('-o', '--output', type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        data = encode(keys(options.keys.read_text()), mask(options.accept),
                      options.minimum_version)
        options.output.write_text(assembly(data))
    except (OSError, ValueError, struct.error) as error:
        print(f'trust_anchor: {options.keys}: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
