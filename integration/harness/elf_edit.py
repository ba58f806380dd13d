"""Changes single fields of an ELF64 file, to make kernels and root tasks that must be refused; and
puts a trap into a function, to make kernels that fail.

Field names and offsets follow the System V ABI, chapter 4.
"""

import struct
from typing import Any

HEADER_FIELDS = {
    "e_ident_class": ("B", 4), "e_ident_data": ("B", 5), "e_type": ("H", 16),
    "e_machine": ("H", 18), "e_version": ("I", 20), "e_entry": ("Q", 24), "e_phoff": ("Q", 32),
    "e_flags": ("I", 48), "e_ehsize": ("H", 52), "e_phentsize": ("H", 54), "e_phnum": ("H", 56)}
SEGMENT_FIELDS = {
    "p_type": ("I", 0), "p_flags": ("I", 4), "p_offset": ("Q", 8), "p_vaddr": ("Q", 16),
    "p_paddr": ("Q", 24), "p_filesz": ("Q", 32), "p_memsz": ("Q", 40), "p_align": ("Q", 48)}
SEGMENT_SIZE = 56
SECTION_SIZE = 64
SYMBOL_SIZE = 24
LOADABLE = 1
SYMBOL_TABLE = 2
# UD2: an instruction that the processor never has.
TRAP = bytes.fromhex("0f0b")


class ElfError(ValueError):
    """The edit does not fit the file."""


def _load_segments(file: bytes) -> list[int]:
    """The offsets of the program headers of loadable segments."""
    start = struct.unpack_from("<Q", file, 32)[0]
    count = struct.unpack_from("<H", file, 56)[0]
    offsets = [start + number * SEGMENT_SIZE for number in range(count)]
    return [place for place in offsets if struct.unpack_from("<I", file, place)[0] == LOADABLE]


def _place(file: bytes, name: str, segment: int | None) -> tuple[str, int]:
    fields = HEADER_FIELDS if segment is None else SEGMENT_FIELDS
    if name not in fields:
        raise ElfError(f"no such field: {name!r}")
    kind, offset = fields[name]
    if segment is None:
        return "<" + kind, offset
    segments = _load_segments(file)
    if segment >= len(segments):
        raise ElfError(f"the file has {len(segments)} loadable segments, not {segment + 1}")
    return "<" + kind, segments[segment] + offset


def read_field(file: bytes, name: str, segment: int | None = None) -> int:
    """A field of the header, or of loadable segment number `segment`."""
    kind, offset = _place(file, name, segment)
    return struct.unpack_from(kind, file, offset)[0]


def with_field(file: bytes, name: str, value: int, segment: int | None = None) -> bytes:
    """A copy of the file with one field changed."""
    kind, offset = _place(file, name, segment)
    changed = bytearray(file)
    struct.pack_into(kind, changed, offset, value)
    return bytes(changed)


def symbol_address(file: bytes, name: str) -> int:
    """The value of a symbol of an unstripped file."""
    start, count = struct.unpack_from("<Q", file, 40)[0], struct.unpack_from("<H", file, 60)[0]
    sections = [struct.unpack_from("<IIQQQQII", file, start + number * SECTION_SIZE)
                for number in range(count)]
    wanted = name.encode() + b"\0"
    for section in sections:
        if section[1] != SYMBOL_TABLE:
            continue
        names = sections[section[6]][4]
        for place in range(section[4], section[4] + section[5], SYMBOL_SIZE):
            text = names + struct.unpack_from("<I", file, place)[0]
            if file[text:text + len(wanted)] == wanted:
                return struct.unpack_from("<Q", file, place + 8)[0]
    raise ElfError(f"no symbol {name!r}")


def with_trap(file: bytes, address: int) -> bytes:
    """A copy of the file whose processor stops when it comes to an address."""
    for place in _load_segments(file):
        offset, start = struct.unpack_from("<QQ", file, place + 8)
        size = struct.unpack_from("<Q", file, place + 32)[0]
        if start <= address <= start + size - len(TRAP):
            target = offset + address - start
            return file[:target] + TRAP + file[target + len(TRAP):]
    raise ElfError(f"nothing is loaded at {address:#x}")


def edited(file: bytes, edit: dict[str, Any]) -> bytes:
    """Applies `{"field", "segment"?, "value"}`.

    A value is a number, or `{"field", "segment"?, "add"?}` for that of another field plus a number.
    """
    value = edit["value"]
    if isinstance(value, dict):
        value = read_field(file, value["field"], value.get("segment")) + value.get("add", 0)
    return with_field(file, edit["field"], value, edit.get("segment"))
