"""panic.py against a small program with line tables: registers and source lines of a report."""

import contextlib
import io
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from debug import panic  # noqa: E402 (the import path comes first)
from harness import elf_edit  # noqa: E402

TEXT = '''static int inner(int a) { return a / 3; }
__attribute__((noinline)) int middle(int a) { return inner(a) + 1; }
int outer(int a) {
  return middle(a) * 2;
}
'''


class PanicTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        folder = Path(holder.name)
        source, cls.file = folder / "a.c", folder / "a.elf"
        source.write_text(TEXT)
        clang = Path(panic.symbolizer()).with_name("clang")
        subprocess.run(
            [str(clang) if clang.is_file() else "clang", "--target=x86_64-unknown-none-elf", "-O1",
             "-gline-tables-only", "-nostdlib", "-static", "-fuse-ld=lld", "-Wl,-e,outer",
             str(source), "-o", str(cls.file)], check=True, capture_output=True)

    def address(self, name: str) -> int:
        return elf_edit.symbol_address(self.file.read_bytes(), name)

    def report(self, log: str) -> tuple[int, list[str]]:
        path = self.file.with_name("log")
        path.write_text(log)
        with contextlib.redirect_stdout(io.StringIO()) as output:
            code = panic.main(str(self.file), str(path))
        return code, output.getvalue().splitlines()

    def test_registers_have_their_names(self) -> None:
        lines = "".join(f"ERIX_KERNEL:PANIC_REGISTER:{number:x}\r\n" for number in range(22))
        code, found = self.report(
            f"noise\n{lines}ERIX_KERNEL:PANIC_FRAME:{self.address('outer'):x}\n")
        self.assertEqual(code, 0)
        self.assertEqual(found[0], "rax    0000000000000000")
        self.assertEqual(found[15:18], [
            "vector 000000000000000f", "error  0000000000000010", "rip    0000000000000011"])
        self.assertEqual(found[21], "ss     0000000000000015")

    def test_the_instruction_and_its_callers_have_lines(self) -> None:
        middle, outer = self.address("middle"), self.address("outer")
        # A return address that begins the next function belongs to the one before it.
        frames = "".join(f"ERIX_KERNEL:PANIC_FRAME:{at:x}\n" for at in (middle, outer))
        code, found = self.report(frames)
        self.assertEqual(code, 0)
        text = "\n".join(found)
        self.assertRegex(text, r"middle at .*a\.c:[12]")
        self.assertNotIn("outer at", text)

    def test_a_log_without_a_panic(self) -> None:
        self.assertEqual(self.report("ERIX_KERNEL:CPL3\n"), (1, ["no panic in the log"]))


if __name__ == "__main__":
    unittest.main()
