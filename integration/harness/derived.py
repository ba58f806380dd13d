"""What services come to hold at run time, as it follows from what is declared for others.

docs/reference/authority.md, "What follows", has the rules in words. Pure: no files, no processes.
"""

from collections import Counter

from harness.audit import Held
from harness.declared import Capability, Configuration, Service, names, role_text

# Slots of an intake table: docs/reference/intake.md.
SUPERVISOR, NAMES, FIRST_RESOURCE, FIRST_DYNAMIC = 3, 5, 64, 2048
# Behind the slots where messages put capabilities, which are empty between two messages.
FIRST_KEPT = FIRST_DYNAMIC + 8
# COM1 and i8042: docs/reference/capabi.md.
HARDWARE_FAMILIES = (6, 14)
# Who registers at named, of those who have a way to it: `ServiceTuple(role)` of lib-runtime.
NAMED_ROLES = (
    "timed", "logd", "crashd", "irqd", "deviced", "probed", "hotplugd", "seriald")
# Type, family, rights and whose it is; never with a badge.
Wanted = Counter[tuple[int, int, int, str]]


def launched(configuration: Configuration, launcher: str) -> list[Service]:
    return [service for service in configuration.services if service.launch == launcher]


def started_by_procd(configuration: Configuration) -> list[Service]:
    return [service for service in configuration.services
            if service.launch in ("procd", "program", "driver")]


def is_hardware(row: Capability) -> bool:
    """What deviced gives procd for a driver when it starts one."""
    return row.family in HARDWARE_FAMILIES or row.type == names("type")["deviceFrame"]


def _kept_by_rootd(configuration: Configuration, running: set[str]) -> Wanted:
    """What it makes and keeps for programs, of which its own entry says nothing."""
    wanted: Wanted = Counter()
    right = names("right")
    pair = right["send"] | right["receive"] | right["manage"]
    for program in launched(configuration, "program"):
        wanted[(names("type")["endpoint"], 0, pair | right["grant"], program.role)] += 1
        wanted[(names("type")["notification"], 0, pair, program.role)] += 1
        wanted[(names("type")["frame"], 0, right["read"], "")] += 1
    return wanted


def _kept_by_procd(configuration: Configuration, running: set[str]) -> Wanted:
    """What it starts services with, unbadged, and the processes themselves.

    It keeps the first for a program that ended as well, since it could be started again.
    """
    wanted: Wanted = Counter()
    process = names("type")["process"]
    everything = names("right")["read"] | names("right")["write"] | names("right")["manage"]
    for service in started_by_procd(configuration):
        if service.role in running:
            wanted[(process, 0, everything, service.role)] += 1
        for row in service.capabilities:
            if row.is_acquired:
                continue
            if service.launch == "driver" and service.role not in running and is_hardware(row):
                continue
            target = role_text(row.peer) if row.peer else service.role
            # A frame is nobody's: what it holds does not show.
            target = "" if row.family or row.type == names("type")["frame"] else target
            wanted[(row.type, row.family, row.rights, target)] += 1
    return wanted


def _kept_by_vspaced(configuration: Configuration, running: set[str]) -> Wanted:
    """The processes that procd made, to map into."""
    process, manage = names("type")["process"], names("right")["manage"]
    return Counter(
        (process, 0, manage, service.role) for service in started_by_procd(configuration)
        if service.role in running)


def _kept_by_named(configuration: Configuration, running: set[str]) -> Wanted:
    """The endpoints of those who register, to send through."""
    endpoint, send = names("type")["endpoint"], names("right")["send"]
    return Counter(
        (endpoint, 0, send, service.role) for service in configuration.services
        if service.role in NAMED_ROLES and any(row.slot == NAMES for row in service.capabilities))


def _kept_by_irqd(configuration: Configuration, running: set[str]) -> Wanted:
    """Ways to signal itself, for its lines, and each driver that runs and is given a way to it."""
    notification, send = names("type")["notification"], names("right")["send"]
    wanted: Wanted = Counter({(notification, 0, send, "irqd"): 1})
    for driver in launched(configuration, "driver"):
        if driver.role in running and _reaches(driver, "irqd"):
            wanted[(notification, 0, send, driver.role)] += 1
    return wanted


def _kept_by_deviced(configuration: Configuration, running: set[str]) -> Wanted:
    """The endpoints of the drivers that run, to pass on to the owners of their interfaces."""
    endpoint, send = names("type")["endpoint"], names("right")["send"]
    return Counter(
        (endpoint, 0, send, driver.role) for driver in launched(configuration, "driver")
        if driver.role in running and _reaches(driver, "deviced"))


def _reaches(driver: Service, peer: str) -> bool:
    return any(row.peer and role_text(row.peer) == peer for row in driver.capabilities)


# What irqd keeps has the badges that the kernel and the drivers are heard with.
BADGED = ("irqd",)

# Those who answer later hold the replies that they owe; how many depends on who asks.
ANSWERS_LATER = ("seriald",)

# Each from the configuration and the roles that have a process.
KEPT = {
    "rootd": _kept_by_rootd, "procd": _kept_by_procd, "vspaced": _kept_by_vspaced,
    "named": _kept_by_named, "irqd": _kept_by_irqd, "deviced": _kept_by_deviced}


def is_owed_reply(role: str, one: Held) -> bool:
    """A saved reply of a service that answers when something happened."""
    return role in ANSWERS_LATER and one.type == names("type")["reply"]


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
