"""What scenarios change in a boot configuration: switches, protections to leave out, authority.

docs/reference/boot-config.md has the form, docs/reference/handoff.md the bits; boot-tool knows
switches and protections by the same names.
"""

from dataclasses import replace
from typing import Any

from harness.declared import (
    ACQUIRED, EDGE, Capability, Configuration, DeclarationError, names)

MAGIC = b"ERIXBCFG"
FLAGS_OFFSET = 112 + 8
MASK_OFFSET = FLAGS_OFFSET + 8
SWITCHES = ("debugExit", "testOperations", "audit")
MODES = {"call": 1, "notify": 2}
PROTECTIONS = (
    "noExecute", "writeProtect", "smep", "smap", "umip", "writeXorExecute", "nullGuard",
    "stackGuards", "fpuIsolation", "separateTables", "aslr", "pcid", "speculationControl", "kpti",
    "readOnlyTables", "syscallFilter", "copyOnWrite", "memoryClearing")


def leaving_out(data: bytes, names: list[str]) -> bytes:
    """The configuration with exactly these protections left out.

    Raises ValueError for an unknown protection and for data of another form.
    """
    if data[:8] != MAGIC or len(data) < MASK_OFFSET + 8:
        raise ValueError("not a boot configuration")
    mask = sum(1 << PROTECTIONS.index(name) for name in set(names))
    return data[:MASK_OFFSET] + mask.to_bytes(8, "little") + data[MASK_OFFSET + 8:]


def switching_on(data: bytes, switches: list[str]) -> bytes:
    """The configuration with these switches on, beside those that are on already.

    Raises ValueError for an unknown switch and for data of another form.
    """
    if data[:8] != MAGIC or len(data) < MASK_OFFSET:
        raise ValueError("not a boot configuration")
    flags = int.from_bytes(data[FLAGS_OFFSET:FLAGS_OFFSET + 4], "little")
    flags |= sum(1 << SWITCHES.index(name) for name in set(switches))
    return data[:FLAGS_OFFSET] + flags.to_bytes(4, "little") + data[FLAGS_OFFSET + 4:]


def declaring(data: bytes, role: str, capability: dict[str, Any], mode: str = "",
              deadline: int = 0) -> bytes:
    """The configuration with one more acquired capability to a peer, or another in its slot.

    With a mode there is an edge for it as well. Raises DeclarationError for what does not fit.
    """
    configuration = Configuration.decode(data)
    service = configuration.service(role)
    try:
        row = Capability(
            capability["slot"], names("type")[capability["type"]], 0,
            sum(names("right")[name] for name in capability["rights"]),
            names("role")[capability["peer"]], int(capability["badge"], 0), 1, ACQUIRED)
        edges = list(service.edges)
        if mode:
            edges.append(EDGE.pack(row.peer, MODES[mode], deadline, row.badge))
    except (KeyError, TypeError, ValueError) as error:
        raise DeclarationError(f"not a capability: {error!r}") from error
    rows = [one for one in service.capabilities if one.slot != row.slot] + [row]
    edges.sort(key=lambda edge: (EDGE.unpack(edge)[0], EDGE.unpack(edge)[3]))
    changed = replace(
        service, edges=tuple(edges), capabilities=tuple(sorted(rows, key=lambda one: one.slot)))
    return configuration.replacing(changed).encode()
