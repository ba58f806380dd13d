"""Changes to boot configurations: what is refused, what is merged, what boot-tool is given."""

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

import support  # noqa: F401 (the import path)

from harness import configuration, scenario
from harness.configuration import ConfigurationError

CONFIG: dict[str, Any] = {
    "profile": "smoke", "switches": {"debugExit": True},
    "services": [
        {"role": "pagerd", "budget": "1MiB"}, {"role": "procd"},
        {"role": "timed", "restart": {"mode": "onFailure", "maximumRestarts": 5}}]}
PROGRAM = {"programs": {"program-1001": {"file": "probe"}}}


class PatchTests(unittest.TestCase):
    def services(self, patch: Any) -> dict[str, Any]:
        return {row["role"]: row for row in configuration.patched(CONFIG, patch)["services"]}

    def test_objects_are_merged_and_null_removes(self) -> None:
        found = configuration.patched(
            CONFIG, {"switches": {"forceFail": "timed", "debugExit": None}})
        self.assertEqual(found["switches"], {"forceFail": "timed"})
        rows = self.services(
            {"services": {"timed": {"restart": {"maximumRestarts": 0}}, "pagerd": None}})
        self.assertEqual(rows["timed"]["restart"], {"mode": "onFailure", "maximumRestarts": 0})
        self.assertNotIn("pagerd", rows)
        self.assertEqual(CONFIG["services"][2]["restart"]["maximumRestarts"], 5)

    def test_program_is_given_what_every_program_has_and_what_is_said(self) -> None:
        change = {
            "file": "probe", "required": False,
            "uses": ["tools"],
            "capabilities": [{"slot": 5, "type": "endpoint", "rights": ["send"]}]}
        row = self.services({"programs": {"program-1001": change}})["program-1001"]
        self.assertEqual((row["launch"], row["required"]), ("program", False))
        self.assertEqual([one["slot"] for one in row["capabilities"]], [1, 2, 3, 5, 7, 8, 16])
        self.assertEqual(
            [(one["role"], one["mode"]) for one in row["peers"]],
            [("pagerd", "call"), ("procd", "call"), ("procd", "notify")])
        self.assertNotIn("file", row)

    def test_programs_stand_in_the_order_of_their_numbers(self) -> None:
        programs = {"program-1002": {"file": "a"}, "program-1001": {"file": "a"}}
        self.assertEqual(list(self.services({"programs": programs}))[3:], sorted(programs))

    def test_change_that_does_not_fit_is_refused(self) -> None:
        bad: list[Any] = [
            5, {"profile": "dev"}, {"switches": 5}, {"services": {}}, {"services": {"named": {}}},
            {"services": {"named": {"budget": 1}}}, {"services": {"timed": {"role": "named"}}},
            {"services": {"timed": {"budget": None}}}, {"switches": {"forceFail": None}},
            {"programs": {"timed": {"file": "a"}}}, {"programs": {"program-0fff": {"file": "a"}}},
            {"programs": {"program-1001": {"file": "a", "uses": ["disks"]}}},
            {"programs": {"program-1001": {}}}, {"programs": {"program-1001": 5}},
            {"programs": {"program-1001": {"file": "a", "launch": "procd"}}}]
        for patch in bad:
            with self.subTest(patch=patch), self.assertRaises(ConfigurationError):
                configuration.patched(CONFIG, patch)
        twice = configuration.patched(CONFIG, PROGRAM)
        with self.assertRaises(ConfigurationError):
            configuration.patched(twice, PROGRAM)

    def test_bad_change_is_noticed_when_the_scenario_is_read(self) -> None:
        row = {"about": "a", "profile": "smoke", "exit": "0x10", "expect": {"debug": ["A"]}}
        with self.assertRaises(scenario.ScenarioError):
            scenario.decode("a/b", {**row, "configuration": {"switch": {}}})
        found = scenario.decode("a/b", {**row, "configuration": PROGRAM})
        self.assertEqual(found.configuration, PROGRAM)


class BuildTests(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        (self.folder / "config.json").write_text(json.dumps(CONFIG))
        self.description = self.folder / "image.json"
        self.description.write_text(json.dumps(
            {"bootConfig": "config.json", "services": {"timed": "/t.elf"}}))
        self.output = self.folder / "out"
        self.output.mkdir()

    def tool(self, text: str) -> Path:
        path = self.folder / "tool"
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    def test_tool_is_given_the_changed_files(self) -> None:
        tool = self.tool('cp "$3" "$5"\n')
        image = configuration.build(
            tool, self.description, {**PROGRAM, "services": {"timed": None}}, self.folder,
            self.output)
        table = json.loads(image.read_text())
        self.assertEqual(
            table["services"], {"program-1001": str(self.folder.resolve() / "probe.elf")})
        config = json.loads((self.output / table["bootConfig"]).read_text())
        self.assertEqual(
            [row["role"] for row in config["services"]], ["pagerd", "procd", "program-1001"])

    def test_refusal_of_the_tool_is_an_error_with_its_words(self) -> None:
        tool = self.tool("echo services[0]: broken >&2; exit 1\n")
        with self.assertRaisesRegex(ConfigurationError, "broken"):
            configuration.build(tool, self.description, PROGRAM, self.folder, self.output)


if __name__ == "__main__":
    unittest.main()
