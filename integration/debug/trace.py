#!/usr/bin/env python3
"""Turns what the shell's `trace` printed into a file for the trace viewers of Chrome and Perfetto.

    python3 -B integration/debug/trace.py serial.log -o trace.json

The log is a capture of the serial line: everything outside the last pair of marker lines is passed
over. docs/tour.md shows the command; docs/reference/control/trace.md has the events.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BEGIN = "TRACE:BEGIN"
END = re.compile(r"TRACE:END:(\d+)")
PROCESS = re.compile(r"P (\d+) ([a-z][a-z0-9-]*)")
EVENT = re.compile(r"E (\d+) (\d+) (\d+) (\d+) (\d+)")
ESCAPE = re.compile(r"\x1b\[[0-9;?=]*[@-~]|[\x00-\x09\x0b-\x1f\x7f]")
# Kinds of events: docs/reference/control/trace.md.
RUNS, CALLS, FAULTS, INTERRUPTED = range(4)
SYSTEM_CALLS = {
    0x40: "call", 0x41: "receive", 0x42: "reply", 0x43: "notify", 0x44: "replyReceive",
    0x45: "queryLocalCap", 0x46: "saveReply", 0x47: "dropLocalCap", 0x48: "yield",
    0x49: "rootdReport", 0x4A: "copyLocalCap", 0x4B: "moveLocalCap", 0x4C: "revokeLocalCap"}


class TraceError(ValueError):
    """A log without a complete trace."""


@dataclass(frozen=True)
class Event:
    """One thing that happened on a processor."""

    nanoseconds: int
    kind: int
    processor: int
    thread: int
    detail: int


@dataclass
class Trace:
    """What one `trace` printed."""

    names: dict[int, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


def read(log: str) -> Trace:
    """The last trace of a log. Raises TraceError unless all of it is there."""
    lines = [ESCAPE.sub("", line).strip() for line in log.replace("\r", "\n").split("\n")]
    starts = [number for number, line in enumerate(lines) if line == BEGIN]
    if not starts:
        raise TraceError("no trace in the log")
    trace = Trace()
    for line in lines[starts[-1] + 1:]:
        if found := PROCESS.fullmatch(line):
            trace.names[int(found[1])] = found[2]
        elif found := EVENT.fullmatch(line):
            trace.events.append(Event(*(int(number) for number in found.groups())))
        elif found := END.fullmatch(line):
            if len(trace.events) != int(found[1]):
                raise TraceError(f"{len(trace.events)} events in the log, {found[1]} were printed")
            return trace
    raise TraceError("the trace does not come to its end")


def _name(event: Event) -> str:
    if event.kind == CALLS:
        return SYSTEM_CALLS.get(event.detail, f"system call {event.detail:#x}")
    return f"fault {event.detail}" if event.kind == FAULTS else f"line {event.detail}"


def chrome(trace: Trace) -> dict[str, Any]:
    """The trace in Chrome's format: a track per processor with who ran, and marks for the rest."""
    rows: list[dict[str, Any]] = []
    process_of: dict[int, int] = {}
    running: dict[int, Event] = {}

    def label(event: Event) -> str:
        process = process_of.get(event.thread, event.detail)
        return trace.names.get(process, f"process {process}")

    def close(processor: int, until: int) -> None:
        event = running.pop(processor, None)
        if event is not None:
            rows.append({
                "ph": "X", "pid": 0, "tid": processor, "name": label(event),
                "ts": event.nanoseconds / 1000, "dur": (until - event.nanoseconds) / 1000,
                "args": {"thread": event.thread, "process": event.detail}})

    for event in sorted(trace.events, key=lambda event: event.nanoseconds):
        if event.kind == RUNS:
            process_of[event.thread] = event.detail
            close(event.processor, event.nanoseconds)
            running[event.processor] = event
        else:
            rows.append({
                "ph": "i", "s": "t", "pid": 0, "tid": event.processor, "name": _name(event),
                "ts": event.nanoseconds / 1000,
                "args": {"thread": event.thread, "by": label(event)
                         if event.thread in process_of else f"thread {event.thread}"}})
    last = max((event.nanoseconds for event in trace.events), default=0)
    for processor in list(running):
        close(processor, last)
    rows += [
        {"ph": "M", "pid": 0, "tid": processor, "name": "thread_name",
         "args": {"name": f"processor {processor}"}}
        for processor in sorted({event.processor for event in trace.events})]
    return {"displayTimeUnit": "ns", "traceEvents": rows}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("log", type=Path, help="what came over the serial line")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        trace = read(arguments.log.read_text(encoding="utf-8", errors="replace"))
    except (OSError, TraceError) as error:
        print(f"{arguments.log}: {error}", file=sys.stderr)
        return 1
    arguments.output.write_text(json.dumps(chrome(trace), indent=1) + "\n", encoding="utf-8")
    print(f"{arguments.output}: {len(trace.events)} events of {len(trace.names)} services")
    return 0


if __name__ == "__main__":
    sys.exit(main())
