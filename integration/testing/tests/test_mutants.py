"""Checks how faults are planted, and that each of the list still fits the kernel's sources."""
import json
import stat
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import mutants  # noqa: E402


def entry(find, replace='wrong', **more):
    return {'name': 'a', 'file': 'A.swift', 'find': find, 'replace': replace, **more}


class PlantTests(unittest.TestCase):

    def test_expression(self):
        self.assertEqual(
            mutants.plant('guard a < b else', 3, entry('a < b')),
            'guard (isMutant(3) ? (wrong) : (a < b)) else')

    def test_statement(self):
        self.assertEqual(
            mutants.plant('x = 1\ny = 2', 4, entry('x = 1', 'x = 2', form='statement')),
            'if isMutant(4) { x = 2 } else { x = 1 }\ny = 2')

    def test_only_the_marked_part_is_replaced(self):
        self.assertEqual(
            mutants.plant('a(b); c(b)', 1, entry('c(«b»)')),
            'a(b); c((isMutant(1) ? (wrong) : (b)))')

    def test_text_that_is_gone_or_ambiguous_is_refused(self):
        for text in ('nothing', 'x x'):
            with self.assertRaises(mutants.Stale):
                mutants.plant(text, 1, entry('x'))


class ListTests(unittest.TestCase):

    def test_every_fault_fits_the_sources(self):
        listed = json.loads(mutants.LIST.read_text())['mutants']
        self.assertGreaterEqual(len(listed), 25)
        self.assertEqual(len({one['name'] for one in listed}), len(listed))
        texts = {}
        for number, mutant in enumerate(listed, 1):
            path = mutants.PACKAGE / mutants.CORE / mutant['file']
            text = texts.get(path) or path.read_text()
            texts[path] = mutants.plant(text, number, mutant)


BEGUN = '◇ Test "a slot" started.'
PASSED = '✔ Test "a slot" passed after 0.001 seconds.'
ISSUE = '✘ Test "a slot" recorded an issue at SlotTests.swift:7:5: Expectation failed: a'


class VerdictTests(unittest.TestCase):

    def test_a_run_without_a_failure_survives(self):
        self.assertEqual(mutants.verdict([BEGUN, PASSED], 0), '')

    def test_the_first_issue_names_test_and_line(self):
        lines = [BEGUN, ISSUE, ISSUE.replace('a slot', 'another')]
        self.assertEqual(mutants.verdict(lines, -9), 'a slot (SlotTests.swift:7)')

    def test_an_issue_of_one_argument(self):
        line = ISSUE.replace('issue at', 'issue with 1 argument value → 3 at')
        self.assertEqual(mutants.verdict([line], 1), 'a slot (SlotTests.swift:7)')

    def test_a_run_that_died_names_what_was_running(self):
        lines = [BEGUN, BEGUN.replace('a slot', 'another'), PASSED]
        self.assertEqual(mutants.verdict(lines, -4), 'a trap in: another')
        self.assertEqual(mutants.verdict([BEGUN], -9, True), 'the time limit in: a slot')

    def test_a_trap_says_where_it_is(self):
        trap = 'KernelCore/Pool.swift:3: Fatal error: Arithmetic overflow'
        self.assertEqual(mutants.verdict([BEGUN, trap], -4), trap)

    def test_a_death_among_many_names_three(self):
        lines = [BEGUN.replace('a slot', name) for name in 'abcde']
        self.assertEqual(mutants.verdict(lines, -4), 'a trap in: a, b, c and 2 more')

    def test_a_failure_without_a_name_is_no_survivor(self):
        self.assertEqual(mutants.verdict([], 1), 'a trap in: no test')


class AttemptTests(unittest.TestCase):

    def attempt(self, script, number=3, limit=60):
        with tempfile.TemporaryDirectory() as folder:
            binary = Path(folder) / 'tests'
            binary.write_text(f'#!/bin/sh\n{script}\n')
            binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
            return mutants.attempt(binary, number, limit)

    def test_the_fault_is_chosen_by_the_environment(self):
        script = f"if [ $ERIX_MUTANT = 3 ]; then echo '{ISSUE}'; exit 1; fi"
        self.assertEqual(self.attempt(script)[0], 'a slot (SlotTests.swift:7)')
        self.assertEqual(self.attempt(script, 0)[0], '')

    def test_colours_are_passed_over(self):
        issue = ISSUE.replace('✘', r'\033[91m✘\033[0m')
        self.assertEqual(self.attempt(f"printf '{issue}'; exit 1")[0], 'a slot (SlotTests.swift:7)')

    def test_a_run_ends_at_the_first_issue(self):
        noticed, seconds = self.attempt(f"echo '{ISSUE}'; sleep 60")
        self.assertEqual(noticed, 'a slot (SlotTests.swift:7)')
        self.assertLess(seconds, 30)

    def test_a_run_without_an_end_is_stopped(self):
        noticed, _ = self.attempt(f"echo '{BEGUN}'; sleep 60", limit=1)
        self.assertEqual(noticed, 'the time limit in: a slot')


if __name__ == '__main__':
    unittest.main()
