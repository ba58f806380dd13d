"""Builds the tree twice from nothing, in folders of different name and length, and compares.

    python3 -m harness.reproducible [--profile NAME]…

What is compared is what a user installs. Copies hold the files under version control and new ones
that are not ignored, as they are now, so that the check also works before a commit.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PRODUCTS = ("BOOTX64.EFI", "kernel.elf", "boot.img", "disk.img")
FOLDERS = ("a", "another-folder/with-a-longer-name")
TIME_LIMIT_SECONDS = 1700


class BuildError(RuntimeError):
    """A build failed; the message ends with its output."""


def copy_tree(root: Path, target: Path) -> None:
    """Copies what belongs to the source tree."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=root, check=True,
        capture_output=True).stdout
    for name in sorted(set(os.fsdecode(listing).split("\0")) - {""}):
        source = root / name
        if source.is_symlink() or source.is_file():
            destination = target / name
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, destination, follow_symlinks=False)


def build(folder: Path, profiles: list[str]) -> None:
    """Makes the images of all profiles in a copy."""
    for profile in profiles:
        command = ["make", "image", f"PROFILE={profile}", "BUILD=build"]
        # A make above this one must not hand its own settings down.
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        result = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIME_LIMIT_SECONDS)
        if result.returncode != 0:
            raise BuildError(f"{' '.join(command)} failed:\n{result.stdout[-4000:]}")


def digest(path: Path) -> str:
    """SHA-256 of a file, or a word that says that it is not there."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"


def compare(first: Path, second: Path, profiles: list[str]) -> list[str]:
    """One line for each product that differs or is missing; prints all."""
    differences = []
    for profile in profiles:
        for product in PRODUCTS:
            name = f"build/{profile}/{product}"
            digests = [digest(folder / name) for folder in (first, second)]
            same = digests[0] == digests[1] != "missing"
            print(f"{name:<28} {digests[0][:16]} {digests[1][:16]} {'same' if same else 'DIFFERS'}")
            if not same:
                differences.append(name)
    return differences


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="harness.reproducible", description="Builds twice and compares.")
    parser.add_argument("--root", type=Path, default=Path("."))
    parser.add_argument("--profile", action="append", choices=("dev", "smoke", "release"))
    options = parser.parse_args(arguments)
    profiles = options.profile or ["dev"]
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="erix-reproducible-") as holder:
        folders = [Path(holder) / name for name in FOLDERS]
        try:
            for folder in folders:
                copy_tree(options.root, folder)
            # Most of a build runs on one processor, so two at a time take little longer than one.
            with ThreadPoolExecutor(max_workers=len(folders)) as pool:
                list(pool.map(lambda folder: build(folder, profiles), folders))
        except (OSError, BuildError, subprocess.SubprocessError) as error:
            print(f"reproducible: {error}", file=sys.stderr)
            return 1
        differences = compare(folders[0], folders[1], profiles)
    print(f"{len(differences)} differences, {time.monotonic() - begin:.0f} s")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
