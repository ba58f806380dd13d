"""Boots a disk for a person: `make run` and `make debug`.

Serial port and emulator monitor share the terminal: Ctrl-A X ends, Ctrl-A C switches between them.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from harness import elf_edit
from harness.emulator import stop
from harness.machine import MachineError, command, require_emulator
from harness.scenario import Machine

DEBUGGER_SCRIPT = Path("integration/debug/erix.gdb")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="harness.console", description="Boots a disk image.")
    parser.add_argument("--disk", type=Path, required=True)
    parser.add_argument("--memory", type=int, default=512, help="in MiB")
    parser.add_argument("--cpus", type=int, default=1)
    parser.add_argument("--headless", action="store_true", help="no window")
    parser.add_argument(
        "--secure-boot", action="store_true", help="firmware that checks the loader")
    parser.add_argument("--symbols", type=Path, help="wait for gdb and start it with this ELF file")
    parser.add_argument(
        "--gdb-option", action="append", default=[], help="one more option for gdb")
    parser.add_argument("emulator_options", nargs="*", help="after --: more options for QEMU")
    return parser.parse_args(arguments)


def _line(options: argparse.Namespace, folder: Path) -> list[str]:
    machine = Machine(
        memory_mib=options.memory, cpus=options.cpus, secure_boot=options.secure_boot)
    line = command(machine, options.disk, folder, require_emulator())
    # Outside the harness nothing listens for an exit code, so there is no debug exit: the guest
    # halts, and what is on the screen stays.
    line += ["-display", "none"] if options.headless else []
    return [*line, *options.emulator_options]


def _debug(line: list[str], folder: Path, options: argparse.Namespace) -> int:
    """Starts the emulator halted and gdb on it; the emulator ends with gdb."""
    socket, serial = folder / "gdb.sock", folder / "debug-serial.log"
    socket.unlink(missing_ok=True)
    entry = elf_edit.read_field(options.symbols.read_bytes(), "e_entry")
    line += [
        "-S", "-chardev", f"socket,path={socket},server=on,wait=off,id=gdb", "-gdb", "chardev:gdb",
        "-serial", f"file:{serial}"]
    print(f"serial output: {serial}", flush=True)
    emulator = subprocess.Popen(line, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        gdb = [
            "gdb", "-q", "-x", str(DEBUGGER_SCRIPT), "-ex", f"set $erix_entry = {entry:#x}",
            "-ex", f"erix-attach {socket}", *options.gdb_option, str(options.symbols)]
        return subprocess.run(gdb, check=False).returncode
    finally:
        stop(emulator)


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    folder = options.disk.parent / "console"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        line = _line(options, folder)
        if options.symbols is not None:
            return _debug(line, folder, options)
    except (OSError, MachineError) as error:
        print(f"console: {error}", file=sys.stderr)
        return 1
    print("Ctrl-A X ends the emulator, Ctrl-A C opens its monitor.", flush=True)
    os.execvp(line[0], [*line, "-serial", "mon:stdio"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
