"""Feeds the checks of the operation reference and of the conformance table violations."""
import json

from support import CheckTestCase

import conformance
import errors
import operations

ABI = 'lib-capabi/Sources/CapABI/'
PART = '''
**Arguments.** None.

**Returns.** Nothing.

**Rights.** None.

**Errors.**

| code | cause |
|---|---|
| DENIED | always |

**Blocks.** Never.
'''
SYSCALLS = f'# System calls\n\n## RECV (0x41)\n{PART}'
TIME = f'# Family 1: time\n\n## READ_CLOCK (13)\n{PART}'
TABLE = '| 0 | generic | – | none |\n| 1 | time | 2128 | READ_CLOCK 13 |\n'


class OperationTests(CheckTestCase):
    def setUp(self):
        super().setUp()
        self.write(ABI + 'Syscall.swift', 'enum Syscall {\n  case receive = 0x41\n}\n')
        self.write(ABI + 'ControlOperation.swift', 'enum O {\n  case readClock = 13\n}\n')
        self.write(ABI + 'EndpointKind.swift', 'enum E {\n  case generic = 0\n  case time = 1\n}\n')
        self.write(ABI + 'ResultCode.swift', '    case .denied: "DENIED"\n')
        self.write('docs/reference/syscalls.md', SYSCALLS)
        self.write('docs/reference/control/time.md', TIME)
        self.write('docs/reference/capabi.md', TABLE)

    def test_a_good_tree_passes(self):
        self.assert_clean(operations.check)

    def test_a_system_call_without_an_entry(self):
        self.write(ABI + 'Syscall.swift', '  case receive = 0x41\n  case yield = 0x48\n')
        self.assert_found(operations.check, 'no entry for system call yield (0x48)')

    def test_an_operation_without_an_entry(self):
        self.write(ABI + 'ControlOperation.swift', '  case readClock = 13\n  case split = 66\n')
        self.assert_found(operations.check, 'no entry for operation split (0x42)')

    def test_an_entry_for_nothing(self):
        self.write('docs/reference/syscalls.md', SYSCALLS + f'\n## CALL (0x40)\n{PART}')
        self.assert_found(operations.check, 'syscalls.md:', 'has no CALL')

    def test_an_entry_under_another_name(self):
        self.write('docs/reference/control/time.md', TIME.replace('## READ_CLOCK', '## CLOCK'))
        self.assertTrue(any('has no CLOCK' in line for line in self.found(operations.check)))

    def test_two_entries(self):
        self.write('docs/reference/control/irq.md', f'# irq\n\n## READ_CLOCK (13)\n{PART}')
        self.assert_found(operations.check, 'READ_CLOCK stands in')

    def test_an_entry_without_a_part(self):
        for part in operations.PARTS:
            self.write('docs/reference/syscalls.md', SYSCALLS.replace(f'**{part}.**', part))
            self.assert_found(operations.check, 'syscalls.md:3:', 'must have')

    def test_an_empty_part(self):
        self.write('docs/reference/syscalls.md', SYSCALLS.replace('Rights.** None.', 'Rights.**'))
        self.assert_found(operations.check, 'says nothing about Rights')

    def test_errors_without_a_table(self):
        rows = PART[PART.index('|'):PART.rindex('|') + 1]
        self.write('docs/reference/syscalls.md', SYSCALLS.replace(rows, 'Many.'))
        self.assert_found(operations.check, 'neither a table')
        self.write('docs/reference/syscalls.md', SYSCALLS.replace(rows, 'None.'))
        self.assert_clean(operations.check)

    def test_an_unknown_code_and_a_code_without_a_cause(self):
        self.write('docs/reference/syscalls.md', SYSCALLS.replace('DENIED', 'REFUSED'))
        self.assert_found(operations.check, 'no result code is called REFUSED')
        self.write('docs/reference/syscalls.md', SYSCALLS.replace('always', ''))
        self.assert_found(operations.check, 'has no cause')

    def test_a_family_without_a_page(self):
        self.write(ABI + 'EndpointKind.swift', '  case time = 1\n  case irq = 2\n')
        self.assert_found(operations.check, 'irq (2) has no page')

    def test_a_page_that_does_not_name_an_operation(self):
        self.write('docs/reference/capabi.md', TABLE + '| 2 | irq | 2144 | READ_CLOCK 13 |\n')
        self.write('docs/reference/control/irq.md', '# Family 2: irq\n')
        self.assert_found(operations.check, 'irq.md', 'does not name READ_CLOCK')

    def test_a_table_with_a_wrong_number(self):
        self.write('docs/reference/capabi.md', TABLE.replace('13', '14'))
        self.assert_found(operations.check, '14 is not READ_CLOCK')

    def test_a_missing_module(self):
        (self.root / ABI / 'EndpointKind.swift').unlink()
        self.assert_found(operations.check, 'EndpointKind.swift', 'is missing')



TRANSFER = """
| code of the sender | cause in the transfer table |
|---|---|
| BUSY | a slot |

"""
CODES = """    case .denied: "DENIED"
    case .busy: "BUSY"
  public static let ok = ResultCode(rawValue: 0)
  public static let denied = ResultCode(rawValue: 1)
  public static let busy = ResultCode(rawValue: 4)
"""


