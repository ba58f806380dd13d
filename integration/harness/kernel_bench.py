"""The kernel's figures: read from a bench image's log, set beside seL4's and Linux's.

The bench program writes `BENCH:<name>:<min>:<median>:<max>`, in guest instructions, to the debug
console. What each name means, and what seL4 and Linux need for it under the same emulator, stands
in integration/bench/baseline.json; what was reached before, in thresholds.json.
"""

import re
from dataclasses import dataclass
from typing import Any

from harness import elf_edit
from harness.loader_bench import BenchError

_ROW = re.compile(r"BENCH:([a-z0-9]+(?:-[a-z0-9]+)*):(\d+):(\d+):(\d+)")
# What the kernel says of its own start, in ticks of the counter, and what of it is a row.
_TICKS = re.compile(r"ERIX_KERNEL:TICKS:([A-Z_]+):(\d+)")
# What the finaliser needed at most for one step between two looks at pending interrupts.
_STEP = re.compile(r"ERIX_KERNEL:LONGEST_STEP:(\d+)")
# A figure may be this much above its threshold.
REGRESSION = 0.02
# The loader's work grows with the image that it reads; limits.json judges it per byte.
LOADER = "boot-loader"
# Figures of the image are kept by the rights of the segment that they count.
SEGMENTS = {5: "kernel-text", 4: "kernel-constants", 6: "kernel-data"}


@dataclass(frozen=True)
class Row:
    """One operation: the least, middle and most instructions of its runs."""

    name: str
    least: int
    median: int
    most: int


def rows(lines: list[str]) -> list[Row]:
    """The figures in the lines of a log, in their order.

    A line that begins like a figure and is none is an error: a figure would be lost unseen.
    """
    found: list[Row] = []
    for line in lines:
        if not line.startswith("BENCH:"):
            continue
        match = _ROW.fullmatch(line)
        row = match and Row(match[1], int(match[2]), int(match[3]), int(match[4]))
        if not row or not row.least <= row.median <= row.most:
            raise BenchError(f"not a figure: {line}")
        if any(row.name == other.name for other in found):
            raise BenchError(f"measured twice: {row.name}")
        found.append(row)
    return found


def own_rows(lines: list[str]) -> list[Row]:
    """The figures that the kernel gives of itself: of its start, and the longest step.

    Waiting for a clock and the check of all page tables, which other images leave out, are not
    the kernel's work; clearing the frame records grows with memory and is a row of its own.
    """
    ticks = {match[1]: int(match[2]) for line in lines if (match := _TICKS.fullmatch(line))}
    steps = [int(match[1]) for line in lines if (match := _STEP.fullmatch(line))]
    values = {}
    if ticks:
        try:
            values["boot-records"] = ticks["RECORDS"]
            values["boot-kernel"] = ticks["ALL"] - sum(
                ticks[name] for name in ("CALIBRATION", "TABLE_WALK", "RECORDS"))
        except KeyError as error:
            raise BenchError(f"the kernel says nothing of {error}") from error
    if steps:
        values["finalise-step"] = max(steps)
    return [Row(name, value, value, value) for name, value in values.items()]


def kernel_sizes(kernel: bytes) -> dict[str, int]:
    """Bytes of code, constants and data of a kernel file."""
    sizes = {"kernel-file": len(kernel)}
    number = 0
    while True:
        try:
            flags = elf_edit.read_field(kernel, "p_flags", number)
        except elf_edit.ElfError:
            return sizes
        stored = elf_edit.read_field(kernel, "p_filesz", number)
        name = SEGMENTS.get(flags)
        if name is None:
            raise BenchError(f"segment {number} of the kernel has the rights {flags}")
        sizes[name] = sizes.get(name, 0) + stored
        zeroed = elf_edit.read_field(kernel, "p_memsz", number) - stored
        sizes["kernel-zeroed"] = sizes.get("kernel-zeroed", 0) + zeroed
        number += 1


def record(
    found: list[Row], sizes: dict[str, int], baseline: dict[str, Any],
) -> dict[str, Any]:
    """What build/bench.json holds: figures that nobody has are left out."""
    known = {entry["name"]: entry for entry in baseline["rows"]}
    return {
        "rows": [
            {"name": row.name, "min": row.least, "median": row.median, "max": row.most,
             **{key: known[row.name][key] for key in ("seL4", "linux", "target")
                if key in known.get(row.name, {})}}
            for row in found],
        "sizes": sizes}


def _cell(value: float | None, digits: int = 0) -> str:
    return f"{'–':>11}" if value is None else f"{value:>11,.{digits}f}"


def table(result: dict[str, Any], baseline: dict[str, Any]) -> list[str]:
    """The figures for a reader, with the ratio to seL4's; also what was not measured."""
    titles = {entry["name"]: entry["title"] for entry in baseline["rows"] + baseline["sizes"]}
    heads = ("min", "median", "max", "seL4", "ratio", "Linux", "target")
    text = [f"{'operation':<46}" + "".join(f"{head:>11}" for head in heads)]
    for row in result["rows"]:
        other = row.get("seL4")
        cells = [
            _cell(row["min"]), _cell(row["median"]), _cell(row["max"]), _cell(other),
            _cell(row["median"] / other if other else None, 2), _cell(row.get("linux")),
            _cell(row.get("target"))]
        text.append(f"{titles.get(row['name'], row['name']):<46}" + "".join(cells))
    measured = {row["name"] for row in result["rows"]}
    missing = [entry["name"] for entry in baseline["rows"] if entry["name"] not in measured]
    text += [f"not measured: {', '.join(missing)}"] if missing else []
    text += ["", f"{'size':<46}" + "".join(f"{head:>11}" for head in ("bytes", "seL4", "target"))]
    known = {entry["name"]: entry for entry in baseline["sizes"]}
    for name, value in result["sizes"].items():
        cells = [_cell(known.get(name, {}).get(key)) for key in ("seL4", "target")]
        text.append(f"{titles.get(name, name):<46}" + _cell(value) + "".join(cells))
    return text


def accepted(result: dict[str, Any]) -> dict[str, dict[str, int]]:
    """What thresholds.json holds when this result is accepted."""
    rows = {row["name"]: row["median"] for row in result["rows"] if row["name"] != LOADER}
    return {"rows": rows, "sizes": dict(result["sizes"])}


def regressions(result: dict[str, Any], thresholds: dict[str, dict[str, int]]) -> list[str]:
    """A line for each figure above its threshold, and for each that is measured no more."""
    found = accepted(result)
    trouble = []
    for kind, limits in thresholds.items():
        for name, limit in limits.items():
            value = found[kind].get(name)
            if value is None:
                trouble.append(f"{name}: not measured, and it has a threshold")
            elif value > limit * (1 + REGRESSION):
                trouble.append(f"{name}: {value:,} is above {limit:,} by more than 2 %")
    return trouble
