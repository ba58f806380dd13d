"""Changes to a boot configuration that scenarios describe as data, and the image that has them.

docs/reference/scenarios.md, "Configuration", is the format. The real boot-tool compiles the changed
configuration, so whatever breaks a rule of boot configurations is refused here as well.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

Row = dict[str, Any]
PROGRAM = re.compile(r"program-(1[0-9a-f]{3})")
PATCH_KEYS = {"switches", "services", "programs"}
# The image with the changed configuration, in the scenario's folder.
IMAGE = "built.img"
EVERY_PROCESSOR = "0xffffffffffffffff"
SYSTEM_CALLS = [
    "call", "receive", "reply", "notify", "replyReceive", "queryLocalCap", "saveReply",
    "dropLocalCap", "yield", "copyLocalCap", "moveLocalCap", "revokeLocalCap"]

# What a program may use by name: slot, role and first badge of the face. The test programs know
# the slots.
USES = {
    "logd": (4, "logd", 0x10000), "named": (5, "named", 0x10000), "timed": (6, "timed", 0x10000),
    "tools": (16, "procd", 0x30000), "crashes": (17, "crashd", 0x20000),
    "memory": (18, "memd", 0x10000), "accounts": (18, "memd", 0x20000),
    "seeding": (19, "named", 0x20000), "power": (21, "rootd", 0x20000),
    "reports": (22, "rootd", 0x10000), "line-seeding": (23, "irqd", 0x20000),
    "lines": (24, "irqd", 0x10000), "driver-seeding": (25, "deviced", 0x20000),
    "devices": (26, "deviced", 0x10000), "probe": (27, "probed", 0x10000),
    "hotplug": (28, "hotplugd", 0x10000)}


class ConfigurationError(ValueError):
    """A change that does not fit the configuration, or a configuration that boot-tool refuses."""


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ConfigurationError(message)


def check(patch: Any) -> None:
    """Checks all that can be said about a change without the configuration it changes.

    Raises ConfigurationError.
    """
    _require(isinstance(patch, dict), "not an object")
    unknown = sorted(set(patch) - PATCH_KEYS)
    _require(not unknown, f"unknown keys {unknown}")
    for key, value in patch.items():
        _require(isinstance(value, dict) and bool(value), f"{key}: not an object with keys")
    for role, row in patch.get("services", {}).items():
        _require(row is None or isinstance(row, dict) and bool(row), f"{role}: not an object")
        _require("role" not in (row or {}), f"{role}: a role keeps its name")
    for role, row in patch.get("programs", {}).items():
        _require(bool(PROGRAM.fullmatch(role)), f"{role}: not program-1000 to program-1fff")
        _require(isinstance(row, dict), f"{role}: not an object")
        bad = sorted({"role", "launch"} & set(row))
        _require(not bad, f"{role}: keys {bad} follow from the name")
        strangers = [use for use in row.get("uses", []) if use not in USES]
        _require(not strangers, f"{role}: nothing known as {strangers}")
        _require(type(row.get("file")) is str and bool(row["file"]), f"{role}: no file")


def _merged(old: Any, new: Any) -> Any:
    """The new value; objects are merged key by key, null removes."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    result = {key: value for key, value in old.items() if key not in new}
    for key, value in new.items():
        if value is None:
            _require(key in old, f"{key}: there is none to remove")
        else:
            result[key] = _merged(old.get(key), value)
    return result


def _program(role: str, change: Row) -> Row:
    """The row of a program: what every program is given, and what the scenario says."""
    number = int(role.removeprefix("program-"), 16)
    client, reporter = hex(0x10000 + number), hex(0x50000 + number)
    row: Row = {
        "role": role, "launch": "program", "required": True, "priority": 100,
        "affinity": EVERY_PROCESSOR, "budget": "1MiB", "cspaceSlots": 4096,
        "syscalls": SYSTEM_CALLS, "restart": {"mode": "never"}, "validation": "probe",
        "peers": [
            {"role": "pagerd", "mode": "call", "badge": client},
            {"role": "procd", "mode": "notify", "badge": reporter}],
        "capabilities": [
            {"slot": 1, "type": "endpoint", "rights": ["send", "receive"]},
            {"slot": 2, "type": "notification", "rights": ["receive"]},
            {"slot": 3, "type": "endpoint", "rights": ["send"], "peer": "procd", "badge": reporter},
            {"slot": 7, "type": "endpoint", "rights": ["send"], "peer": "pagerd", "badge": client},
            {"slot": 8, "type": "endpoint", "kind": "log", "rights": ["send"]}]}
    for slot, peer, face in (USES[use] for use in change.get("uses", [])):
        end = {"peer": peer, "badge": hex(face + number)}
        row["capabilities"].append(
            {"slot": slot, "type": "endpoint", "rights": ["send", "grant"], **end})
        row["peers"].append({
            "role": peer, "mode": "call", "badge": end["badge"], "deadlineMilliseconds": 10000})
    for key, value in change.items():
        if key in ("peers", "capabilities"):
            row[key] = row[key] + value
        elif key not in ("file", "uses"):
            row[key] = value
    row["capabilities"].sort(key=lambda one: one["slot"])
    return row


def patched(config: Row, patch: Row) -> Row:
    """The configuration with the changes; lists are in the order that boot-tool demands.

    Raises ConfigurationError for a change that does not fit.
    """
    check(patch)
    result = dict(config)
    switches = _merged(config.get("switches", {}), patch.get("switches", {}))
    if switches:
        result["switches"] = switches
    rows = {row["role"]: row for row in config["services"]}
    for role, change in patch.get("services", {}).items():
        _require(role in rows, f"{role}: the configuration has none")
        rows[role] = None if change is None else _merged(rows[role], change)
    for role in sorted(patch.get("programs", {})):
        _require(role not in rows, f"{role}: the configuration has one already")
        rows[role] = _program(role, patch["programs"][role])
    # The rows stand in the order of the roles' numbers, which only boot-tool knows.
    order = {role: place for place, role in enumerate(rows)}
    for row in rows.values():
        if row and row["role"] in patch.get("programs", {}):
            row["peers"].sort(
                key=lambda edge: (order.get(edge["role"], 99), int(edge["badge"], 16)))
    result["services"] = [row for row in rows.values() if row is not None]
    return result


def build(tool: Path, description: Path, patch: Row, programs: Path, folder: Path) -> Path:
    """Writes the changed configuration and description into `folder` and builds the image there.

    `programs` is where the ELF files of the programs lie. Returns the image.
    """
    table = json.loads(description.read_text(encoding="utf-8"))
    config_path = description.parent / table["bootConfig"]
    config = patched(json.loads(config_path.read_text(encoding="utf-8")), patch)
    own_config = folder / "boot-config.json"
    own_config.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    table["bootConfig"] = own_config.name
    for role, row in patch.get("programs", {}).items():
        table.setdefault("services", {})[role] = str(programs.resolve() / f"{row['file']}.elf")
    for role, change in patch.get("services", {}).items():
        if change is None:
            table.get("services", {}).pop(role, None)
    own_description = folder / "image.json"
    own_description.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    image = folder / IMAGE
    run = subprocess.run(
        [str(tool), "build", "--description", str(own_description), "-o", str(image)],
        capture_output=True, text=True, check=False, timeout=60)
    if run.returncode != 0:
        raise ConfigurationError(run.stderr.strip() or f"boot-tool: status {run.returncode}")
    return image
