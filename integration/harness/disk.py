"""The disk image: a GPT with one EFI System Partition that carries the loader and boot.img.

Follows the UEFI specification 2.10, chapter 5. Every identifier is derived from the contents, so
that equal contents give equal disks and different ones can be told apart.

    python3 -m harness.disk --loader BOOTX64.EFI --boot-image boot.img --output disk.img
"""

import argparse
import hashlib
import struct
import sys
import uuid
import zlib
from pathlib import Path

from harness import fat32
from harness.files import Extent, write_sparse

SECTOR = 512
ALIGNMENT = 2048  # 1 MiB in sectors, where partitions begin by custom
ENTRY_COUNT = 128
ENTRY_SIZE = 128
ENTRY_SECTORS = ENTRY_COUNT * ENTRY_SIZE // SECTOR
ESP_TYPE = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
LOADER_PATH = "EFI/BOOT/BOOTX64.EFI"
BOOT_IMAGE_PATH = "EFI/ERIX/BOOT.IMG"


def content_digest(files: dict[str, bytes]) -> bytes:
    """A hash over all paths and contents."""
    total = hashlib.sha256()
    for path, data in sorted(files.items()):
        total.update(hashlib.sha256(path.encode("ascii")).digest())
        total.update(hashlib.sha256(data).digest())
    return total.digest()


def _identifier(digest: bytes, purpose: bytes) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.sha256(purpose + digest).digest()[:16], version=4)


def _protective_mbr(sectors: int) -> bytes:
    partition = struct.pack(
        "<B3sB3sII", 0, b"\x00\x02\x00", 0xEE, b"\xff\xff\xff", 1,
        min(sectors - 1, 0xFFFFFFFF))
    return bytes(446) + partition + bytes(48) + b"\x55\xaa"


def _header(own: int, other: int, entries: int, last: int, disk: uuid.UUID, table: bytes) -> bytes:
    """A GPT header at sector `own`; its copy is at `other`, its entries begin at `entries`."""

    def packed(checksum: int) -> bytes:
        return struct.pack(
            "<8sIIIIQQQQ16sQIII", b"EFI PART", 0x00010000, 92, checksum, 0, own, other,
            2 + ENTRY_SECTORS, last, disk.bytes_le, entries, ENTRY_COUNT, ENTRY_SIZE,
            zlib.crc32(table))

    return packed(zlib.crc32(packed(0)))


def disk_extents(files: dict[str, bytes]) -> tuple[int, list[Extent]]:
    """Size in bytes and the parts that are not zero of a disk that carries `files` on its ESP."""
    digest = content_digest(files)
    volume = fat32.build_volume(files, int.from_bytes(digest[:4], "little"), "ERIX", ALIGNMENT)
    first, last = ALIGNMENT, ALIGNMENT + volume.sector_count - 1
    sectors = -(-(last + 1 + ENTRY_SECTORS + 1) // ALIGNMENT) * ALIGNMENT
    disk = _identifier(digest, b"disk")
    partition = struct.pack(
        "<16s16sQQQ72s", ESP_TYPE.bytes_le, _identifier(digest, b"partition").bytes_le, first, last,
        0, "EFI System Partition".encode("utf-16-le"))
    table = partition.ljust(ENTRY_COUNT * ENTRY_SIZE, b"\0")
    backup = sectors - 1
    usable = backup - ENTRY_SECTORS - 1
    extents = [
        (0, _protective_mbr(sectors)),
        (SECTOR, _header(1, backup, 2, usable, disk, table)),
        (2 * SECTOR, table),
        ((backup - ENTRY_SECTORS) * SECTOR, table),
        (backup * SECTOR, _header(backup, 1, backup - ENTRY_SECTORS, usable, disk, table)),
    ]
    extents += [(first * SECTOR + offset, data) for offset, data in volume.extents]
    return sectors * SECTOR, extents


def write_disk(path: Path, loader: bytes, boot_image: bytes | None) -> None:
    """Writes a bootable disk; without `boot_image` the loader finds nothing to load."""
    files = {LOADER_PATH: loader}
    if boot_image is not None:
        files[BOOT_IMAGE_PATH] = boot_image
    size, extents = disk_extents(files)
    write_sparse(path, size, extents)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="harness.disk", description="Writes a bootable disk image.")
    parser.add_argument("--loader", type=Path, required=True)
    parser.add_argument("--boot-image", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        write_disk(options.output, options.loader.read_bytes(), options.boot_image.read_bytes())
    except (OSError, fat32.FatError) as error:
        print(f"disk: {options.output}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
