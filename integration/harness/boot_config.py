"""The one part of a boot configuration that scenarios change: the protections to leave out.

docs/reference/boot-config.md has the form, docs/reference/handoff.md the bits; boot-tool knows the
protections by the same names.
"""

MAGIC = b"ERIXBCFG"
MASK_OFFSET = 112 + 8 + 8
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
