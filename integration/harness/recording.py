"""A session at the serial port as a picture: `make recording` writes docs/session.svg.

The image boots, a script types (the steps of a scenario's `terminal`), and what the screen showed
from the first prompt on is drawn as an SVG that shows the lines one after another. Viewers that do
not move pictures show its end. Times are those of a reader, not of the machine, so the same text
gives the same file.
"""

import argparse
import json
import re
import sys
import tempfile
import threading
from pathlib import Path
from xml.sax.saxutils import escape

from harness import emulator, machine
from harness.scenario import Machine
from harness.script import ScriptError, decode
from harness.terminal import Terminal

PROMPT = "erix> "
COLUMNS = 100
ROWS = 32
LINE_HEIGHT = 18
CHARACTER_WIDTH = 8.4
MARGIN = 14
LINE_SECONDS = 0.12
COMMAND_SECONDS = 1.2
LIMIT_SECONDS = 300.0
_CONTROL = re.compile(r"\x1b\[([0-9;?]*)([@-~])")


class Screen:
    """The lines that a terminal shows, with all that scrolled away."""

    def __init__(self) -> None:
        self.lines: list[str] = [""]
        # The first line of the screen: what a page that is cleared leaves above.
        self._top = 0
        self._row = 0
        self._column = 0

    def feed(self, text: str) -> None:
        """Takes what a terminal would be sent."""
        place = 0
        while place < len(text):
            found = _CONTROL.match(text, place)
            if found:
                self._control(found[1], found[2])
                place = found.end()
                continue
            self._character(text[place])
            place += 1

    def _character(self, one: str) -> None:
        if one == "\n":
            self._move(self._row + 1, self._column)
        elif one == "\r":
            self._column = 0
        elif one == "\b":
            self._column = max(self._column - 1, 0)
        elif one >= " ":
            line = self.lines[self._row].ljust(self._column)
            self.lines[self._row] = line[:self._column] + one + line[self._column + 1:]
            self._column += 1

    def _move(self, row: int, column: int) -> None:
        self._row, self._column = max(row, self._top), max(column, 0)
        while len(self.lines) <= self._row:
            self.lines.append("")

    def _control(self, numbers: str, verb: str) -> None:
        first = int(numbers.split(";")[0]) if numbers.split(";")[0].isdigit() else 0
        steps = max(first, 1)
        line = self.lines[self._row]
        if verb in "ABCD":
            rows, columns = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}[verb]
            self._move(self._row + rows * steps, self._column + columns * steps)
        elif verb == "G":
            self._column = steps - 1
        elif verb == "K" and first == 0:
            self.lines[self._row] = line[:self._column]
        elif verb == "K" and first == 2:
            self.lines[self._row] = ""
        elif verb == "J" and first == 0:
            self.lines[self._row] = line[:self._column]
            del self.lines[self._row + 1:]
        elif verb == "J":
            # What was on the screen stays above, as in a terminal's history.
            self._top = len(self.lines)
            self._move(self._top, 0)
        elif verb == "H":
            parts = [int(part) if part.isdigit() else 1 for part in numbers.split(";")]
            column = parts[1] if len(parts) > 1 else 1
            self._move(self._top + max(parts[0], 1) - 1, column - 1)


def transcript(serial: bytes) -> list[str]:
    """The lines from the first prompt on."""
    screen = Screen()
    screen.feed(serial.decode("utf-8", "replace"))
    starts = [index for index, line in enumerate(screen.lines) if line.startswith(PROMPT)]
    lines = [line.rstrip() for line in screen.lines[starts[0] if starts else 0:]]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _drawn(line: str) -> str:
    text = escape(line[:COLUMNS])
    if line.startswith(PROMPT.rstrip()):
        end = len(escape(PROMPT.rstrip()))
        return f'<tspan class="p">{text[:end]}</tspan><tspan class="t">{text[end:]}</tspan>'
    return text


def picture(lines: list[str]) -> str:
    """The SVG."""
    times, now = [], 0.0
    for line in lines:
        now += COMMAND_SECONDS if line.startswith(PROMPT.rstrip()) else LINE_SECONDS
        times.append(round(now, 2))
    total = round(now + COMMAND_SECONDS, 2)
    width = round(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN)
    height = ROWS * LINE_HEIGHT + 2 * MARGIN
    scrolls = [max(index + 1 - ROWS, 0) * LINE_HEIGHT for index in range(len(lines))]
    values = ";".join(f"0 {-one}" for one in [0, *scrolls])
    moments = ";".join(f"{one / total:.5f}" for one in [0, *times])
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="A session at the console">',
        "<style>text{font:14px ui-monospace,Menlo,Consolas,monospace;fill:#d0d7de;white-space:pre}"
        ".p{fill:#7ee787}.t{fill:#fff;font-weight:600}</style>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
        f'<clipPath id="w"><rect x="0" y="{MARGIN}" width="{width}" '
        f'height="{ROWS * LINE_HEIGHT}"/></clipPath>',
        f'<g clip-path="url(#w)"><g transform="translate(0 {-scrolls[-1] if scrolls else 0})">',
        '<animateTransform attributeName="transform" type="translate" calcMode="discrete" '
        f'values="{values}" keyTimes="{moments}" dur="{total}s" fill="freeze"/>']
    for index, (line, time) in enumerate(zip(lines, times, strict=True)):
        if not line:
            continue
        y = MARGIN + (index + 1) * LINE_HEIGHT - 5
        out.append(
            f'<text x="{MARGIN}" y="{y}" xml:space="preserve">{_drawn(line)}'
            f'<set attributeName="visibility" to="hidden" begin="0s" dur="{time}s"/></text>')
    return "\n".join([*out, "</g></g>", "</svg>", ""])


def record(disk: Path, script: Path) -> bytes:
    """Boots and types; what the serial port said.

    Raises ScriptError when the script is wrong or the system does not do as it says.
    """
    steps = decode(json.loads(script.read_text(encoding="utf-8")), str(script))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        line = machine.command(Machine(), disk, folder, machine.require_emulator())
        line += ["-display", "none"]
        person = Terminal(steps, folder, 1)
        line += person.arguments(folder / "serial.log")
        person.start()
        try:
            emulator.run(
                line, folder / "emulator.log", LIMIT_SECONDS, lambda: person.trouble is not None,
                1.0, threading.Event())
        finally:
            person.stop()
        if person.trouble:
            raise ScriptError(person.trouble)
        return bytes(person.heard)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="harness.recording", description="Records a session.")
    parser.add_argument("--disk", type=Path, required=True)
    parser.add_argument("--script", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--text", type=Path, help="the same as text")
    options = parser.parse_args(arguments)
    try:
        lines = transcript(record(options.disk, options.script))
    except (OSError, ValueError, machine.MachineError) as error:
        print(f"recording: {error}", file=sys.stderr)
        return 1
    options.output.write_text(picture(lines), encoding="utf-8")
    if options.text is not None:
        options.text.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
