"""What services come to hold at run time, as it follows from what is declared for others.

docs/reference/authority.md, "What follows", has the rules in words. Pure: no files, no processes.
"""

from collections import Counter

from harness.audit import Held
from harness.declared import Configuration, Service, names, text

# Slots of an intake table: docs/reference/intake.md.
NAMES, FIRST_RESOURCE, FIRST_DYNAMIC = 5, 64, 2048
# Behind the slots where messages put capabilities, which are empty between two messages.
FIRST_KEPT = FIRST_DYNAMIC + 8
# Type, family, rights and whose it is; never with a badge.
Wanted = Counter[tuple[int, int, int, str]]


def launched(configuration: Configuration, launcher: str) -> list[Service]:
    return [service for service in configuration.services if service.launch == launcher]


def _kept_by_procd(configuration: Configuration) -> Wanted:
    """What it starts services with, unbadged, and the processes themselves."""
    wanted: Wanted = Counter()
    process = names("type")["process"]
    everything = names("right")["read"] | names("right")["write"] | names("right")["manage"]
    for service in launched(configuration, "procd"):
        wanted[(process, 0, everything, service.role)] += 1
        for row in service.capabilities:
            if row.is_acquired:
                continue
            target = text("role", row.peer) if row.peer else service.role
            target = "" if row.family else target
            wanted[(row.type, row.family, row.rights, target)] += 1
    return wanted


def _kept_by_vspaced(configuration: Configuration) -> Wanted:
    """The processes that procd made, to map into."""
    process, manage = names("type")["process"], names("right")["manage"]
    return Counter(
        (process, 0, manage, service.role) for service in launched(configuration, "procd"))


def _kept_by_named(configuration: Configuration) -> Wanted:
    """The endpoints of those who register, to send through."""
    endpoint, send = names("type")["endpoint"], names("right")["send"]
    return Counter(
        (endpoint, 0, send, service.role) for service in configuration.services
        if any(row.slot == NAMES for row in service.capabilities))


KEPT = {"procd": _kept_by_procd, "vspaced": _kept_by_vspaced, "named": _kept_by_named}


def is_memory_of_memd(one: Held) -> bool:
    """The originals of frames and budgets that memd gave out, with all rights."""
    right = names("right")
    full = {
        names("type")["frame"]:
            right["read"] | right["write"] | right["execute"] | right["manage"],
        names("type")["untyped"]: right["read"] | right["manage"]}
    return full.get(one.type) == one.rights


def is_inventory(one: Held) -> bool:
    """What the kernel left rootd: all RAM and all device memory, in the order of addresses."""
    kinds = (names("type")["untyped"], names("type")["deviceUntyped"])
    rights = names("right")["read"] | names("right")["manage"]
    last = one.slot + one.count - 1
    return (one.slot >= FIRST_RESOURCE and last < FIRST_DYNAMIC and one.type in kinds
            and one.rights == rights)
