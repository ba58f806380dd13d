"""Counts the loader's own instructions per phase and compares them with their limits.

Under `-icount shift=0,sleep=off` the time-stamp counter counts guest instructions exactly, and the
figures repeat from run to run. The loader stamps the end of each phase and says how much of the
counter was spent inside the firmware so far; docs/reference/boot-chain.md, "Markers".

    python3 -m harness.bench [--build FOLDER]
"""

import argparse
import json
import re
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from harness import bootimage
from harness.files import write_bytes
from harness.judge import State, lines
from harness.machine import MachineError
from harness.media import Sources
from harness.scenario import ScenarioError, read_file
from harness.suite import Options, run_one

STAMP = re.compile(r"ERIX_BOOTLOADER:STAMP:([A-Z_]+):(\d+):(\d+)")
FIRST = "ENTRY"
SIGNATURE, HASH = "SIGNATURE_CHECKED", "CONTENTS_HASHED"


class BenchError(RuntimeError):
    """The boot failed, or did not show the stamps that the figures need."""


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


def measure(build: Path, folder: Path, key: Path) -> list[Phase]:
    """Boots the scenario `boot` of a folder and reads its stamps."""
    scenario = read_file(folder / "boot.json")[0]
    place = build / "bench" / scenario.name
    outcome = run_one(Options(Sources(build, key)), scenario, place, threading.Event())
    if outcome.verdict.state is not State.OK:
        raise BenchError(f"{outcome.verdict.state}: {outcome.verdict.detail}; logs: {place}")
    return phases((place / "debug.log").read_text(encoding="utf-8", errors="replace"))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="harness.bench", description="Measures the loader.")
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--folder", type=Path, default=Path("integration/bench"))
    parser.add_argument("--key", type=Path, default=Path("integration/keys/dev.key"))
    options = parser.parse_args(arguments)
    try:
        found = measure(options.build, options.folder, options.key)
        image = bootimage.parse((options.build / "smoke" / "boot.img").read_bytes())
        limits = json.loads((options.folder / "limits.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, BenchError, MachineError, ScenarioError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    result = figures(found, sum(len(section.data) for section in image.sections))
    holds = report(found, result, limits)
    record = {"loader": {"phases": [vars(phase) for phase in found], "figures": result}}
    write_bytes(options.build / "bench.json", (json.dumps(record, indent=2) + "\n").encode("ascii"))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
