"""`make bench`: the loader's and the kernel's work in guest instructions, against their limits.

Everything is counted under `-icount shift=0,sleep=off`, where the time-stamp counter counts guest
instructions exactly and figures repeat from run to run. A figure above its limit, or more than 2 %
above its threshold, fails.

    python3 -m harness.bench [--build FOLDER] [--accept]

`--accept` makes this run's figures the thresholds.
"""

import argparse
import json
import sys
import threading
from pathlib import Path
from typing import Any

from harness import bootimage, kernel_bench, loader_bench
from harness.files import write_bytes
from harness.judge import State, lines
from harness.kernel_bench import Row
from harness.loader_bench import BenchError
from harness.machine import EMULATOR, MachineError
from harness.media import Sources
from harness.scenario import ScenarioError, read_file
from harness.suite import Options, run_one

PROFILE = "smoke"


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _write(path: Path, value: Any) -> None:
    write_bytes(path, (json.dumps(value, indent=2) + "\n").encode("ascii"))


def _boot(options: argparse.Namespace, name: str) -> str:
    """Boots the one scenario of a file; returns what came to the debug console."""
    scenario = read_file(options.folder / f"{name}.json")[0]
    place = options.build / "bench" / scenario.name
    settings = Options(
        Sources(options.build, options.key), emulator=options.emulator,
        timeout_scale=options.timeout_scale)
    outcome = run_one(settings, scenario, place, threading.Event())
    if outcome.verdict.state is not State.OK:
        raise BenchError(f"{outcome.verdict.state}: {outcome.verdict.detail}; logs: {place}")
    return (place / "debug.log").read_text(encoding="utf-8", errors="replace")


def _loader(options: argparse.Namespace) -> tuple[Row, bool]:
    """The loader's own work as one row, and whether its limits and that of the system hold."""
    log = _boot(options, "loader")
    found = loader_bench.phases(log)
    image = bootimage.parse((options.build / PROFILE / "boot.img").read_bytes())
    result = loader_bench.figures(found, sum(len(section.data) for section in image.sections))
    result["system_ready_instructions"] = loader_bench.system_ready(log)
    holds = loader_bench.report(found, result, _json(options.folder / "limits.json"))
    _write(options.build / "bench-loader.json",
           {"phases": [vars(phase) for phase in found], "figures": result})
    own = int(result["own_instructions"])
    return Row(kernel_bench.LOADER, own, own, own), holds


def _kernel(options: argparse.Namespace) -> list[Row]:
    """The rows of the bench image, once there is one."""
    if not (options.folder / "kernel.json").exists():
        return []
    log = lines(_boot(options, "kernel"))
    found = kernel_bench.rows(log)
    if not found:
        raise BenchError("the bench image showed no figure")
    return [*found, *kernel_bench.own_rows(log)]


def _measure(options: argparse.Namespace) -> bool:
    """Measures, prints and writes everything; whether all is within its limits."""
    row, holds = _loader(options)
    place = options.build / PROFILE
    sizes = kernel_bench.kernel_sizes((place / "kernel.elf").read_bytes())
    sizes["loader-file"] = (place / "BOOTX64.EFI").stat().st_size
    baseline = _json(options.folder / "baseline.json")
    result = kernel_bench.record([*_kernel(options), row], sizes, baseline)
    _write(options.build / "bench.json", result)
    print("", *kernel_bench.table(result, baseline), sep="\n")
    if options.accept:
        _write(options.folder / "thresholds.json", kernel_bench.accepted(result))
    trouble = kernel_bench.regressions(result, _json(options.folder / "thresholds.json"))
    print(*trouble, sep="\n", end="\n" if trouble else "")
    return holds and not trouble


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="harness.bench", description="Counts instructions.")
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--folder", type=Path, default=Path("integration/bench"))
    parser.add_argument("--key", type=Path, default=Path("integration/keys/dev.key"))
    parser.add_argument("--emulator", default=EMULATOR)
    parser.add_argument("--timeout-scale", type=float, default=1.0, help="for a busy machine")
    parser.add_argument("--accept", action="store_true", help="make these the thresholds")
    options = parser.parse_args(arguments)
    try:
        return 0 if _measure(options) else 1
    except (OSError, ValueError, BenchError, MachineError, ScenarioError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
