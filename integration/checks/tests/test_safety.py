"""Feeds the safety check unargued and misplaced unsafe code."""
from support import BASE, GOOD, LAYERS, CheckTestCase

import safety

BASE_FILE, GOOD_FILE = 'lib-good/Sources/Base/Base.swift', 'lib-good/Sources/Good/Good.swift'
COMMENT = '  // SAFETY: every caller in this test tree passes a pointer to at least one byte.\n'


class SafetyTests(CheckTestCase):
    def test_a_good_tree_passes(self):
        self.assert_clean(safety.check)

    def test_a_use_without_a_comment(self):
        self.write(BASE_FILE, BASE.replace(COMMENT, ''))
        self.assert_found(safety.check, 'Base.swift:5:', 'without a SAFETY comment')

    def test_a_comment_above_another_statement_does_not_count(self):
        self.write(BASE_FILE, BASE.replace(COMMENT, COMMENT + '  check(p)\n'))
        self.assert_found(safety.check, 'Base.swift:7:', 'without a SAFETY comment')

    def test_a_blank_line_parts_comment_and_use(self):
        self.write(BASE_FILE, BASE.replace(COMMENT, COMMENT + '\n'))
        self.assert_found(safety.check, 'without a SAFETY comment')

    def test_a_use_inside_a_longer_statement_is_covered(self):
        self.write(BASE_FILE, BASE.replace('unsafe p.pointee',
                                           'return max(\n    0,\n    unsafe p.pointee)'))
        self.assert_clean(safety.check)

    def test_a_vague_text(self):
        self.write(BASE_FILE, BASE.replace(COMMENT, '  // SAFETY: pointer is valid.\n'))
        self.assert_found(safety.check, 'too vague')

    def test_a_text_used_four_times(self):
        self.write(BASE_FILE, BASE * 4)
        self.assert_found(safety.check, 'used 4 times')

    def test_targets_with_one_obligation_in_common_may_share_a_text(self):
        self.write(BASE_FILE, BASE * 4)
        self.write('layers.json', LAYERS.replace('{ "tests"', '{ "patterns": { "Base":'
                   ' { "unsafe": true, "sharedSafety": "why" } }, "tests"'))
        self.assert_clean(safety.check)

    def test_an_unsafe_declaration_needs_its_contract(self):
        self.write(BASE_FILE, BASE + '\n/// Does it.\n@unsafe\npublic func act() {}\n')
        self.assert_found(safety.check, 'without a SAFETY comment')

    def test_an_unsafe_declaration_with_its_contract(self):
        self.write(BASE_FILE, BASE + '\n/// Does it.\n///\n/// - Safety: the caller holds the lock'
                   ' of the table.\n@unsafe\npublic func act() {}\n')
        self.assert_clean(safety.check)

    def test_unchecked_sendable_and_nonisolated_need_a_comment(self):
        for line in ('struct A: @unchecked Sendable {}', 'nonisolated(unsafe) var x = 1'):
            with self.subTest(line):
                self.write(BASE_FILE, f'{BASE}\n{line}\n')
                self.assert_found(safety.check, 'without a SAFETY comment')

    def test_an_accessor_that_lends_its_storage_must_be_inlined(self):
        lender = ('\nextension Base {{\n  var part: RawSpan {{\n{}    @_lifetime(borrow self)\n'
                  '    get {{ storage.span.rawBytes }}\n  }}\n}}\n')
        self.write(BASE_FILE, BASE + lender.format(''))
        self.assert_found(safety.check, 'borrow: an accessor')
        self.write(BASE_FILE, BASE + lender.format('    @inline(__always)\n'))
        self.assert_clean(safety.check)

    def test_a_requirement_that_lends_needs_no_inlining(self):
        self.write(BASE_FILE, BASE + '\nprotocol Lender {\n'
                   '  var part: RawSpan { @_lifetime(borrow self) get }\n}\n')
        self.assert_clean(safety.check)

    def test_every_trace_of_unsafe_in_a_safe_target(self):
        for line in ('let x = unsafe y', 'f(unsafe y)', 'var p: UnsafeRawPointer?',
                     '@unsafe func f() {}', 'nonisolated(unsafe) var x = 1',
                     'struct A: @unchecked Sendable {}', 'let o: OpaquePointer',
                     'let z = unsafeBitCast(a, to: Int.self)', '@safe struct B {}'):
            with self.subTest(line):
                self.write(GOOD_FILE, f'{GOOD}\n{line}\n')
                self.assertTrue(self.found(safety.check))

    def test_the_word_in_a_comment_or_a_string_is_no_use(self):
        self.write(GOOD_FILE, GOOD + '// unsafe is not used\nlet s = "unsafe \\(s) unsafe"\n')
        self.assert_clean(safety.check)

    def test_a_list_of_files_allows_only_these(self):
        self.write('layers.json', LAYERS.replace('"unsafe": true', '"unsafe": ["Base.swift"]'))
        self.assert_clean(safety.check)
        self.write('lib-good/Sources/Base/Other.swift', BASE)
        self.assertTrue(all('Other.swift' in line for line in self.found(safety.check)))
        self.assertTrue(self.found(safety.check))

    def test_a_file_outside_every_target_may_not_use_it(self):
        self.write('scripts/Loose.swift', 'let x = unsafe y\n')
        self.assert_found(safety.check, 'Loose.swift:1:')

    def test_the_kernel_has_a_budget(self):
        self.write('kernel/Sources/Base/Base.swift', GOOD)
        self.assert_clean(safety.check)
        findings = safety.common.Findings()
        safety.kernel_budget(safety.KERNEL_BUDGET, 1000, findings)
        self.assertEqual(len(findings.lines), 1)
        safety.kernel_budget(safety.KERNEL_BUDGET - 1, 1000, findings)
        self.assertEqual(len(findings.lines), 1)
