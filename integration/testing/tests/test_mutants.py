"""Checks how faults are planted, and that each of the list still fits the kernel's sources."""
import json
import sys
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


if __name__ == '__main__':
    unittest.main()
