"""Writes the key pair that stands for a release key in scenarios.

Like the development key it is made from a phrase, and like that one it must never sign a release: a
release loader built with it belongs to the folder of the scenarios and is installed nowhere.

    python3 -m harness.test_keys --folder build/keys
"""

import argparse
import hashlib
import sys
from pathlib import Path

from harness import ed25519
from harness.files import write_bytes

RELEASE_SEED = hashlib.sha256(b"EriX stand-in for a release key; public").digest()
# No loader knows this one.
UNKNOWN_SEED = hashlib.sha256(b"EriX unknown signing key; trusted by nobody").digest()


def write_pair(folder: Path) -> None:
    """Writes release.key and release.pub, unless they are there: make sees a file's time."""
    public = ed25519.public_key(RELEASE_SEED).hex()
    texts = {
        "release.key": f"{ed25519.PRIVATE_TAG}{RELEASE_SEED.hex()}\n",
        "release.pub": f"erix-ed25519-public-v1 {public} release\n"}
    for name, text in texts.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="ascii") != text:
            write_bytes(path, text.encode("ascii"))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="harness.test_keys", description="Writes release.key and release.pub for scenarios.")
    parser.add_argument("--folder", type=Path, required=True)
    write_pair(parser.parse_args(arguments).folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
