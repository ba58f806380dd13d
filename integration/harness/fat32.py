"""A FAT32 volume from a set of files, the same bytes for the same files.

Follows Microsoft's "FAT32 File System Specification" 1.03. One sector per cluster keeps the
smallest legal FAT32 volume at 34 MB. All times are 1980-01-01 00:00:00, every file lies in one
piece, and names must be 8.3: what the firmware and the loader read needs nothing more.
"""

import struct
from dataclasses import dataclass, field

from harness.files import Extent

SECTOR = 512
RESERVED_SECTORS = 32
FAT_COUNT = 2
ROOT_CLUSTER = 2
# Fewer clusters make a volume FAT16 by definition; the margin is for readers that count otherwise.
MINIMUM_CLUSTERS = 65525 + 16
MAXIMUM_CLUSTERS = 0x0FFFFFF5
END_OF_CHAIN = 0x0FFFFFFF
MEDIA_FIXED = 0xF8
ATTRIBUTE_DIRECTORY = 0x10
ATTRIBUTE_VOLUME = 0x08
FIRST_DATE = (1 << 5) | 1
NAME_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class FatError(ValueError):
    """The files cannot be put on the volume."""


@dataclass
class _Node:
    """A file (`data`) or a directory (`children`)."""

    data: bytes = b""
    children: dict[str, "_Node"] | None = None
    cluster: int = 0

    @property
    def is_directory(self) -> bool:
        return self.children is not None


@dataclass(frozen=True)
class Volume:
    """The parts of a volume that are not zero."""

    sector_count: int
    extents: list[Extent] = field(default_factory=list)


def short_name(name: str) -> bytes:
    """The 11 bytes of an 8.3 name in upper case."""
    stem, dot, extension = name.upper().partition(".")
    fits = 1 <= len(stem) <= 8 and len(extension) <= 3 and bool(dot) == bool(extension)
    if not fits or not NAME_CHARACTERS.issuperset(stem + extension):
        raise FatError(f"not an 8.3 name: {name!r}")
    return f"{stem:<8}{extension:<3}".encode("ascii")


def _tree(files: dict[str, bytes]) -> _Node:
    root = _Node(children={})
    for path, data in sorted(files.items()):
        if len(data) >= 1 << 32:
            raise FatError(f"larger than FAT32 allows: {path!r}")
        *folders, name = path.upper().split("/")
        node = root
        for folder in folders:
            short_name(folder)
            node = node.children.setdefault(folder, _Node(children={}))
            if not node.is_directory:
                raise FatError(f"file and folder of one name: {path!r}")
        short_name(name)
        if name in node.children:
            raise FatError(f"twice on the volume: {path!r}")
        node.children[name] = _Node(data=data)
    return root


def _entry(name: bytes, attributes: int, cluster: int, size: int) -> bytes:
    return struct.pack(
        "<11sBBBHHHHHHHI", name, attributes, 0, 0, 0, FIRST_DATE, FIRST_DATE, cluster >> 16, 0,
        FIRST_DATE, cluster & 0xFFFF, size)


class _Builder:
    """Gives clusters away from the front and collects what lies in them."""

    def __init__(self, label: str) -> None:
        self.label = f"{label.upper():<11}".encode("ascii")
        self.table = [0x0FFFFF00 | MEDIA_FIXED, END_OF_CHAIN]
        self.contents: list[tuple[int, bytes]] = []

    def allocate(self, size: int) -> int:
        """The first cluster of a new chain; 0 for an empty file."""
        count = -(-size // SECTOR)
        if count == 0:
            return 0
        first = len(self.table)
        self.table.extend(range(first + 1, first + count))
        self.table.append(END_OF_CHAIN)
        return first

    def place(self, node: _Node, is_root: bool = False) -> None:
        if not node.is_directory:
            node.cluster = self.allocate(len(node.data))
            return
        node.cluster = self.allocate((len(node.children) + (1 if is_root else 2)) * 32)
        for child in node.children.values():
            self.place(child)

    def fill(self, node: _Node, parent: int | None = None) -> None:
        if not node.is_directory:
            self.contents.append((node.cluster, node.data))
            return
        if parent is None:
            entries = [_entry(self.label, ATTRIBUTE_VOLUME, 0, 0)]
        else:
            entries = [
                _entry(b".          ", ATTRIBUTE_DIRECTORY, node.cluster, 0),
                _entry(b"..         ", ATTRIBUTE_DIRECTORY, parent, 0)]
        for name, child in node.children.items():
            attributes = ATTRIBUTE_DIRECTORY if child.is_directory else 0
            entries.append(_entry(short_name(name), attributes, child.cluster, len(child.data)))
        self.contents.append((node.cluster, b"".join(entries)))
        for child in node.children.values():
            # The root is called cluster 0 in the ".." entries of its folders.
            self.fill(child, 0 if parent is None else node.cluster)


def _boot_sector(sectors: int, fat_sectors: int, hidden: int, serial: int, label: bytes) -> bytes:
    parameters = struct.pack(
        "<3s8sHBHBHHBHHHII", b"\xeb\x58\x90", b"ERIX    ", SECTOR, 1, RESERVED_SECTORS, FAT_COUNT,
        0, 0, MEDIA_FIXED, 0, 63, 255, hidden, sectors)
    extended = struct.pack(
        "<IHHIHH12xBBBI11s8s", fat_sectors, 0, 0, ROOT_CLUSTER, 1, 6, 0x80, 0, 0x29, serial, label,
        b"FAT32   ")
    return (parameters + extended).ljust(SECTOR - 2, b"\0") + b"\x55\xaa"


def _information_sector(free: int, next_free: int) -> bytes:
    return struct.pack("<I480xIII12xI", 0x41615252, 0x61417272, free, next_free, 0xAA550000)


def build_volume(files: dict[str, bytes], serial: int, label: str, hidden_sectors: int) -> Volume:
    """Lays out a volume with `files` (path with `/` -> contents).

    `hidden_sectors` is the number of sectors before the volume on its disk.
    """
    builder = _Builder(label)
    root = _tree(files)
    builder.place(root, is_root=True)
    builder.fill(root)
    used = len(builder.table) - 2
    clusters = max(MINIMUM_CLUSTERS, used)
    if clusters > MAXIMUM_CLUSTERS:
        raise FatError("more than a FAT32 volume can hold")
    fat_sectors = -(-(clusters + 2) * 4 // SECTOR)
    data_sector = RESERVED_SECTORS + FAT_COUNT * fat_sectors
    sectors = data_sector + clusters
    table = struct.pack(f"<{len(builder.table)}I", *builder.table)
    boot = _boot_sector(sectors, fat_sectors, hidden_sectors, serial, builder.label)
    information = _information_sector(clusters - used, 2 + used if used < clusters else 0xFFFFFFFF)
    extents = [(first * SECTOR, boot + information) for first in (0, 6)]
    extents += [
        ((RESERVED_SECTORS + copy * fat_sectors) * SECTOR, table) for copy in range(FAT_COUNT)]
    extents += [
        ((data_sector + cluster - 2) * SECTOR, data)
        for cluster, data in builder.contents if cluster]
    return Volume(sectors, extents)
