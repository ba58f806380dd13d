"""The scripted person against a fake serial port and monitor."""

import json
import socket
import tempfile
import threading
import time
import unittest
from collections.abc import Callable
from pathlib import Path

import support  # noqa: F401 (the import path)

from harness.script import ScriptError, decode
from harness.terminal import Terminal, plain


def serve(path: Path, talk: Callable[[socket.socket], None], turns: int = 1) -> threading.Thread:
    """Takes connections one after another, in a thread."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()

    def run() -> None:
        with listener:
            for _ in range(turns):
                line, _ = listener.accept()
                with line:
                    talk(line)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def receive(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += line.recv(count - len(data))
    return data


class TextTests(unittest.TestCase):
    def test_escapes_controls_and_backspaces_are_not_read(self) -> None:
        self.assertEqual(plain(b"\x1b[1;32merix\x1b[0m> ab\x08c\x07\r\nx"), b"erix> ac\nx")
        self.assertEqual(plain(b"one\r\x1b[Ktwo"), b"one\ntwo")

    def test_scripts_that_do_not_follow_the_format_are_refused(self) -> None:
        for row in (
            {}, {"expect": ""}, {"expect": "a", "send": "b"}, {"send": "a", "without": ["b"]},
            {"connect": False}, {"expect": "a", "count": 0}, {"expect": "a", "seconds": 0},
            {"expect": "a", "without": "b"}, {"wait": 1}, 5):
            with self.assertRaises(ScriptError, msg=str(row)):
                decode([row], "x")
        with self.assertRaises(ScriptError):
            decode({}, "x")


class TerminalTests(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def play(self, *rows: object) -> str:
        terminal = Terminal(decode(list(rows), "x"), self.folder, 1)
        terminal.start()
        for _ in range(1000):
            if terminal.trouble is not None:
                break
            time.sleep(0.01)
        terminal.stop()
        return terminal.trouble if terminal.trouble is not None else "still at it"

    def serial(self, talk: Callable[[socket.socket], None], turns: int = 1) -> threading.Thread:
        return serve(self.folder / "serial.sock", talk, turns)

    def test_typing_and_reading(self) -> None:
        def talk(line: socket.socket) -> None:
            line.sendall(b"erix\x1b")
            time.sleep(0.1)
            line.sendall(b"[0m> ")
            self.assertEqual(receive(line, 6), b"1;2;3;")
            line.sendall(b"one 1 two\r\none 2 two\r\nerix> ")

        server = self.serial(talk)
        self.assertEqual(self.play(
            {"expect": "erix> "}, {"send": "{n};", "count": 3},
            {"expect": "one {n}*o\n", "count": 2}, {"expect": "erix> ", "without": ["three"]}), "")
        server.join(5)

    def test_what_does_not_come_is_named_with_what_came(self) -> None:
        self.serial(lambda line: (line.sendall(b"nothing"), time.sleep(1))[1])
        trouble = self.play({"expect": "a*b", "seconds": 0.3})
        self.assertEqual(trouble, "step 0 (expect): no 'a*b'; last read: 'nothing'")

    def test_what_may_not_come_before_is_named(self) -> None:
        self.serial(lambda line: (line.sendall(b"bad good"), time.sleep(1))[1])
        self.assertIn("'bad' came before", self.play({"expect": "good", "without": ["bad"]}))

    def test_what_was_kept_is_compared(self) -> None:
        self.serial(lambda line: (line.sendall(b"free 5\nfree 5\nfree 6\n"), time.sleep(1))[1])
        trouble = self.play(
            {"expect": "free *\n", "keep": "start"}, {"expect": "free *\n", "same": "start"},
            {"expect": "free *\n", "same": "start"})
        self.assertEqual(
            trouble.partition(";")[0],
            "step 2 (expect): 'free 6\\n', but start was 'free 5\\n'")

    def test_the_cable_is_pulled_and_put_back(self) -> None:
        said = iter([b"first", b"second"])
        self.serial(lambda line: (line.sendall(next(said)), line.recv(1))[0], turns=2)
        self.assertEqual(self.play(
            {"expect": "first"}, {"disconnect": True}, {"connect": True}, {"expect": "second"}), "")

    def test_the_monitor_is_told_and_its_complaint_is_a_trouble(self) -> None:
        answers = iter(["", "Error: no such bus\r\n"])

        def monitor(line: socket.socket) -> None:
            stream = line.makefile("rwb")
            stream.write(b'{"QMP": {}}\n')
            stream.flush()
            for request in stream:
                row = json.loads(request)
                told = row["execute"] == "human-monitor-command"
                result = next(answers) if told else {}
                stream.write(json.dumps({"return": result}).encode() + b"\n")
                stream.flush()

        self.serial(lambda line: time.sleep(1))
        serve(self.folder / "monitor.sock", monitor)
        trouble = self.play({"monitor": "device_add a"}, {"monitor": "device_add b"})
        self.assertEqual(
            trouble.partition(";")[0],
            "step 1 (monitor): ProtocolError: device_add b: Error: no such bus")


if __name__ == "__main__":
    unittest.main()
