"""Feeds the test runner what failing, crashing, hanging and empty packages leave behind."""
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import run  # noqa: E402
import test_host  # noqa: E402

PASS = '<testcase classname="X" name="a" time="0.1" />'
FAIL = '<testcase classname="X" name="b"><failure message="no" /></testcase>'
SKIP = '<testcase classname="X" name="c"><skipped>no module</skipped></testcase>'


class FolderTestCase(unittest.TestCase):
    """Gives each test a fresh folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class JudgeTests(FolderTestCase):
    def judge(self, cases, code=0, log='', whole=True):
        report = self.folder / 'report.xml'
        if cases is not None:
            ending = '</testsuite></testsuites>' if whole else ''
            report.write_text(f'<testsuites><testsuite>{"".join(cases)}{ending}')
        (self.folder / 'log').write_text(log)
        outcome = test_host.Outcome('lib-x')
        test_host.judge(outcome, code, self.folder / 'log', report)
        return outcome

    def test_passed_and_skipped_are_counted(self):
        outcome = self.judge([PASS, PASS, SKIP])
        self.assertEqual((outcome.passed, outcome.failed), (2, 0))
        self.assertEqual(outcome.skipped, ['c: no module'])

    def test_a_failing_test_is_counted_and_its_text_shown(self):
        log = ('◇ Test "b" started.\n✘ Test "b" recorded an issue at B.swift:1\n'
               '↳ value 2\n✔ Test a\n')
        outcome = self.judge([PASS, FAIL], 1, log)
        self.assertEqual((outcome.passed, outcome.failed), (1, 1))
        self.assertEqual(outcome.detail, ['✘ Test "b" recorded an issue at B.swift:1', '↳ value 2'])

    def test_a_crash_leaves_half_a_report(self):
        log = ('◇ Test run started.\n◇ Test "a" started.\n◇ Test "b" started.\n'
               '✔ Test "a" passed after 0.001 seconds.\nPrecondition failed\n')
        outcome = self.judge([], 1, log, whole=False)
        self.assertEqual(outcome.failed, 1)
        self.assertIn('ended early', outcome.trouble)
        self.assertIn('was running: "b"', outcome.detail)
        self.assertNotIn('was running: "a"', outcome.detail)

    def test_no_report_at_all(self):
        self.assertEqual(self.judge(None, 0).failed, 1)

    def test_a_run_that_left_documented_errors_out(self):
        outcome = test_host.Outcome('kernel', passed=5)
        test_host.compare_errors(outcome, ['CODES call 65 0xffffffff'])
        self.assertEqual(outcome.failed, 1)
        self.assertIn('documented errors not provoked', outcome.trouble)
        self.assertIn('CALL TIMED_OUT', outcome.detail)
        self.assertNotIn('RECV TIMED_OUT', outcome.detail)

    def test_a_run_that_took_too_long(self):
        outcome = self.judge(None, 124)
        self.assertEqual((outcome.failed, outcome.trouble), (1, 'took too long'))

    def test_a_bad_exit_without_a_failing_test(self):
        self.assertEqual(self.judge([PASS], 1).failed, 1)

    def test_a_package_that_ran_no_tests(self):
        outcome = self.judge([])
        self.assertEqual((outcome.failed, outcome.trouble), (1, 'ran no tests'))

    def test_compiler_errors_are_picked_out_once(self):
        log = self.folder / 'build.log'
        log.write_text('[1/2] x\na.swift:1: error: bad\na.swift:1: error: bad\n'
                       '  1 |   `- error: bad\n')
        self.assertEqual(test_host.compiler_errors(log), ['a.swift:1: error: bad'])


def is_running(pid):
    """Whether the process still executes; one that only waits to be reaped does not."""
    try:
        status = Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(')')[2].split()[0] != 'Z'


def wait_for(condition, seconds=30):
    """Waits until the condition holds; returns whether it does in the end."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


class RunTests(FolderTestCase):
    def setUp(self):
        super().setUp()
        self.pid_file = self.folder / 'pid'
        # The child that must not survive, far longer-lived than any of these tests.
        self.child = f'sleep 600 & echo $! >{self.pid_file}.new; mv {self.pid_file}.new ' \
                     f'{self.pid_file}; wait'

    def assert_child_ends(self):
        pid = int(self.pid_file.read_text())
        self.assertTrue(wait_for(lambda: not is_running(pid)), f'process {pid} still runs')

    def test_a_command_over_its_time_is_killed_with_its_children(self):
        log = self.folder / 'log'
        code = run.logged(['sh', '-c', self.child], log, 5)
        self.assertEqual(code, 124)
        self.assertIn('stopped after', log.read_text())
        self.assert_child_ends()

    def test_a_runner_that_is_stopped_ends_its_children(self):
        script = (f'import pathlib, run; run.logged(["sh", "-c", "{self.child}"],'
                  f' pathlib.Path("{self.folder}/log"), 300)')
        runner = subprocess.Popen([sys.executable, '-B', '-c', script],
                                  cwd=Path(run.__file__).parent)
        self.assertTrue(wait_for(self.pid_file.exists))
        runner.terminate()
        self.assertEqual(runner.wait(30), 143)
        self.assert_child_ends()

    def test_output_and_exit_code_are_kept_and_there_is_no_input(self):
        log = self.folder / 'log'
        code = run.logged(['sh', '-c', 'cat; echo out; echo err >&2; exit 3'], log, 10)
        self.assertEqual(code, 3)
        self.assertEqual(log.read_text(), 'out\nerr\n')


if __name__ == '__main__':
    unittest.main()
