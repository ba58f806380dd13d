"""What services hold after something that should have changed nothing, as restarts should.

Pure: no files, no processes.
"""

from collections import Counter

from harness import derived
from harness.audit import Held, Process

# Slot, type, family, rights, badge, whose it is.
Row = tuple[int, int, int, int, int, str]


def _lasting(process: Process) -> Counter[Row]:
    """What a service holds for as long as it is there, without what differs from start to start.

    That is the number of its instance, the places of what it keeps for its work, the replies that
    it owes just then, and the memory that memd gave out.
    """
    rows: Counter[Row] = Counter()
    for one in process.singles.values():
        is_kept = one.slot >= derived.FIRST_KEPT
        if is_kept and process.role == "memd" and derived.is_memory_of_memd(one):
            continue
        if is_kept and derived.is_owed_reply(process.role, one):
            continue
        slot = 0 if is_kept and process.role != "rootd" else one.slot
        badge = one.badge & 0xFFFF_FFFF if one.slot == derived.SUPERVISOR else one.badge
        rows[(slot, one.type, one.family, one.rights, badge, one.target)] += 1
    return rows


def changes(before: list[Process], after: list[Process]) -> list[str]:
    """What services hold after something that should have changed nothing; programs aside."""
    old, new = ({
        one.role: _lasting(one) for one in processes if not one.role.startswith("program-")}
        for processes in (before, after))
    found = []
    for role in sorted(set(old) | set(new)):
        first, second = old.get(role, Counter()), new.get(role, Counter())
        rows = {row for row in set(first) | set(second)
                if first[row] != second[row] and not str(row[-1]).startswith("program-")}
        for row in sorted(rows, key=str):
            slot, kind, family, rights, badge, target = row
            one = Held(slot, 1, kind, family, rights, badge, 0, target)
            found.append(
                f"{role}: {one.place}: {first[row]} before, {second[row]} after: {one.what}")
    return found
