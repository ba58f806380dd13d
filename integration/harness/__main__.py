"""Runs the boot scenarios: `make scenarios [ONLY=pattern] [REPEAT=n]`."""

import argparse
import fnmatch
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

from harness.firmware_state import FirmwareStates
from harness.judge import State
from harness.machine import EMULATOR, MachineError, require_emulator
from harness.media import Sources
from harness.scenario import Scenario, ScenarioError, read_folder
from harness.suite import Options, Outcome, run_all

NAME_WIDTH = 40


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="harness", description="Runs boot scenarios.")
    parser.add_argument("--scenarios", type=Path, default=Path("integration/scenarios"))
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--key", type=Path, default=Path("integration/keys/dev.key"))
    parser.add_argument("--only", default="*", help="names to run, with * and ?")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout-scale", type=float, default=1.0, help="for a busy machine")
    parser.add_argument("--emulator", default=EMULATOR)
    parser.add_argument("--keep-disks", action="store_true")
    parser.add_argument(
        "--power-on", action="store_true", help="no saved start of the firmware for any boot")
    parser.add_argument("--long", action="store_true", help="those that take long, and no others")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    parser.add_argument(
        "--images", action="store_true",
        help="print profile and root task of each image that make must build, and stop")
    return parser.parse_args(arguments)


def _chosen(options: argparse.Namespace) -> list[tuple[Scenario, Path]]:
    """Each scenario with its folder, as often as it is to be repeated."""
    output = options.build / "scenarios"
    pattern = options.only if "*" in options.only else f"*{options.only}*"
    scenarios = [
        one for one in read_folder(options.scenarios)
        if one.long == options.long and fnmatch.fnmatchcase(one.name, pattern)]
    if options.repeat == 1:
        return [(one, output / one.name) for one in scenarios]
    return [
        (one, output / f"{one.name}.{turn}")
        for turn in range(1, options.repeat + 1) for one in scenarios]


def _print_images(scenarios: list[Scenario]) -> None:
    """The images with another than the usual root task, each once."""
    images = {(one.profile, one.root) for one in scenarios if one.root}
    for profile, root in sorted(images):
        print(profile, root)


def _print_row(outcome: Outcome) -> None:
    verdict = outcome.verdict
    print(
        f"{outcome.name:<{NAME_WIDTH}} {verdict.state:<16} {outcome.seconds:6.1f} s"
        f"  {verdict.detail}".rstrip(), flush=True)


def _guest_cases(outcomes: list[Outcome]) -> tuple[int, int]:
    """The guests' own cases of all boots, passed and failed."""
    counts = [one.verdict.counts for one in outcomes]
    return sum(passed for passed, _ in counts), sum(failed for _, failed in counts)


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    try:
        chosen = _chosen(options)
        if options.images:
            _print_images([scenario for scenario, _ in chosen])
            return 0
        emulator = require_emulator(options.emulator)
    except (OSError, ScenarioError, MachineError) as error:
        print(f"harness: {error}", file=sys.stderr)
        return 2
    if options.list:
        print(*(scenario.name for scenario, _ in chosen), sep="\n")
        return 0
    if not chosen:
        print(f"harness: no scenario matches {options.only!r}", file=sys.stderr)
        return 2
    firmware = None
    if not options.power_on:
        states = options.build / "scenarios" / "firmware"
        shutil.rmtree(states, ignore_errors=True)
        firmware = FirmwareStates(states, emulator, Counter(one.machine for one, _ in chosen))
    settings = Options(
        sources=Sources(options.build, options.key),
        emulator=emulator, jobs=options.jobs, timeout_scale=options.timeout_scale,
        keeps_disks=options.keep_disks, firmware=firmware)
    try:
        outcomes = run_all(settings, chosen, _print_row)
    except KeyboardInterrupt:
        print("harness: stopped", file=sys.stderr)
        return 130
    failed = [one for one in outcomes if one.verdict.state is not State.OK]
    if failed:
        print(f"logs: {options.build}/scenarios/<scenario>/")
    passed_cases, failed_cases = _guest_cases(outcomes)
    if passed_cases or failed_cases:
        print(
            f"{len(outcomes)} scenarios, {passed_cases + failed_cases} cases inside the guest",
            flush=True)
    print(
        f"{len(outcomes) - len(failed) + passed_cases} passed, "
        f"{len(failed) + failed_cases} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
