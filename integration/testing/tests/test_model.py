"""Checks how the long run of the kernel's reference model is counted."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import model  # noqa: E402

LOG = """◇ Test "kernel and model agree in a long run" started.
model: 1000 operations, 700 of them carried out, in 2 sequences
model: 1200 operations, 800 of them carried out, in 3 sequences
✔ Test "kernel and model agree in a long run" with 2 test cases passed after 1.0 seconds.
"""


class CountTests(unittest.TestCase):

    def test_lanes_are_added_up(self):
        self.assertEqual(model.counted(LOG), [2200, 1500, 5])

    def test_a_run_that_ended_early_counts_what_it_said(self):
        self.assertEqual(model.counted(LOG[:LOG.index('model: 1200')]), [1000, 700, 2])

    def test_nothing_said_is_nothing_done(self):
        self.assertEqual(model.counted(''), [0, 0, 0])


if __name__ == '__main__':
    unittest.main()
