"""boot.img, version 1, as docs/reference/boot-image.md describes it, written a second time.

The scenarios need images that the real writer refuses to make, correctly hashed and signed:
`encode` therefore checks nothing. That both writers agree on good images is a test.
"""

import hashlib
import struct
from dataclasses import dataclass, field, replace

from harness import ed25519

PAGE = 4096
HEADER_SIZE = 128
ENTRY_SIZE = 96
MANIFEST_SIZE = 96
SIGNATURE_SIZE = 64
FAMILIES = {
    "kernel": 1, "root-task": 2, "service": 3, "driver": 4, "boot-config": 5, "blob": 6}
PROFILES = {"dev": 1, "release": 2, "smoke": 3}


class ImageError(ValueError):
    """An image that cannot be taken apart, or a section that it does not have."""


@dataclass(frozen=True)
class Section:
    """One section; `family` and `role` are the numbers in the table."""

    family: int
    role: int
    name: str
    data: bytes


@dataclass(frozen=True)
class Image:
    """The contents of an image; a build id of None stands for the hash of the table."""

    profile: int
    version: int
    build_id: bytes | None
    sections: list[Section] = field(default_factory=list)

    def index(self, wanted: str) -> int:
        """The number of a section, written as its family or as `family:name`."""
        family, _, name = wanted.partition(":")
        if family not in FAMILIES:
            raise ImageError(f"no such family: {family!r}")
        for number, section in enumerate(self.sections):
            if section.family == FAMILIES[family] and name in ("", section.name):
                return number
        raise ImageError(f"the image has no section {wanted!r}")

    def replacing(self, wanted: str, *sections: Section) -> "Image":
        """A copy with `sections` in the place of one section."""
        number = self.index(wanted)
        changed = [*self.sections[:number], *sections, *self.sections[number + 1:]]
        return replace(self, sections=changed)


@dataclass(frozen=True)
class Layout:
    """Where the parts of an image begin."""

    section_count: int

    @property
    def manifest(self) -> int:
        return HEADER_SIZE + ENTRY_SIZE * self.section_count

    @property
    def signature(self) -> int:
        return self.manifest + MANIFEST_SIZE

    @property
    def data(self) -> int:
        return page_end(self.signature + SIGNATURE_SIZE)


def page_end(offset: int) -> int:
    """The next page boundary at or after `offset`."""
    return -(-offset // PAGE) * PAGE


def parse(file: bytes) -> Image:
    """Takes an image apart that the real reader accepts; checks only what it needs itself."""
    if file[:8] != b"ERIXBIMG" or len(file) < HEADER_SIZE:
        raise ImageError("not a boot image")
    layout = Layout(struct.unpack_from("<I", file, 24)[0])
    sections = []
    for number in range(layout.section_count):
        family, _, role, _, name, offset, size, _ = struct.unpack_from(
            "<HHHH32sQQ32s", file, HEADER_SIZE + number * ENTRY_SIZE)
        data = file[offset:offset + size]
        sections.append(Section(family, role, name.rstrip(b"\0").decode("ascii"), data))
    _, profile, version, build_id = struct.unpack_from("<IIQ32s", file, layout.manifest)
    return Image(profile, version, build_id, sections)


def encode(image: Image, seed: bytes | None) -> bytes:
    """The bytes of an image, signed when there is a seed. Sections stay in the order given."""
    layout = Layout(len(image.sections))
    table, data, end = b"", b"", layout.data
    for section in image.sections:
        table += struct.pack(
            "<HHHH32sQQ32s8x", section.family, 0, section.role, 0, section.name.encode("ascii"),
            end, len(section.data), hashlib.sha256(section.data).digest())
        data += section.data.ljust(page_end(len(section.data)), b"\0")
        end = layout.data + len(data)
    build_id = hashlib.sha256(table).digest() if image.build_id is None else image.build_id
    manifest = struct.pack(
        "<IIQ32s48x", MANIFEST_SIZE, image.profile, image.version, build_id)
    header = struct.pack(
        "<8sHHIIIIIIIIIQQ64x", b"ERIXBIMG", 1, 0, 0, HEADER_SIZE, ENTRY_SIZE, len(image.sections),
        HEADER_SIZE, layout.manifest, MANIFEST_SIZE, layout.signature, SIGNATURE_SIZE, layout.data,
        end)
    unsigned = (header + table + manifest).ljust(layout.data, b"\0") + data
    return unsigned if seed is None else signed(unsigned, seed)


def signed(file: bytes, seed: bytes) -> bytes:
    """The file with key id and signature replaced; the signature stands where the header says."""
    key_id = hashlib.sha256(ed25519.public_key(seed)).digest()
    offset = struct.unpack_from("<I", file, 40)[0]
    message = file[:64] + key_id + file[96:offset]
    return message + ed25519.sign(seed, message) + file[offset + SIGNATURE_SIZE:]
