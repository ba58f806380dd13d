"""Runs one emulator process to its end, whatever that is. Ends it by its process id only."""

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from harness.judge import Ending

POLL_SECONDS = 0.05
GRACE_SECONDS = 5.0


class Cancelled(RuntimeError):
    """The user stopped the run."""


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the process if it is still running: politely first."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run(
    command: list[str], log: Path, timeout_seconds: float, is_done: Callable[[], bool],
    settle_seconds: float, cancelled: threading.Event,
) -> Ending:
    """Runs `command` with its own output in `log`.

    When `is_done` becomes true, the process gets `settle_seconds` more, in which something that
    must not happen can still be seen, and is then stopped.
    """
    deadline = time.monotonic() + timeout_seconds
    timed_out = True
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        while process.poll() is None and time.monotonic() < deadline:
            if cancelled.wait(POLL_SECONDS):
                raise Cancelled
            if timed_out and is_done():
                timed_out = False
                deadline = time.monotonic() + settle_seconds
        status = process.poll()
        return Ending(status=status, timed_out=status is None and timed_out)
    finally:
        stop(process)
