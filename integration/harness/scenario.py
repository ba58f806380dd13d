"""Scenarios: what is booted and what must be seen. docs/reference/scenarios.md is the format.

Reading is strict, since a misspelt key would switch a check off without anybody noticing.
"""

import json
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from harness import configuration
from harness.guest_tests import GuestTests
from harness.mutations import Operation
from harness.script import ScriptError, Step
from harness.script import decode as decode_steps

STREAMS = ("debug", "serial")
PROFILES = ("dev", "release", "smoke")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Guest code 0 gives status 1, which is also what the emulator returns when it cannot start.
EXIT_CODES = range(0x01, 0x80)


class ScenarioError(ValueError):
    """A scenario file that does not follow the format."""


@dataclass(frozen=True)
class Machine:
    """The computer to boot on."""

    memory_mib: int = 256
    cpus: int = 1
    cpu: str = "max"
    icount: bool = False
    secure_boot: bool = False
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loader:
    """The loader on the disk, when it is not simply that of the image's profile."""

    # `BOOTX64-<variant>.EFI` of the same profile.
    variant: str = ""
    signed: bool = False
    mutations: tuple[Operation, ...] = ()


@dataclass(frozen=True)
class Authority:
    """The audit that the guest prints is compared with what the unchanged image declares."""

    # The differences that must be found, with `*` for any text; no others may.
    differences: tuple[str, ...] = ()
    # Audits in the log. Each is compared, and what services hold in the last with the first.
    count: int = 1


@dataclass(frozen=True)
class Scenario:
    """One boot and its verdict's rules."""

    name: str
    about: str
    profile: str
    machine: Machine
    loader: Loader
    mutations: tuple[Operation, ...]
    expect: dict[str, tuple[str, ...]]
    forbid: dict[str, tuple[str, ...]]
    # None: the guest is not expected to end; it is stopped `settle_seconds` after the last marker.
    # 0: it switches the machine off.
    exit_code: int | None
    settle_seconds: float
    timeout_seconds: float
    # The root task that the image was built with; empty: the usual one.
    root: str = ""
    # None: the guest runs no tests of its own.
    tests: GuestTests | None = None
    # Functions that the report of a panic must name, innermost first; others may lie between.
    backtrace: tuple[str, ...] = ()
    # Whether each boot begins with the machine's power, never with a saved start of the firmware.
    power_on: bool = False
    # None: the guest prints no audit, or nobody looks at it.
    authority: Authority | None = None
    # Changes to the boot configuration of the image; empty: the image as it was built.
    configuration: dict[str, Any] = field(default_factory=dict)
    # What a person does at the serial port; empty: nobody is there, and it is only read.
    terminal: tuple[Step, ...] = ()
    # Takes many minutes, so it runs only when long ones are asked for.
    long: bool = False


KEYS = {"about", "profile", "machine", "loader", "mutations", "expect", "forbid", "exit",
        "settle_seconds", "timeout_seconds", "root", "tests", "backtrace", "power_on", "authority",
        "configuration", "long", "terminal"}
REQUIRED = {"about", "profile", "expect", "exit"}


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ScenarioError(message)


def _known(row: Any, keys: set[str], place: str) -> dict[str, Any]:
    _require(isinstance(row, dict), f"{place}: not an object")
    unknown = sorted(set(row) - keys)
    _require(not unknown, f"{place}: unknown keys {unknown}")
    return row


def _record(kind: type, row: Any, place: str) -> Any:
    """A dataclass from an object; each value has the type of the field's default."""
    row = _known(row, {item.name for item in fields(kind)}, place)
    values = {}
    for item in fields(kind):
        if item.name in row:
            value = tuple(row[item.name]) if isinstance(item.default, tuple) else row[item.name]
            _require(type(value) is type(item.default), f"{place}.{item.name}: wrong type")
            values[item.name] = value
    return kind(**values)


def _markers(row: Any, place: str) -> dict[str, tuple[str, ...]]:
    row = _known(row, set(STREAMS), place)
    for stream, markers in row.items():
        good = isinstance(markers, list) and all(type(text) is str and text for text in markers)
        _require(good, f"{place}.{stream}: not a list of markers")
    return {stream: tuple(row.get(stream, ())) for stream in STREAMS}


def _tests(row: dict[str, Any], name: str) -> GuestTests | None:
    if "tests" not in row:
        return None
    tests: GuestTests = _record(GuestTests, row["tests"], f"{name}.tests")
    good = tests.minimum > 0 and all(type(text) is str and text for text in tests.failing)
    _require(good, f"{name}.tests: no number above 0, or no list of cases")
    return tests


