"""Feeds the format, document and symbol checks violations, and the lint runner a failure."""
import contextlib
import io
import subprocess
import sys
from pathlib import Path

from support import GOOD, CheckTestCase

import common
import docs
import format as format_check
import lint
import symbols

FILE = 'lib-good/Sources/Good/Good.swift'


class FormatTests(CheckTestCase):
    def setUp(self):
        super().setUp()
        self.write('.swift-format', (common.tree.ROOT / '.swift-format').read_text())

    def test_a_good_tree_passes(self):
        self.assert_clean(format_check.check)

    def test_a_wrong_indentation(self):
        self.write(FILE, GOOD + '\nfunc f() {\n      act()\n}\n')
        self.assert_found(format_check.check, 'Good.swift:8:')

    def test_a_file_that_is_not_swift(self):
        self.write(FILE, '// Broken.\nfunc {\n')
        self.assertTrue(self.found(format_check.check))


class DocsTests(CheckTestCase):
    def test_a_good_tree_passes(self):
        self.assert_clean(docs.check)

    def test_a_dead_link(self):
        self.write('docs/a.md', 'x\n\n[b](b.md#part)\n')
        self.assert_found(docs.check, 'docs/a.md:3: link: b.md#part')

    def test_a_dead_reference_link(self):
        self.write('docs/a.md', '[b]\n\n[b]: gone.md\n')
        self.assert_found(docs.check, 'docs/a.md:3: link: gone.md')

    def test_links_elsewhere_and_code_are_left_alone(self):
        self.write('docs/a.md', '[a](https://example.com) [b](#part) `[c](gone.md)`\n'
                   '```\n[d](gone.md)\n```\n[e](../README.md)\n')
        self.assert_clean(docs.check)

    def test_a_package_without_a_line_in_the_readme(self):
        self.write('README.md', 'Only lib-good-old is here.\n')
        self.assert_found(docs.check, 'has no line for lib-good')


