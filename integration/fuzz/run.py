#!/usr/bin/env python3
"""Builds every fuzz target with libFuzzer and AddressSanitizer and runs each for a while.

A target is a folder Sources/Fuzz<Name>; its seeds are corpus/<Name> and stay as they are; inputs
that reach new code are kept in build/fuzz/corpus/<Name>, inputs that crash in build/fuzz/crashes.
A file Sources/Fuzz<Name>/max_len holds the longest input to try, where the default is not right.
A target fails when it crashes, hangs, has no seed, or did not execute anything.

usage: run.py [--seconds N] [--jobs N] [--package FOLDER] [TARGET...]
"""
import argparse
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'testing'))
import run  # noqa: E402
import stale  # noqa: E402
import tree  # noqa: E402

SANITIZE = '-sanitize=fuzzer,address'
BUILD_LIMIT = 900     # seconds
MAX_LEN = 65536       # bytes
MEMORY_LIMIT = 2048   # MiB
# The toolchain's backtracer hangs on a process under AddressSanitizer.
QUIET = {'SWIFT_BACKTRACE': 'enable=no', 'ASAN_OPTIONS': 'detect_leaks=0'}


@dataclass
class Result:
    target: str
    executions: int = 0
    rate: int = 0
    coverage: int = 0
    corpus: int = 0
    trouble: str = ''
    detail: str = ''


class Fuzzing:
    """The folders of one run and what it does with a target."""

    def __init__(self, package, scratch, seconds):
        self.package, self.scratch, self.seconds = package, scratch, seconds

    def targets(self):
        folders = self.package.glob('Sources/Fuzz*')
        return sorted(folder.name for folder in folders if folder.name != 'FuzzSupport')

    def compile(self, log, *product):
        """Builds all archives, or that of one product; returns the exit code."""
        return run.logged(
            ['swift', 'build', '-c', 'release', *product, '--package-path', self.package,
             '--scratch-path', self.scratch, '--manifest-cache', 'none', '-j', '2',
             '-Xswiftc', SANITIZE, '-Xswiftc', '-use-ld=lld'], log, BUILD_LIMIT)

    def build(self, target, is_compiled):
        """Compiles and links one target; returns what went wrong, or an empty string."""
        log = self.scratch / 'logs' / f'{target}.build.log'
        code = 0 if is_compiled else self.compile(log, '--product', target)
        if code == 0:
            archive = self.scratch / 'release' / f'lib{target}.a'
            code = run.logged(['swiftc', SANITIZE, '-use-ld=lld', archive, '-o',
                               self.scratch / target], log, BUILD_LIMIT)
        if code == 0:
            return ''
        lines = log.read_text(errors='replace').splitlines()
        return '\n'.join([line for line in lines if 'error:' in line][:10] or lines[-10:])

    def run(self, target):
        """Runs one built target for the time given and reads what libFuzzer printed."""
        result = Result(target)
        seeds = self.package / 'corpus' / target.removeprefix('Fuzz')
        if not any(seeds.glob('*')):
            result.trouble = f'no seed in {seeds.name}/'
            return result
        finds = self.scratch / 'corpus' / seeds.name
        crashes = self.scratch / 'crashes' / target
        finds.mkdir(parents=True, exist_ok=True)
        crashes.mkdir(parents=True, exist_ok=True)
        given = self.package / 'Sources' / target / 'max_len'
        max_len = int(given.read_text()) if given.is_file() else MAX_LEN
        log = self.scratch / 'logs' / f'{target}.run.log'
        code = run.logged(
            [self.scratch / target, f'-max_total_time={self.seconds}', f'-max_len={max_len}',
             '-timeout=10', f'-rss_limit_mb={MEMORY_LIMIT}', '-print_final_stats=1',
             f'-artifact_prefix={crashes}/', finds, seeds],
            log, self.seconds + 120, environment=QUIET)
        self.read(result, log.read_text(errors='replace'), code)
        result.corpus = sum(1 for folder in (finds, seeds) for _ in folder.iterdir())
        return result

    def read(self, result, text, code):
        """Fills in the figures, and the trouble of a run that did not end well."""
        counts = re.findall(r'stat::number_of_executed_units:\s*(\d+)', text)
        rates = re.findall(r'stat::average_exec_per_sec:\s*(\d+)', text)
        coverage = re.findall(r'\bcov: (\d+)', text)
        result.executions = int(counts[-1]) if counts else 0
        result.rate = int(rates[-1]) if rates else 0
        result.coverage = int(coverage[-1]) if coverage else 0
        artifact = re.search(r'Test unit written to (\S+)', text)
        if artifact:
            path = Path(artifact[1])
            result.trouble = path.name.split('-')[0]
            summary = re.search(r'^SUMMARY: .*', text, re.M)
            cause = re.search(r'^.*(?:Fatal error|Precondition failed).*', text, re.M)
            result.detail = '\n'.join([
                *(match[0] for match in (summary, cause) if match),
                f'input: {path.read_bytes()[:256].hex()}',
                f'again: {" ".join(f"{k}={v}" for k, v in QUIET.items())}'
                f' {self.scratch / result.target} {path}'])
        elif code != 0:
            result.trouble = f'exit {code}'
            result.detail = text[-1500:]
        elif result.executions == 0:
            result.trouble = 'executed nothing'


def show(results):
    print(f'{"target":<22}{"executions":>12}{"exec/s":>9}{"coverage":>10}{"corpus":>8}  result')
    for r in results:
        print(f'{r.target:<22}{r.executions:>12}{r.rate:>9}{r.coverage:>10}{r.corpus:>8}  '
              + (f'FAILED: {r.trouble}' if r.trouble else 'ok'))
        for line in r.detail.splitlines():
            print('    ' + line)
    failed = sum(1 for r in results if r.trouble)
    print(f'{len(results) - failed} passed, {failed} failed')
    return 1 if failed or not results else 0


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--seconds', type=int, default=60)
    parser.add_argument('--jobs', type=int, default=2, help='targets that run at a time')
    parser.add_argument('--package', type=Path, default=HERE)
    parser.add_argument('--scratch', type=Path, default=tree.BUILD / 'fuzz')
    parser.add_argument('targets', nargs='*')
    options = parser.parse_args(arguments)
    fuzzing = Fuzzing(options.package.resolve(), options.scratch.resolve(), options.seconds)
    targets = options.targets or fuzzing.targets()
    unknown = set(targets) - set(fuzzing.targets())
    if unknown:
        parser.error(f'no such target: {", ".join(sorted(unknown))}')
    stale.refresh(fuzzing.scratch)
    results, built = [], []
    # All at once is much faster; one by one tells which target it is that does not build.
    log = fuzzing.scratch / 'logs/all.build.log'
    is_compiled = not options.targets and fuzzing.compile(log) == 0
    for target in targets:
        trouble = fuzzing.build(target, is_compiled)
        if trouble:
            results.append(Result(target, trouble='does not build', detail=trouble))
        else:
            built.append(target)
    with ThreadPoolExecutor(options.jobs) as pool:
        results += pool.map(fuzzing.run, built)
    return show(results)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