def _authority(row: dict[str, Any], name: str) -> Authority | None:
    if "authority" not in row:
        return None
    authority: Authority = _record(Authority, row["authority"], f"{name}.authority")
    good = all(type(text) is str and text for text in authority.differences)
    _require(good, f"{name}.authority: no list of differences")
    _require(authority.count > 0, f"{name}.authority: no audit at all")
    return authority


def _exit_code(value: Any, place: str) -> int | None:
    if value in ("none", "off"):
        return {"none": None, "off": 0}[value]
    good = type(value) is str and re.fullmatch(r"0x[0-9a-f]{2}", value)
    _require(bool(good) and int(value, 16) in EXIT_CODES, f'{place}.exit: not "0x01".."0x7f"')
    return int(value, 16)


def _number(row: dict[str, Any], key: str, default: float, place: str) -> float:
    value = row.get(key, default)
    _require(type(value) in (int, float) and 0 < value <= 3600, f"{place}.{key}: not 0 < n <= 3600")
    return float(value)


def _configuration(row: dict[str, Any], name: str) -> dict[str, Any]:
    """The changes to the boot configuration; their values are boot-tool's to judge."""
    changes = row.get("configuration", {})
    if "configuration" in row:
        try:
            configuration.check(changes)
        except configuration.ConfigurationError as error:
            raise ScenarioError(f"{name}.configuration: {error}") from error
    return dict(changes)


def _terminal(row: dict[str, Any], name: str) -> tuple[Step, ...]:
    try:
        return decode_steps(row.get("terminal", []), f"{name}.terminal")
    except ScriptError as error:
        raise ScenarioError(str(error)) from error


def _merged(common: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """The row over the common part; machine, expect and forbid are merged key by key."""
    merged = {**common, **row}
    for key in ("machine", "expect", "forbid"):
        if key in common and key in row:
            merged[key] = {**common[key], **row[key]}
    return merged


def decode(name: str, row: Any) -> Scenario:
    """Checks one scenario."""
    row = _known(row, KEYS, name)
    missing = sorted(REQUIRED - set(row))
    _require(not missing, f"{name}: missing keys {missing}")
    _require(row["profile"] in PROFILES, f"{name}.profile: not one of {PROFILES}")
    loader = _record(Loader, row.get("loader", {}), f"{name}.loader")
    _require(not loader.variant or bool(NAME.fullmatch(loader.variant)), f"{name}: bad variant")
    backtrace = row.get("backtrace", [])
    good = isinstance(backtrace, list) and all(type(text) is str and text for text in backtrace)
    _require(good, f"{name}.backtrace: not a list of functions")
    root = row.get("root", "")
    _require(root == "" or type(root) is str and bool(NAME.fullmatch(root)), f"{name}: bad root")
    power_on, long = row.get("power_on", False), row.get("long", False)
    _require(type(power_on) is bool, f"{name}.power_on: not true or false")
    _require(type(long) is bool, f"{name}.long: not true or false")
    expect = _markers(row["expect"], f"{name}.expect")
    steps = _terminal(row, name)
    _require(any(expect.values()) or bool(steps), f"{name}.expect: no marker at all")
    return Scenario(
        name=name, about=row["about"], profile=row["profile"],
        machine=_record(Machine, row.get("machine", {}), f"{name}.machine"), loader=loader,
        mutations=tuple(row.get("mutations", ())), expect=expect,
        forbid=_markers(row.get("forbid", {}), f"{name}.forbid"),
        exit_code=_exit_code(row["exit"], name),
        settle_seconds=_number(row, "settle_seconds", 1, name),
        timeout_seconds=_number(row, "timeout_seconds", 60, name),
        root=root, tests=_tests(row, name), backtrace=tuple(backtrace), power_on=power_on,
        authority=_authority(row, name), configuration=_configuration(row, name),
        terminal=steps, long=long)


def read_file(path: Path) -> list[Scenario]:
    """The scenarios of one file, named `<file>/<scenario>`."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ScenarioError(f"{path}: {error}") from error
    _known(table, {"common", "scenarios"}, str(path))
    _require(bool(table.get("scenarios")), f"{path}: no scenarios")
    common = _known(table.get("common", {}), KEYS, f"{path}: common")
    found = []
    for name, row in table["scenarios"].items():
        _require(bool(NAME.fullmatch(name)), f"{path}: bad name {name!r}")
        full_name = f"{path.stem}/{name}"
        found.append(decode(full_name, _merged(common, _known(row, KEYS, full_name))))
    return found


def read_folder(folder: Path) -> list[Scenario]:
    """All scenarios below a folder, in the order of their names."""
    found = [scenario for path in folder.rglob("*.json") for scenario in read_file(path)]
    names = [scenario.name for scenario in found]
    _require(len(names) == len(set(names)), "two scenarios have one name")
    return sorted(found, key=lambda scenario: scenario.name)