class SymbolTests(CheckTestCase):
    def compiled(self, text, *flags):
        self.write('a.c', text)
        subprocess.run([symbols.tool('clang'), '-c', '-O1', '-ffreestanding', *flags,
                        '--target=x86_64-unknown-none-elf', self.root / 'a.c', '-o',
                        self.root / 'a.o'], check=True)
        return self.root / 'a.o'

    def compared(self, found, names):
        findings = common.Findings()
        symbols.compare(found, names, 'x.txt', findings)
        return findings.lines

    def test_undefined_symbols_are_found(self):
        file = self.compiled('void g(void); void f(void) { g(); }')
        self.assertEqual(symbols.undefined(file), {'g'})

    def test_an_unlisted_symbol(self):
        self.assertEqual(self.compared({'a', 'b'}, {'a': 1}),
                         ['x.txt:1: symbol: b is undefined and not listed'])

    def test_a_listed_symbol_that_is_not_used(self):
        self.assertEqual(self.compared({'a'}, {'a': 1, 'b': 7}),
                         ['x.txt:7: symbol: b is listed and not used'])

    def test_comments_in_a_list(self):
        self.write('list.txt', '# why\n\nmemcpy  # copies\n')
        self.assertEqual(symbols.listed(self.root / 'list.txt'), {'memcpy': 3})

    def linked(self, text, *flags):
        image = self.root / 'a.elf'
        subprocess.run([symbols.tool('ld.lld'), *flags, '-e', 'f', '-o', image,
                        self.compiled(text)], check=True)
        return image

    def run_main(self, image, *files):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            code = symbols.main(image, files)
        return code, output.getvalue()

    def test_an_image_with_nothing_undefined_passes(self):
        for image in ('kernel', 'loader', 'program'):
            with self.subTest(image=image):
                code, output = self.run_main(image, self.linked('void f(void) {}'))
                self.assertEqual((code, output), (0, f'symbols: ok (image {image}, 0 undefined)\n'))

    def test_an_image_with_an_undefined_symbol(self):
        file = self.linked('void g(void); void f(void) { g(); }', '--unresolved-symbols=ignore-all')
        code, output = self.run_main('kernel', file)
        self.assertEqual(code, 1)
        self.assertIn('symbol: g is undefined and not listed', output)

    def test_hidden_costs_in_an_image(self):
        text = 'void {0}(void) {{}} void f(void) {{ {0}(); }}'
        for name in ('swift_once', 'swift_retain_n', 'swift_allocObject', 'malloc'):
            with self.subTest(name=name):
                code, output = self.run_main('kernel', self.linked(text.format(name)))
                self.assertEqual(code, 1)
                self.assertIn(f'runtime: {name} is in the image', output)

    def test_vector_code_in_an_image(self):
        file = self.linked('float f(float *a) { return *a * 2; }')
        code, output = self.run_main('loader', file)
        self.assertEqual(code, 1)
        self.assertIn('register: f: ', output)

    def test_indirect_branches_in_the_kernel(self):
        cases = ''.join(f'case {n}: g{n}(); g0(); break;' for n in range(8))
        names = ''.join(f'void g{n}(void);' for n in range(8))
        table = f'{names} void f(int n) {{ switch (n) {{ {cases} }} g0(); }}'
        call = 'void f(void (*g)(void)) { g(); g(); }'
        for text in (table, call):
            with self.subTest(text=text):
                code, output = self.run_main('kernel', self.compiled(text))
                self.assertIn('indirect: f: ', output)
                self.assertNotIn('indirect: ', self.run_main('loader', self.compiled(text))[1])
                code, output = self.run_main('kernel', self.compiled(text, '-mretpoline'))
                self.assertNotIn('indirect: ', output)

    def test_test_code_is_for_test_kernels(self):
        def found(profile, contents):
            findings = common.Findings()
            symbols.check_switches(profile, contents, 'kernel.elf', findings)
            return findings.lines
        names = b' '.join(symbols.TEST_CODE)
        self.assertEqual(found('smoke', names), [])
        self.assertEqual(found('release', b'nothing'), [])
        self.assertEqual(found('dev', b'ROOTD_STAGE ROOTD_STATUS'), [])
        for name in symbols.TEST_CODE:
            with self.subTest(name=name):
                self.assertEqual(
                    found('release', b'<' + name + b'>'),
                    [f'kernel.elf:1: switch: "{name.decode()}" is in a release kernel'])
                self.assertEqual(
                    found('smoke', names.replace(name, b'')),
                    [f'kernel.elf:1: switch: "{name.decode()}" is not in a smoke kernel'])

    def registers(self, *flags):
        file = self.compiled('float f(float *a) { return *a * 2; }' if '-msse' in flags
                             else 'int f(int *a) { return *a * 2; }', *flags)
        findings = common.Findings()
        symbols.check_code('loader', file, findings)
        return findings.lines

    def test_vector_registers_are_found(self):
        self.assertEqual(self.registers('-mno-sse', '-mno-mmx'), [])
        lines = self.registers('-msse')
        self.assertEqual(len(lines), 1)
        self.assertIn('register: f: ', lines[0])

    def test_the_debug_exit_is_in_smoke_kernels_only(self):
        def found(profile, port):
            text = f'void f(void) {{ __asm__ volatile("outb %al, ${port}"); }}'
            lines = symbols.instructions(self.compiled(text))
            findings = common.Findings()
            symbols.check_debug_exit(profile, lines, 'kernel.elf', findings)
            return findings.lines
        self.assertEqual(found('smoke', 0xF4), [])
        self.assertEqual(found('release', 0xE9), [])
        self.assertEqual(found('smoke', 0xE9),
                         ['kernel.elf:1: debug exit: is not in a smoke kernel'])
        for profile in ('dev', 'release'):
            self.assertEqual(len(found(profile, 0xF4)), 1)


class LintTests(CheckTestCase):
    def script(self, name):
        return subprocess.run(
            [sys.executable, '-B', Path(lint.HERE) / f'{name}.py', '--root', self.root],
            capture_output=True, text=True)

    def test_a_check_exits_0_or_1_and_says_where(self):
        self.assertEqual(self.script('limits').returncode, 0)
        self.write(FILE, GOOD + 'let a = 1 \n')
        result = self.script('limits')
        self.assertEqual(result.returncode, 1)
        self.assertIn(f'{FILE}:6: space: trailing space', result.stdout)

    def test_every_check_is_run_by_lint(self):
        scripts = {path.stem for path in lint.HERE.glob('*.py')}
        self.assertEqual(set(lint.ALL), scripts - {'source', 'common', 'lint', 'symbols'})
