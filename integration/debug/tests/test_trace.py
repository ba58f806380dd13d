"""trace.py: what is read from a log, what is refused, and what the viewers get."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from debug import trace  # noqa: E402 (the import path comes first)

LOG = (
    "erix> trace 1\r\n"
    "TRACE:BEGIN\r\n"
    "P 10 rootd\r\n"
    "P 14 crash-test\r\n"
    "E 1000 0 0 3 10\r\n"
    "E 1500 1 0 3 64\r\n"
    "\x1b[2K[1.000] named: a line of the log between\r\n"
    "E 2000 0 0 4 14\r\n"
    "E 2500 3 0 4 4\r\n"
    "E 3000 2 1 9 8\r\n"
    "TRACE:END:5\r\n"
    "erix> ")


class ReadTests(unittest.TestCase):
    def test_names_and_events_are_read_and_other_lines_passed_over(self) -> None:
        found = trace.read(LOG)
        self.assertEqual(found.names, {10: "rootd", 14: "crash-test"})
        self.assertEqual(len(found.events), 5)
        self.assertEqual(found.events[1], trace.Event(1500, trace.CALLS, 0, 3, 64))

    def test_the_last_trace_counts(self) -> None:
        second = LOG.replace("E 1000 0 0 3 10", "E 1001 0 0 3 10")
        self.assertEqual(trace.read(LOG + second).events[0].nanoseconds, 1001)

    def test_a_log_without_a_trace_is_refused(self) -> None:
        with self.assertRaisesRegex(trace.TraceError, "no trace"):
            trace.read("erix> ps\n")

    def test_a_trace_without_its_end_is_refused(self) -> None:
        with self.assertRaisesRegex(trace.TraceError, "come to its end"):
            trace.read(LOG.split("TRACE:END")[0])

    def test_a_lost_event_is_noticed(self) -> None:
        with self.assertRaisesRegex(trace.TraceError, "4 events in the log, 5 were printed"):
            trace.read(LOG.replace("E 1500 1 0 3 64\r\n", ""))


class ChromeTests(unittest.TestCase):
    def setUp(self) -> None:
        self.rows = trace.chrome(trace.read(LOG))["traceEvents"]

    def test_who_ran_is_a_span_until_the_next(self) -> None:
        spans = [row for row in self.rows if row["ph"] == "X"]
        self.assertEqual(
            [(row["name"], row["ts"], row["dur"]) for row in spans],
            [("rootd", 1.0, 1.0), ("crash-test", 2.0, 1.0)])

    def test_calls_faults_and_interrupts_are_marks(self) -> None:
        marks = [(row["name"], row["args"]["by"]) for row in self.rows if row["ph"] == "i"]
        self.assertEqual(
            marks, [("call", "rootd"), ("line 4", "crash-test"), ("fault 8", "thread 9")])

    def test_each_processor_has_a_track(self) -> None:
        tracks = [row["args"]["name"] for row in self.rows if row["ph"] == "M"]
        self.assertEqual(tracks, ["processor 0", "processor 1"])

    def test_a_process_without_a_name_has_its_number(self) -> None:
        rows = trace.chrome(trace.read(LOG.replace("P 10 rootd\r\n", "")))["traceEvents"]
        self.assertEqual(rows[1]["name"], "process 10")


class CommandTests(unittest.TestCase):
    def _run(self, log: str) -> tuple[int, str, str]:
        with tempfile.TemporaryDirectory() as name:
            source, target = Path(name) / "serial.log", Path(name) / "trace.json"
            source.write_text(log, encoding="utf-8")
            arguments = ["trace.py", str(source), "-o", str(target)]
            out, err = io.StringIO(), io.StringIO()
            with mock.patch.object(sys, "argv", arguments), contextlib.redirect_stdout(out), \
                    contextlib.redirect_stderr(err):
                status = trace.main()
            return status, target.read_text() if target.exists() else "", err.getvalue()

    def test_a_file_is_written(self) -> None:
        status, text, _ = self._run(LOG)
        self.assertEqual(status, 0)
        self.assertEqual(len(json.loads(text)["traceEvents"]), 7)

    def test_what_is_wrong_is_said_and_nothing_written(self) -> None:
        status, text, error = self._run("nothing")
        self.assertEqual((status, text), (1, ""))
        self.assertIn("no trace in the log", error)


if __name__ == "__main__":
    unittest.main()
