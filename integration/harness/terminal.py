"""A scripted person at the serial port: types, reads, unplugs the cable, turns the machine's knobs.

script.py has the steps.
"""

import re
import select
import socket
import threading
import time
from pathlib import Path

from harness.qmp import Monitor, ProtocolError
from harness.script import Step

# What moves the cursor or colours text.
_ESCAPE = re.compile(rb"\x1b\[[0-9;?=]*[@-~]|\x1b[^\[]")
_OTHER = re.compile(rb"[\x00-\x07\x0b-\x1f\x7f]")
# An escape whose end was not read yet.
_BEGUN = re.compile(rb"\x1b(\[[0-9;?=]*)?\Z")
# How much of what was read last a report shows.
TAIL = 300
CHUNK = 4096
WAIT_SECONDS = 0.05


def pattern(text: str) -> re.Pattern[bytes]:
    """A text in which `*` stands for anything within a line."""
    return re.compile(b"[^\n]*?".join(re.escape(part.encode()) for part in text.split("*")))


def plain(data: bytes) -> bytes:
    """What a person reads: no escapes, no control characters but the ends of lines.

    A return begins a new line, and a backspace takes the character before it away.
    """
    text = _ESCAPE.sub(b"", data).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = _OTHER.sub(b"", text)
    while (place := text.find(b"\x08")) >= 0:
        text = text[:max(place - 1, 0)] + text[place + 1:]
    return text


class Terminal:
    """Does the steps in a thread of its own, beside the emulator."""

    def __init__(self, steps: tuple[Step, ...], folder: Path, scale: float) -> None:
        self._steps = steps
        self._serial, self._monitor = folder / "serial.sock", folder / "monitor.sock"
        self._scale = scale
        self._line: socket.socket | None = None
        self._knobs: Monitor | None = None
        self._knobs_line: socket.socket | None = None
        # What was read and not matched, raw: an escape may be cut in the middle.
        self._data = b""
        # Everything that was read, raw: the emulator's log has some bytes twice when nobody reads
        # them in time.
        self.heard = bytearray()
        self._kept: dict[str, bytes] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        # None while it works; then why it stopped, empty when all steps were done.
        self.trouble: str | None = None

    def arguments(self, log: Path) -> list[str]:
        """The emulator's serial port and monitor; what the port says is in the log as well."""
        return [
            "-chardev",
            f"socket,id=serial,path={self._serial},server=on,wait=off,logfile={log}",
            "-serial", "chardev:serial",
            "-chardev", f"socket,id=monitor,path={self._monitor},server=on,wait=off",
            "-mon", "chardev=monitor,mode=control"]

    def start(self) -> None:
        """Begins; the emulator may come up later."""
        self._thread.start()

    def stop(self) -> None:
        """Ends, whatever the step."""
        self._stop.set()
        self._thread.join()
        for one in (self._line, self._knobs_line):
            if one is not None:
                one.close()

    def _run(self) -> None:
        for index, step in enumerate(self._steps):
            try:
                # Whoever does not begin with a connection of his own is there from the start.
                if index == 0:
                    self._connect(step)
                trouble = self._do(step)
            except (OSError, ProtocolError) as error:
                trouble = f"{type(error).__name__}: {error}"
            if trouble is not None:
                tail = plain(self._data)[-TAIL:].decode("utf-8", "replace")
                self.trouble = f"step {index} ({step.verb}): {trouble}; last read: {tail!r}"
                return
        self.trouble = ""
        # What is still said is read, so that the emulator never waits for a reader.
        while not self._stop.is_set():
            self._read()

    def _do(self, step: Step) -> str | None:
        if step.verb == "connect":
            self._connect(step)
        elif step.verb == "disconnect":
            self._disconnect()
        for text in step.turns() if step.text else []:
            if step.verb == "send":
                self._send(text.encode("utf-8", "surrogateescape"))
            elif step.verb == "monitor":
                self._knob(text)
            else:
                trouble = self._expect(text, step)
                if trouble is not None:
                    return trouble
        return None

    def _open(self, path: Path, seconds: float) -> socket.socket:
        deadline = time.monotonic() + seconds * self._scale
        while True:
            one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                one.connect(str(path))
                return one
            except OSError:
                one.close()
                if time.monotonic() > deadline or self._stop.wait(WAIT_SECONDS):
                    raise

    def _connect(self, step: Step) -> None:
        if self._line is None:
            self._line = self._open(self._serial, step.seconds)

    def _disconnect(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None

    def _knob(self, text: str) -> None:
        if self._knobs is None:
            self._knobs_line = self._open(self._monitor, 30)
            stream = self._knobs_line.makefile("rwb")
            self._knobs = Monitor(stream, stream)
        self._knobs.type(text)

    def _send(self, data: bytes) -> None:
        """Types, and reads meanwhile: the guest takes input as fast as it likes."""
        while data and not self._stop.is_set():
            if self._line is None:
                raise OSError("not connected")
            readable, writable, _ = select.select([self._line], [self._line], [], WAIT_SECONDS)
            if readable:
                self._read()
            if writable:
                data = data[self._line.send(data[:CHUNK]):]

    def _read(self) -> None:
        if self._line is None:
            self._stop.wait(WAIT_SECONDS)
            return
        readable, _, _ = select.select([self._line], [], [], WAIT_SECONDS)
        if not readable:
            return
        data = self._line.recv(CHUNK)
        if not data:
            # The emulator is gone; what was read may still hold what is waited for.
            self._stop.wait(WAIT_SECONDS)
        self._data += data
        self.heard += data

    def _expect(self, text: str, step: Step) -> str | None:
        wanted = pattern(text)
        deadline = time.monotonic() + step.seconds * self._scale
        while True:
            begun = _BEGUN.search(self._data)
            rest = self._data[begun.start():] if begun else b""
            shown = plain(self._data[: len(self._data) - len(rest)])
            found = wanted.search(shown)
            before = shown[: found.start()] if found else shown
            for one in step.without:
                if pattern(one).search(before):
                    return f"{one!r} came before {text!r}"
            if found:
                self._data = shown[found.end():] + rest
                return self._compare(found[0], step)
            if time.monotonic() > deadline or self._stop.is_set():
                return f"no {text!r}"
            self._read()

    def _compare(self, found: bytes, step: Step) -> str | None:
        if step.keep:
            self._kept[step.keep] = found
        if step.same and self._kept.get(step.same) != found:
            before = self._kept.get(step.same, b"nothing").decode("utf-8", "replace")
            return f"{found.decode('utf-8', 'replace')!r}, but {step.same} was {before!r}"
        return None