class ErrorTests(CheckTestCase):
    def setUp(self):
        super().setUp()
        self.write(ABI + 'ResultCode.swift', CODES)
        part = PART.replace('| DENIED | always |',
                            '| DENIED | always |\n| those of the transfer table | above |')
        self.write('docs/reference/syscalls.md',
                   f'# System calls\n{TRANSFER}\n## RECV (0x41)\n{part}')
        self.write('docs/reference/control/time.md', TIME)

    def excuse(self, side, name, code, reason='there is no such machine to try it on'):
        self.write(errors.EXCEPTIONS, json.dumps({side: {name: {code: reason}}}))

    def trouble(self, *lines):
        return list(errors.trouble(self.root, 'target', lines))

    def test_everything_was_provoked(self):
        self.assertEqual(self.trouble('CODES call 65 0x13', 'CODES operation 13 2'), [])

    def test_what_several_lines_note_adds_up(self):
        self.assertEqual(
            self.trouble('CODES call 65 10', 'CODES call 65 2', 'CODES operation 13 2'), [])

    def test_what_was_not_provoked(self):
        self.assertEqual(self.trouble('CODES operation 13 0x1', 'CODES call 65 0x10'),
                         ['RECV DENIED', 'READ_CLOCK DENIED'])

    def test_a_call_is_no_operation_of_the_same_number(self):
        self.assertIn('READ_CLOCK DENIED', self.trouble('CODES call 13 2', 'CODES call 65 0x12'))

    def test_an_exception(self):
        self.excuse('target', 'RECV', 'BUSY')
        self.assertEqual(self.trouble('CODES call 65 2', 'CODES operation 13 2'), [])
        self.assert_clean(errors.check)

    def test_an_exception_of_the_other_side(self):
        self.excuse('host', 'RECV', 'BUSY')
        self.assertEqual(self.trouble('CODES call 65 2', 'CODES operation 13 2'), ['RECV BUSY'])

    def test_an_exception_that_is_none(self):
        self.excuse('target', 'RECV', 'BUSY')
        self.assertEqual(self.trouble('CODES call 65 12', 'CODES operation 13 2'),
                         ['RECV BUSY was provoked, and is excused'])

    def test_an_exception_for_an_error_that_is_not_listed(self):
        self.excuse('host', 'READ_CLOCK', 'BUSY')
        self.assert_found(errors.check, 'READ_CLOCK has no error BUSY')

    def test_an_exception_without_a_reason(self):
        self.excuse('host', 'RECV', 'BUSY', 'hard')
        self.assert_found(errors.check, 'RECV BUSY has no reason')


class ConformanceTests(CheckTestCase):
    PAGE = 'docs/reference/erix-conformance.md'

    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, conformance, 'SERIES', conformance.SERIES)
        conformance.SERIES = {'K': 1}
        self.write('lib-good/Tests/GoodTests/GoodTests.swift', '''// Tests.

@Suite(.serialized) struct GoodTests {
  @Test func `it works`() {}
  @Test(arguments: [f(1), 2])
  func plain(_ value: Int) {}
}
''')
        self.write('integration/testprograms/Sources/T/S.swift',
                   'report.check(\n  "a slot") { }\n')
        self.write('integration/checks/tests/test_x.py',
                   'class XTests(T):\n    def test_y(self):\n        pass\n')
        self.write('integration/scenarios/boots.json', '{"scenarios": {"smoke": {}}}')
        self.write('docs/decisions/0001-a.md', '# A\n')

    def row(self, evidence, number='K1'):
        self.write(self.PAGE,
                   f'| row | what | by |\n|---|---|---|\n| {number} | It. | {evidence} |\n')

    def test_everything_that_counts(self):
        for evidence in ('`GoodTests/it works`', '`GoodTests/plain`', '`target/a slot`',
                         '`XTests/test_y`', '`boots/smoke`', 'later',
                         '[0001](../decisions/0001-a.md)', '`GoodTests/plain`, later'):
            with self.subTest(evidence):
                self.row(evidence)
                self.assert_clean(conformance.check)

    def test_a_row_without_evidence(self):
        for evidence in ('', 'see the code', '`GoodTests`', 'lately'):
            with self.subTest(evidence):
                self.row(evidence)
                self.assert_found(conformance.check, ':3:', 'names no test')

    def test_a_test_that_does_not_exist(self):
        self.row('`GoodTests/it works`, `GoodTests/it does not`')
        self.assert_found(conformance.check, 'no test GoodTests/it does not')

    def test_a_decision_that_does_not_exist(self):
        self.row('[0002](../decisions/0002-b.md)')
        self.assert_found(conformance.check, 'no decision 0002-b.md')

    def test_a_gap_and_a_missing_row(self):
        self.row('later', 'K2')
        self.assert_found(conformance.check, 'should be K1')
        conformance.SERIES = {'K': 2}
        self.row('later')
        self.assert_found(conformance.check, 'has 1 rows K, not 2')

    def test_a_row_of_another_form(self):
        self.write(self.PAGE, '| K1 | It. | later |\n| K2 | later |\n')
        self.assert_found(conformance.check, ':2:', 'is not')

    def test_a_missing_page(self):
        self.assert_found(conformance.check, 'is missing')
