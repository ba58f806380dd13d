"""Who holds what on the running system against what its boot configuration declares.

rootd of a smoke image with the switch `audit` prints every process and every capability as JSON
objects; docs/reference/authority.md has their form, and the rules by which what a service comes to
hold at run time follows from what is declared. Pure: no files, no processes.
"""

import re
from collections import Counter

from harness import authority_changes, derived
from harness.audit import AuditError, Held, Process, observe_all
from harness.declared import (
    Capability, Configuration, Service, names, rights_text, role_text, text)

RUNNING = 1


def _fits(row: Capability, service: Service, held: Held) -> str | None:
    """What is different about a capability in a declared slot; None for nothing."""
    target = role_text(row.peer) if row.peer else held.target
    if not row.peer and row.family == 0 and row.type in (
            names("type")["endpoint"], names("type")["notification"]):
        target = service.role
    if (held.type, held.family, held.target) != (row.type, row.family, target):
        wanted = Held(row.slot, 1, row.type, row.family, 0, 0, 0, target)
        return f"is {held.kind}, declared {wanted.kind}"
    if held.rights != row.rights:
        return f"has {rights_text(held.rights)}, declared {rights_text(row.rights)}"
    badge = held.badge
    is_started_by_procd = service.launch in ("procd", "program", "driver")
    if row.slot == derived.SUPERVISOR and is_started_by_procd and target == "procd":
        # The upper half is the number of the instance, which is never 0: decision 0022.
        badge = badge & 0xFFFF_FFFF if badge >> 32 else -1
    if badge != row.badge:
        return f"has badge {held.badge:#x}, declared {row.badge:#x}"
    return None


def _must_be_there(row: Capability, service: Service, number: int) -> bool:
    """Whether a declared slot may not be empty: of a run of resources only the first."""
    if row.is_acquired:
        return service.role == "rootd"
    return number == 0 or row.slot < derived.FIRST_RESOURCE


def _compare_declared(service: Service, held: dict[int, Held]) -> list[str]:
    """Compares what stands in declared slots, and takes it out of `held`."""
    found = []
    for row in service.capabilities:
        for number, slot in enumerate(row.slots):
            one = held.pop(slot, None)
            if one is None:
                if _must_be_there(row, service, number):
                    found.append(f"slot {slot}: nothing, declared {text('type', row.type)}")
                continue
            difference = _fits(row, service, one)
            if difference is not None:
                found.append(f"slot {slot}: {difference}")
    return found


def _compare_kept(
    role: str, configuration: Configuration, running: set[str], held: list[Held]) -> list[str]:
    """What is in no declared slot must be what the role keeps for its work."""
    wanted = derived.KEPT[role](configuration, running) if role in derived.KEPT else Counter()
    found = []
    for one in held:
        key = (one.type, one.family, one.rights, one.target)
        if role == "rootd" and derived.is_inventory(one):
            continue
        if one.slot >= derived.FIRST_KEPT and role == "memd" and derived.is_memory_of_memd(one):
            continue
        if one.slot >= derived.FIRST_KEPT and derived.is_owed_reply(role, one):
            continue
        is_badged = one.badge and role not in derived.BADGED
        if one.slot < derived.FIRST_KEPT or is_badged or wanted[key] < one.count:
            found.append(f"{one.place}: {one.what}, not declared")
        else:
            wanted[key] -= one.count
    for (kind, family, rights, target), count in wanted.items():
        if count:
            missing = Held(0, count, kind, family, rights, 0, 0, target)
            found.append(f"nowhere: {missing.what}, which {role} keeps")
    return found


def _count(process: Process, kind: str, slots: range) -> int:
    """How many capabilities of a type a process holds in some slots."""
    return sum(one.count for one in process.held
               if one.type == names("type")[kind] and one.slot in slots)


def _compare_runs(configuration: Configuration, processes: dict[str, Process]) -> list[str]:
    """memd has all RAM that rootd has, and procd an image of everything that is started later."""
    resources = range(derived.FIRST_RESOURCE, derived.FIRST_DYNAMIC)
    images = sum(one.launch not in ("kernel", "rootd") for one in configuration.services)
    wanted = {"procd": ("frame", images)}
    if "rootd" in processes:
        wanted["memd"] = ("untyped", _count(processes["rootd"], "untyped", resources))
    found = []
    for role, (kind, count) in wanted.items():
        if role in processes and (seen := _count(processes[role], kind, resources)) != count:
            found.append(f"{role}: {seen} capabilities of type {kind} to start with, not {count}")
    return found


