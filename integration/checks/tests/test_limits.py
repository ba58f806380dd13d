"""Feeds the limits check files and functions at and over each limit."""
from support import GOOD, CheckTestCase

import common
import limits
import source

FILE = 'lib-good/Sources/Good/Good.swift'


def function(length):
    """A Swift function of exactly `length` lines."""
    return 'func f() {\n' + '  act()\n' * (length - 2) + '}\n'


class LimitsTests(CheckTestCase):
    def test_a_good_tree_passes(self):
        self.assert_clean(limits.check)

    def test_a_file_at_the_limit_and_over_it(self):
        self.write(FILE, '// Header.\n' + 'let a = 1\n' * 399)
        self.assert_clean(limits.check)
        self.write(FILE, '// Header.\n' + 'let a = 1\n' * 400)
        self.assert_found(limits.check, 'Good.swift:1: file: 401 lines')

    def test_a_table_may_be_longer(self):
        self.write(FILE, '// TABLE\n' + 'let a = 1\n' * 500)
        self.assert_clean(limits.check)

    def test_a_long_script(self):
        self.write('tool.py', '"""Does it."""\n' + 'a = 1\n' * 250)
        self.assert_found(limits.check, 'tool.py:1: file: 251 lines')

    def test_the_kernel_has_a_limit(self):
        findings = common.Findings()
        self.assertEqual(limits.check_kernel(11_999, findings), ', kernel 11999 lines of code')
        self.assertEqual(findings.lines, [])
        limits.check_kernel(12_000, findings)
        self.assertEqual(findings.lines, ['kernel:1: kernel: 12000 lines of code, limit 12000'])

    def test_only_code_counts_for_the_kernel(self):
        self.write('kernel/Sources/KernelCore/A.swift',
                   '// A.\n\nlet a = 1  // why\n\n/// B.\nlet b = 2\n')
        self.assertIn('kernel 2 lines of code', limits.check(self.root, common.Findings()))

    def test_a_function_over_the_limit(self):
        self.write(FILE, GOOD + 'func g() {}\n' * 20 + function(60))
        self.assert_clean(limits.check)
        self.write(FILE, GOOD + 'func g() {}\n' * 20 + function(61))
        self.assert_found(limits.check, 'Good.swift:26: function: f has 61 lines')

    def test_many_middling_functions(self):
        self.write(FILE, GOOD + function(30) * 9)
        self.assert_clean(limits.check)
        self.write(FILE, GOOD + function(31) * 9)
        self.assert_found(limits.check, 'lib-good:1: functions: 90th percentile 31')

    def test_a_long_c_function(self):
        self.write('lib-good/Sources/C/c.c', '// C.\nint f(int a) {\n' + '  a++;\n' * 60 + '}\n')
        lines = self.found(limits.check)
        self.assertTrue(any('c.c:2: function: f has 62' in line for line in lines), lines)

    def test_a_file_without_header(self):
        self.write(FILE, 'import Base\n')
        self.assert_found(limits.check, 'header')

    def test_a_long_line(self):
        self.write(FILE, GOOD + '//' + 'x' * 98 + '\n')
        self.assert_clean(limits.check)
        self.write(FILE, GOOD + '//' + 'x' * 99 + '\n')
        self.assert_found(limits.check, 'line: 101 characters')

    def test_tabs_and_trailing_space(self):
        self.write(FILE, GOOD + '\tlet a = 1\n')
        self.assert_found(limits.check, 'tab')
        self.write(FILE, GOOD + 'let a = 1 \n')
        self.assert_found(limits.check, 'trailing space')

    def test_unfinished_work_needs_an_issue(self):
        self.write(FILE, GOOD + '// TO' 'DO later\n')
        self.assert_found(limits.check, 'unfinished')
        self.write(FILE, GOOD + '// TO' 'DO(#12): later\n')
        self.assert_clean(limits.check)

    def test_paths_of_a_machine(self):
        for word in ('/wo' 'rk/main', '/tmp/' 'b-me', '/ro' 'ot/x', '../sha' 'red/design'):
            with self.subTest(word):
                self.write('notes.md', f'See {word}.\n')
                self.assert_found(limits.check, 'a path of one machine')
        self.write('notes.md', 'See lib-x/wo' 'rk/list.\n')
        self.assert_clean(limits.check)


class SourceTests(CheckTestCase):
    def test_strings_with_quotes_and_braces_in_interpolations(self):
        code = source.blanked('func f() { g("a \\(h("}")) } b") }\nfunc k() {}\n')
        self.assertEqual([f.name for f in source.functions(code)], ['f', 'k'])
        self.assertEqual(code.count('}'), 2)

    def test_multiline_raw_strings_and_nested_comments(self):
        code = source.blanked('let a = #"\\(" { "#\n/* { /* { */ } */\nlet b = """\n } "\n """\n')
        self.assertNotIn('{', code)
        self.assertNotIn('}', code)
        self.assertEqual(code.count('\n'), 5)

    def test_requirements_and_calls_are_not_functions(self):
        text = 'protocol P {\n  func a()\n  init(b: Int)\n}\nfunc c() {\n  self.init(b: 1)\n}\n'
        self.assertEqual([f.name for f in source.functions(source.blanked(text))], ['c'])

    def test_a_function_with_a_long_signature(self):
        text = 'func `a b`(\n  x: Int,\n  y: Int\n) throws(E)\n  -> Int\n{\n  1\n}\n'
        found = source.functions(source.blanked(text))
        self.assertEqual([(f.name, f.line, f.length) for f in found], [('`a b`', 1, 8)])
