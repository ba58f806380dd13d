"""Signs a loader for firmware with Secure Boot, through Debian's sbsigntool.

    python3 -m harness.secure_boot --key KEY --certificate CERT --input A.EFI --output B.EFI
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.files import write_bytes

SNAKEOIL_FOLDER = Path("/usr/share/ovmf")
SNAKEOIL_PASSWORD = "snakeoil"  # Public: Debian documents it with the key.


class SigningError(RuntimeError):
    """A tool for signing is missing or refused the input."""


@dataclass(frozen=True)
class SigningKey:
    """A private key without password and its certificate, both PEM."""

    key: Path
    certificate: Path


def _run(command: list[str]) -> None:
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError as error:
        raise SigningError(
            f"{command[0]}: not there; run integration/testing/ensure_tools.sh sbsigntool openssl"
        ) from error
    if result.returncode != 0:
        raise SigningError(f"{command[0]}: {result.stderr.strip() or result.stdout.strip()}")


def snakeoil(folder: Path) -> SigningKey:
    """The test key enrolled in OVMF_VARS_4M.snakeoil.fd, its password taken off into `folder`."""
    key = folder / "snakeoil.key"
    _run(["openssl", "pkey", "-in", str(SNAKEOIL_FOLDER / "PkKek-1-snakeoil.key"),
          "-passin", f"pass:{SNAKEOIL_PASSWORD}", "-out", str(key)])
    return SigningKey(key, SNAKEOIL_FOLDER / "PkKek-1-snakeoil.pem")


def signed(loader: bytes, key: SigningKey, folder: Path) -> bytes:
    """The loader with an Authenticode signature, made in `folder`.

    The signature holds the time of signing: signed loaders are not reproducible, unsigned ones are.
    """
    plain, result = folder / "unsigned.efi", folder / "signed.efi"
    write_bytes(plain, loader)
    _run(["sbsign", "--key", str(key.key), "--cert", str(key.certificate), "--output", str(result),
          str(plain)])
    _run(["sbverify", "--cert", str(key.certificate), str(result)])
    data = result.read_bytes()
    plain.unlink()
    result.unlink()
    return data


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="harness.secure_boot", description="Signs a loader for Secure Boot.")
    for name in ("--key", "--certificate", "--input", "--output"):
        parser.add_argument(name, type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        loader = options.input.read_bytes()
        key = SigningKey(options.key, options.certificate)
        write_bytes(options.output, signed(loader, key, options.output.parent))
    except (OSError, SigningError) as error:
        print(f"secure_boot: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