def _compare_process(
    service: Service, process: Process, configuration: Configuration, running: set[str],
) -> list[str]:
    held = process.singles
    found = _compare_declared(service, held)
    found += _compare_processes(service, process, configuration)
    found += _compare_kept(
        service.role, configuration, running, _joined(list(held.values())))
    if process.state != RUNNING:
        found.append("does not run")
    if process.syscalls != service.syscalls:
        found.append(f"system calls {process.syscalls:#x}, declared {service.syscalls:#x}")
    if process.slot_count != service.slot_count:
        found.append(f"{process.slot_count} slots, declared {service.slot_count}")
    return found


def _compare_processes(
    service: Service, process: Process, configuration: Configuration) -> list[str]:
    """rootd's capabilities to processes are to itself and to each that it made, one each."""
    if service.role != "rootd":
        return []
    made = Counter(one.role for one in derived.launched(configuration, "rootd"))
    made["rootd"] += 1
    kind = names("type")["process"]
    seen = Counter(one.target for one in process.held if one.type == kind)
    return [
        f"holds {seen[role]} capabilities to the process of {role or 'nobody'}, "
        f"declared {made[role]}"
        for role in sorted(set(made) | set(seen)) if made[role] != seen[role]]


def _joined(held: list[Held]) -> list[Held]:
    """Runs of equal capabilities again, so that a difference is one line."""
    found: list[Held] = []
    for one in sorted(held, key=lambda one: one.slot):
        last = found[-1] if found else None
        if last and last.slot + last.count == one.slot and last.what == one.what:
            found[-1] = Held(
                last.slot, last.count + 1, last.type, last.family, last.rights, last.badge,
                last.object, last.target)
        else:
            found.append(one)
    return found


def _compare_objects(processes: list[Process]) -> list[str]:
    """Each endpoint and notification has one owner, and no owner has two of a kind."""
    kinds = [names("type")["endpoint"], names("type")["notification"]]
    rows = {
        (one.type, one.object, one.target) for process in processes for one in process.held
        if one.type in kinds and one.family == 0}
    found = [
        f"object {number}: {text('type', kind)} of nobody"
        for kind, number, target in sorted(rows) if not target]
    owners = Counter((kind, target) for kind, _, target in rows if target)
    return found + [
        f"{target}: {count} objects of type {text('type', kind)}"
        for (kind, target), count in sorted(owners.items()) if count > 1]


def differences(configuration: Configuration, processes: list[Process]) -> list[str]:
    """What differs, a line each; empty when everything is as declared."""
    found = []
    declared = configuration.services
    known = {one.role for one in declared}
    count = Counter(process.role for process in processes)
    for process in processes:
        if process.role not in known:
            found.append(f"process {process.number}: {process.role or 'nobody'}, not declared")
    single = {one.role: one for one in processes if count[one.role] == 1}
    for service in declared:
        if service.role not in single:
            # A program is there until it ends, a driver when its device and its owner are.
            if service.launch in ("program", "driver") and count[service.role] == 0:
                continue
            found.append(f"{service.role}: {count[service.role]} processes, declared 1")
            continue
        lines = _compare_process(service, single[service.role], configuration, set(single))
        found += [f"{service.role}: {line}" for line in lines]
    return found + _compare_runs(configuration, single) + _compare_objects(processes)


def trouble(
    configuration: Configuration, lines: list[str], expected: tuple[str, ...] = (),
    count: int = 1) -> str | None:
    """What is not as expected; `expected` are differences that must be there, with `*`.

    Of several audits, `count` of which there must be, each is compared, and the last with the
    first.
    """
    try:
        audits = observe_all(lines)
    except AuditError as error:
        return str(error)
    if len(audits) != count:
        return f"{len(audits)} audits in the log, expected {count}"
    found = sorted({line for audit in audits for line in differences(configuration, audit)})
    found += authority_changes.changes(audits[0], audits[-1])
    patterns = [".*".join(re.escape(part) for part in one.split("*")) for one in expected]
    extra = [line for line in found if not any(re.fullmatch(one, line) for one in patterns)]
    if extra:
        return "; ".join(extra[:4]) + (f"; {len(extra) - 4} more" if len(extra) > 4 else "")
    for pattern, text_ in zip(patterns, expected):
        if not any(re.fullmatch(pattern, line) for line in found):
            return f"not found: {text_}"
    return None
