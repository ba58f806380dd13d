"""The two-folder check on a toy tree: it copies what belongs to it and sees any difference."""

import contextlib
import io
import subprocess
import tempfile
import unittest
from pathlib import Path

import support  # noqa: F401 (sets the import path)

from harness import reproducible

MAKEFILE = """image:
\tmkdir -p $(BUILD)/$(PROFILE)
\tfor name in BOOTX64.EFI kernel.elf boot.img; do cp source $(BUILD)/$(PROFILE)/$$name; done
\t{recipe}
"""


class ReproducibleTests(unittest.TestCase):
    def check(self, recipe: str) -> tuple[int, str]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            subprocess.run(["git", "init", "-q", name], check=True)
            (folder / ".gitignore").write_text("build/\nsecret\n")
            (folder / "secret").write_text("must not be copied")
            (folder / "source").write_text("data")
            (folder / "Makefile").write_text(MAKEFILE.format(recipe=recipe))
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                code = reproducible.main(["--root", name])
            return code, output.getvalue()

    def test_equal_builds_pass(self) -> None:
        code, output = self.check("cp source $(BUILD)/dev/disk.img; test ! -e secret")
        self.assertEqual(code, 0, output)
        self.assertEqual(output.count(" same"), 4)

    def test_folder_name_in_a_product_is_seen(self) -> None:
        code, output = self.check("pwd > $(BUILD)/dev/disk.img")
        self.assertEqual(code, 1)
        self.assertRegex(output, r"disk.img .* DIFFERS")

    def test_missing_product_is_seen(self) -> None:
        code, output = self.check("true")
        self.assertEqual(code, 1)
        self.assertRegex(output, "disk.img +missing +missing +DIFFERS")

    def test_failed_build_is_reported_with_its_output(self) -> None:
        code, output = self.check("echo the reason; false")
        self.assertEqual(code, 1)
        self.assertIn("the reason", output)


if __name__ == "__main__":
    unittest.main()
