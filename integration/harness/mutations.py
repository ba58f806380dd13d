"""Changes to an image, a loader or a disk that scenarios describe as data.

docs/reference/scenarios.md, "Mutations", lists them. The first group changes contents: the image
is then encoded and signed again, so that the reader's later checks are reached. The second group
changes bytes of the finished file.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from harness import boot_config, bootimage, elf_edit
from harness.bootimage import Image, Section

Operation = dict[str, Any]


class MutationError(ValueError):
    """A mutation that is unknown, incomplete or does not fit the image."""


@dataclass(frozen=True)
class Keys:
    """The seeds that a scenario may sign with, by name."""

    seeds: dict[str, bytes]

    def seed(self, name: str) -> bytes | None:
        if name == "none":
            return None
        if name not in self.seeds:
            raise MutationError(f"no such key: {name!r}")
        return self.seeds[name]


# Contents. Each function gets the image and the operation.


def _drop(image: Image, operation: Operation) -> Image:
    return image.replacing(operation["section"])


def _duplicate(image: Image, operation: Operation) -> Image:
    section = image.sections[image.index(operation["section"])]
    return image.replacing(operation["section"], section, section)


def _swap(image: Image, operation: Operation) -> Image:
    """Exchanges a section with the next one."""
    number = image.index(operation["section"])
    if number + 1 == len(image.sections):
        raise MutationError("the last section has no next one")
    sections = list(image.sections)
    sections[number:number + 2] = reversed(sections[number:number + 2])
    return replace(image, sections=sections)


def _cut(image: Image, operation: Operation) -> Image:
    """Keeps only the first bytes of a section."""
    section = image.sections[image.index(operation["section"])]
    return image.replacing(
        operation["section"], replace(section, data=section.data[:operation["size"]]))


def _fill(image: Image, operation: Operation) -> Image:
    """Overwrites a part of a section, by default its beginning."""
    section = image.sections[image.index(operation["section"])]
    new, start = bytes.fromhex(operation["bytes"]), operation.get("offset", 0)
    end = start + len(new)
    if end > len(section.data):
        raise MutationError("the change leaves the section")
    data = section.data[:start] + new + section.data[end:]
    return image.replacing(operation["section"], replace(section, data=data))


def _exchange(image: Image, operation: Operation) -> Image:
    """Puts other bytes in the one place of a section where some are found."""
    section = image.sections[image.index(operation["section"])]
    return image.replacing(
        operation["section"], replace(section, data=_replace(section.data, operation)))


def _elf(image: Image, operation: Operation) -> Image:
    section = image.sections[image.index(operation["section"])]
    edit = {key: value for key, value in operation.items() if key not in ("op", "section")}
    changed: Section = replace(section, data=elf_edit.edited(section.data, edit))
    return image.replacing(operation["section"], changed)


def _trap(image: Image, operation: Operation) -> Image:
    """Makes the kernel fail where a function begins; `address` was looked up by media.py."""
    section = image.sections[image.index("kernel")]
    changed: Section = replace(
        section, data=elf_edit.with_trap(section.data, operation["address"]))
    return image.replacing("kernel", changed)


def _leave_out(image: Image, operation: Operation) -> Image:
    """Leaves protections out of the kernel; only a smoke image may say so."""
    return _boot_config(
        image, lambda data: boot_config.leaving_out(data, operation["protections"]))


def _boot_config(image: Image, change: Callable[[bytes], bytes]) -> Image:
    section = image.sections[image.index("boot-config")]
    try:
        data = change(section.data)
    except ValueError as error:
        raise MutationError(str(error)) from error
    return image.replacing("boot-config", replace(section, data=data))


def _switch(image: Image, operation: Operation) -> Image:
    """Turns switches of a smoke image on."""
    return _boot_config(image, lambda data: boot_config.switching_on(data, operation["names"]))


def _declare(image: Image, operation: Operation) -> Image:
    """Declares one more capability, which the root task then makes."""
    arguments = {key: value for key, value in operation.items() if key != "op"}
    return _boot_config(image, lambda data: boot_config.declaring(data, **arguments))


def _manifest(image: Image, operation: Operation) -> Image:
    if "profile" in operation:
        image = replace(image, profile=bootimage.PROFILES[operation["profile"]])
    return replace(image, version=operation.get("version", image.version))


# Bytes. Each function gets the file and the operation.


def _start(file: bytes, part: str) -> int:
    """Where a named part of the file begins."""
    layout = bootimage.Layout(struct.unpack_from("<I", file, 24)[0])
    fixed = {
        "file": 0, "header": 0, "table": bootimage.HEADER_SIZE, "manifest": layout.manifest,
        "signature": layout.signature, "padding": layout.signature + bootimage.SIGNATURE_SIZE}
    if part in fixed:
        return fixed[part]
    number = bootimage.parse(file).index(part)
    entry = bootimage.HEADER_SIZE + number * bootimage.ENTRY_SIZE
    return struct.unpack_from("<Q", file, entry + 40)[0]


def _flip(file: bytes, operation: Operation) -> bytes:
    place = _start(file, operation["part"]) + operation["offset"]
    changed = bytearray(file)
    changed[place] ^= operation.get("mask", 1)
    return bytes(changed)


def _set(file: bytes, operation: Operation) -> bytes:
    place = _start(file, operation["part"]) + operation["offset"]
    new = bytes.fromhex(operation["bytes"])
    if place + len(new) > len(file):
        raise MutationError("the change leaves the file")
    return file[:place] + new + file[place + len(new):]


def _truncate(file: bytes, operation: Operation) -> bytes:
    size = operation["size"]
    return file[:size if size >= 0 else len(file) + size]


def _append(file: bytes, operation: Operation) -> bytes:
    return file + bytes.fromhex(operation["bytes"])


def _replace(file: bytes, operation: Operation) -> bytes:
    old, new = bytes.fromhex(operation["find"]), bytes.fromhex(operation["bytes"])
    if len(old) != len(new) or file.count(old) != 1:
        raise MutationError(f"{file.count(old)} places of {len(old)} bytes for {len(new)} new ones")
    return file.replace(old, new)


CONTENT: dict[str, Callable[[Image, Operation], Image]] = {
    "drop": _drop, "duplicate": _duplicate, "swap": _swap, "cut": _cut, "fill": _fill,
    "exchange": _exchange, "elf": _elf,
    "leave-out": _leave_out, "manifest": _manifest, "trap": _trap,
    "switch": _switch, "declare": _declare}
BYTES: dict[str, Callable[[bytes, Operation], bytes]] = {
    "flip": _flip, "set": _set, "truncate": _truncate, "append": _append,
    "replace": _replace}


def mutated(
    file: bytes, operations: list[Operation], keys: Keys, key: str = "dev",
) -> bytes | None:
    """The file after all operations; None when it is not to be on the disk at all.

    `key` names the key that signed the file and signs it again, unless an operation names another.
    Raises MutationError when an operation does not fit, so that no scenario passes by accident.
    """
    must_encode = False
    image = bootimage.parse(file)
    try:
        for operation in operations:
            if operation["op"] in CONTENT:
                image, must_encode = CONTENT[operation["op"]](image, operation), True
            elif operation["op"] == "key":
                key, must_encode = operation["name"], True
        result = bootimage.encode(image, keys.seed(key)) if must_encode else file
        for operation in operations:
            if operation["op"] in BYTES:
                result = BYTES[operation["op"]](result, operation)
            elif operation["op"] == "sign":
                result = bootimage.signed(result, keys.seed(operation["name"]))
            elif operation["op"] == "remove":
                return None
            elif operation["op"] not in (*CONTENT, "key"):
                raise MutationError(f"no such operation: {operation['op']!r}")
    except (KeyError, IndexError, TypeError, struct.error, elf_edit.ElfError) as error:
        raise MutationError(f"{operation}: {error}") from error
    return result
