"""The emulator's machine protocol (QMP): one command, one answer, over a pair of streams."""

import json
from typing import IO, Any


class ProtocolError(RuntimeError):
    """The emulator refused a command, or does not speak."""


class Monitor:
    """A connection that has said hello."""

    def __init__(self, reader: IO[bytes], writer: IO[bytes]) -> None:
        self._reader = reader
        self._writer = writer
        self._answer()
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """The answer to a command; events that come before it are dropped."""
        try:
            row = {"execute": command, "arguments": arguments}
            self._writer.write(json.dumps(row).encode() + b"\n")
            self._writer.flush()
        except OSError as error:
            raise ProtocolError(f"{command}: {error}") from error
        while True:
            answer = self._answer()
            if "error" in answer:
                raise ProtocolError(f"{command}: {answer['error']}")
            if "return" in answer:
                return answer

    def type(self, line: str) -> None:
        """A line as a person would type it at the emulator's own monitor, which says nothing."""
        said = self.ask("human-monitor-command", **{"command-line": line})["return"]
        if said:
            raise ProtocolError(f"{line}: {said.strip()}")

    def _answer(self) -> dict[str, Any]:
        line = self._reader.readline()
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise ProtocolError(f"not an answer: {line!r}") from error
        return answer
