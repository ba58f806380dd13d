"""Counts the loader's own instructions per phase, and those until the system is up, against limits.

Under `-icount shift=0,sleep=off` the time-stamp counter counts guest instructions exactly, and the
figures repeat from run to run. The loader stamps the end of each phase and says how much of the
counter was spent inside the firmware so far; docs/reference/boot-chain.md, "Markers".
"""

import re
from dataclasses import dataclass

from harness.judge import lines

STAMP = re.compile(r"ERIX_BOOTLOADER:STAMP:([A-Z_]+):(\d+):(\d+)")
FIRST = "ENTRY"
READY = re.compile(r"ROOTD:UP_NANOSECONDS:(\d+)")
SIGNATURE, HASH = "SIGNATURE_CHECKED", "CONTENTS_HASHED"


class BenchError(RuntimeError):
    """A boot failed, or did not show what the figures need."""


@dataclass(frozen=True)
class Phase:
    """What happened between the stamp before and the one of this name, in instructions."""

    name: str
    own: int
    firmware: int


def phases(log: str) -> list[Phase]:
    """The phases in a log. A stamp holds the counter and the firmware's part of it so far."""
    found = []
    previous: tuple[int, int] | None = None
    for line in lines(log):
        match = STAMP.fullmatch(line)
        if match is None:
            continue
        ticks, firmware = int(match[2]), int(match[3])
        if previous is not None:
            in_firmware = firmware - previous[1]
            found.append(Phase(match[1], ticks - previous[0] - in_firmware, in_firmware))
        elif match[1] != FIRST:
            raise BenchError(f"the first stamp is {match[1]}, not {FIRST}")
        previous = (ticks, firmware)
    missing = {SIGNATURE, HASH} - {phase.name for phase in found}
    if missing:
        raise BenchError(f"no stamp {sorted(missing)}")
    return found


def system_ready(log: str) -> int:
    """Instructions from the kernel's entry until everything serves: one takes one nanosecond."""
    for line in lines(log):
        if match := READY.fullmatch(line):
            return int(match[1])
    raise BenchError("rootd does not say when the system was up")


def figures(found: list[Phase], hashed_bytes: int) -> dict[str, float]:
    """The figures that have limits, and the totals."""
    own = {phase.name: phase.own for phase in found}
    total = sum(own.values())
    return {
        "instructions_per_byte_hashed": round(own[HASH] / hashed_bytes, 2),
        "signature_instructions": own[SIGNATURE],
        "other_instructions": total - own[HASH] - own[SIGNATURE],
        "own_instructions": total,
        "firmware_instructions": sum(phase.firmware for phase in found),
        "hashed_bytes": hashed_bytes,
    }


def report(found: list[Phase], result: dict[str, float], limits: dict[str, float]) -> bool:
    """Prints both tables; whether all limits hold."""
    print(f"{'phase':<24} {'own':>14} {'firmware':>14}")
    for phase in found:
        print(f"{phase.name:<24} {phase.own:>14,} {phase.firmware:>14,}")
    print(f"\n{'figure':<32} {'found':>14} {'limit':>14}")
    holds = True
    for name, value in result.items():
        limit = limits.get(name)
        excess = limit is not None and value > limit
        holds = holds and not excess
        text = "" if limit is None else f"{limit:>14,}{'  EXCEEDED' if excess else ''}"
        print(f"{name:<32} {value:>14,} {text}".rstrip())
    return holds
