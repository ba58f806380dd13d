"""A firmware's start, made once for all boots of one kind of machine.

Most of a boot's time is the firmware's own start, which is the same each time until it looks at the
disk. Here it runs once; the machine is saved again and again, and the last time before it read the
first sector is kept. A boot that begins with that state reads its own disk from the first sector
on: nothing of the system under test is shared, and what differs between boots still does.
"""

import shlex
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from harness import machine
from harness.emulator import stop
from harness.qmp import Monitor, ProtocolError
from harness.scenario import Machine

# One line of the emulator's own trace for each request to read.
READ = "virtio_blk_handle_read"
STEP_SECONDS = 0.2
LIMIT_SECONDS = 120.0
# Below this many boots the state costs more than it saves.
LEAST_BOOTS = 3

Key = tuple[Machine, int]


class StateError(RuntimeError):
    """The emulator did not save its state."""


def _save(monitor: Monitor, file: Path, deadline: float) -> None:
    monitor.ask("migrate", uri=f"exec:cat > {shlex.quote(str(file))}")
    while (status := monitor.ask("query-migrate")["return"].get("status")) != "completed":
        if status in ("failed", "cancelled") or time.monotonic() > deadline:
            raise StateError(f"saving ended with {status}")
        time.sleep(0.02)


def _make(line: list[str], folder: Path) -> Path:
    """Runs the machine until it reads, and returns the last state before that."""
    log = folder / "emulator.log"
    deadline = time.monotonic() + LIMIT_SECONDS
    good: Path | None = None
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*line, "-qmp", "stdio", "-trace", READ, "-global",
             "migration.store-global-state=off"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=output)
    try:
        assert process.stdout is not None and process.stdin is not None
        monitor = Monitor(process.stdout, process.stdin)
        monitor.ask("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        for turn in range(int(LIMIT_SECONDS / STEP_SECONDS)):
            time.sleep(STEP_SECONDS)
            file = folder / f"state.{turn % 2}"
            # It stands while it is saved, and is not saved as one that stands.
            monitor.ask("stop")
            _save(monitor, file, deadline)
            if READ in log.read_text(encoding="utf-8", errors="replace"):
                break
            good = file
            monitor.ask("cont")
    finally:
        stop(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
    if good is None:
        raise StateError("it read before it was saved")
    return good


@dataclass
class FirmwareStates:
    """The states of one run; used by several threads."""

    folder: Path
    emulator: str
    boots: Counter[Machine]
    _states: dict[Key, Path | None] = field(default_factory=dict)
    # Number and lock of each machine, in the order in which they were asked for.
    _locks: dict[Key, tuple[int, threading.Lock]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arguments(self, kind: Machine, disk: Path) -> list[str]:
        """What begins a boot of that machine with its saved state; nothing for the others.

        Instruction counts start with the machine, so those that count begin with its power; so do
        those with added devices, of which some save nothing of themselves.
        """
        if kind.icount or kind.arguments or self.boots[kind] < LEAST_BOOTS:
            return []
        key = (kind, disk.stat().st_size)
        with self._lock:
            number, lock = self._locks.setdefault(key, (len(self._locks), threading.Lock()))
        with lock:
            if key not in self._states:
                self._states[key] = self._made(key, disk, self.folder / str(number))
            state = self._states[key]
        return [] if state is None else ["-incoming", f"exec:cat {shlex.quote(str(state))}"]

    def _made(self, key: Key, disk: Path, folder: Path) -> Path | None:
        """None for a machine that cannot be saved; its boots begin with its power."""
        folder.mkdir(parents=True)
        line = machine.command(key[0], disk, folder, self.emulator)
        line += machine.logged_debug(folder / "debug.log")
        line += machine.logged_serial(folder / "serial.log")
        try:
            return _make(line, folder).resolve()
        except (StateError, ProtocolError) as error:
            (folder / "error.txt").write_text(f"{error}\n", encoding="utf-8")
            return None
