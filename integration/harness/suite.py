"""Runs many scenarios, several at a time, and keeps what each leaves behind."""

import json
import shlex
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from debug import panic
from harness import authority, emulator, error_table, machine
from harness.configuration import ConfigurationError
from harness.declared import DeclarationError
from harness.elf_edit import ElfError
from harness.fat32 import FatError
from harness.firmware_state import FirmwareStates
from harness.bootimage import ImageError
from harness.judge import Ending, State, Verdict, judge, lines, missing_marker
from harness.media import Sources, declared_configuration, prepare, symbols
from harness.mutations import MutationError
from harness.scenario import STREAMS, Scenario
from harness.secure_boot import SigningError
from harness.terminal import Terminal

SETUP_ERRORS = (
    OSError, ConfigurationError, DeclarationError, ElfError, FatError, ImageError, MutationError,
    SigningError, machine.MachineError)


@dataclass(frozen=True)
class Options:
    """How to run the suite."""

    sources: Sources
    emulator: str = machine.EMULATOR
    jobs: int = 1
    timeout_scale: float = 1.0
    keeps_disks: bool = False
    # None: every boot begins with the machine's power.
    firmware: FirmwareStates | None = None


@dataclass(frozen=True)
class Outcome:
    """One row of the table."""

    name: str
    verdict: Verdict
    seconds: float


def _logs(folder: Path) -> dict[str, str]:
    paths = {stream: folder / f"{stream}.log" for stream in STREAMS}
    return {
        stream: path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        for stream, path in paths.items()}


def _backtrace_trouble(options: Options, scenario: Scenario, logs: dict[str, str]) -> str | None:
    """The first function that the report of the panic does not name where it should."""
    frames = panic.markers("\n".join(logs.values()), "PANIC_FRAME")
    if not frames:
        return "no backtrace"
    remaining = iter(panic.lines_of(symbols(options.sources, scenario), frames))
    for function in scenario.backtrace:
        if not any(function in line for line in remaining):
            return f"{function} is not in the backtrace"
    return None


def _run(
    options: Options, scenario: Scenario, folder: Path, line: list[str], person: Terminal,
    stop: threading.Event,
) -> Ending:
    """Runs the emulator, and the person at its serial port if there is one."""
    serial = folder / "serial.log"
    has_person = bool(scenario.terminal)
    line += person.arguments(serial) if has_person else machine.logged_serial(serial)
    (folder / "command.txt").write_text(shlex.join(line) + "\n", encoding="utf-8")

    def is_done() -> bool:
        if has_person and person.trouble != "":
            return bool(person.trouble)
        return scenario.exit_code is None and missing_marker(scenario, _logs(folder)) is None

    if has_person:
        person.start()
    try:
        return emulator.run(
            line, folder / "emulator.log", scenario.timeout_seconds * options.timeout_scale,
            is_done, scenario.settle_seconds, stop)
    finally:
        if has_person:
            person.stop()


def _boot(options: Options, scenario: Scenario, folder: Path, stop: threading.Event) -> Verdict:
    """Prepares, runs and judges one scenario in `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    disk = prepare(options.sources, scenario, folder)
    line = machine.command(
        scenario.machine, disk, folder, options.emulator, restarts=scenario.exit_code == 0)
    line += machine.logged_debug(folder / "debug.log")
    if options.firmware is not None and not scenario.power_on:
        line += options.firmware.arguments(scenario.machine, disk)
    with tempfile.TemporaryDirectory() as sockets:
        person = Terminal(scenario.terminal, Path(sockets), options.timeout_scale)
        ending = _run(options, scenario, folder, line, person, stop)
    logs = _logs(folder)
    verdict = judge(scenario, logs, ending)
    if scenario.tests is not None and scenario.tests.errors:
        verdict = error_table.judged(verdict, lines(logs["debug"]))
    if person.trouble and verdict.state in (State.OK, State.HUNG, State.MISSING_MARKER):
        verdict = Verdict(State.TERMINAL, person.trouble)
    if verdict.state is State.OK and scenario.backtrace:
        trouble = _backtrace_trouble(options, scenario, logs)
        if trouble is not None:
            verdict = Verdict(State.MISSING_MARKER, trouble)
    if verdict.state is State.OK and scenario.authority:
        trouble = authority.trouble(
            declared_configuration(options.sources, scenario, folder), lines(logs["debug"]),
            scenario.authority.differences, scenario.authority.count)
        if trouble is not None:
            verdict = Verdict(State.AUTHORITY, trouble)
    if verdict.state is State.OK and not options.keeps_disks:
        for name in ("disk.img", "variables.fd", "built.img"):
            (folder / name).unlink(missing_ok=True)
    return verdict


def run_one(options: Options, scenario: Scenario, folder: Path, stop: threading.Event) -> Outcome:
    """One row of the table; a scenario that cannot be set up is a failure like any other."""
    begin = time.monotonic()
    try:
        verdict = _boot(options, scenario, folder, stop)
    except SETUP_ERRORS as error:
        verdict = Verdict(State.BAD_SCENARIO, f"{type(error).__name__}: {error}")
    seconds = time.monotonic() - begin
    record = {"state": verdict.state, "detail": verdict.detail, "seconds": round(seconds, 2)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "verdict.json").write_text(json.dumps(record) + "\n", encoding="utf-8")
    return Outcome(scenario.name, verdict, seconds)


def run_all(
    options: Options, scenarios: list[tuple[Scenario, Path]], report: Callable[[Outcome], None],
) -> list[Outcome]:
    """Runs every scenario in its folder; `report` sees each row when it is known."""
    stop = threading.Event()
    outcomes = []
    with ThreadPoolExecutor(max_workers=options.jobs) as pool:
        runs = [pool.submit(run_one, options, one, folder, stop) for one, folder in scenarios]
        try:
            for run in runs:
                outcomes.append(run.result())
                report(outcomes[-1])
        except BaseException:
            # Also on Ctrl-C: no emulator may outlive the harness.
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return outcomes
