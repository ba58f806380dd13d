"""The emulator's command line, and the firmware that goes with it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from harness.files import write_bytes
from harness.scenario import Machine

EMULATOR = "qemu-system-x86_64"
FIRMWARE_FOLDER = Path("/usr/share/OVMF")


class MachineError(RuntimeError):
    """Something that the emulator needs is not installed."""


@dataclass(frozen=True)
class Firmware:
    """Code and the template of the variable store."""

    code: Path
    variables: Path


def firmware(secure_boot: bool) -> Firmware:
    """Debian's OVMF; for Secure Boot with the enrolled test key that Debian calls snakeoil."""
    code = "OVMF_CODE_4M.secboot.fd" if secure_boot else "OVMF_CODE_4M.fd"
    variables = "OVMF_VARS_4M.snakeoil.fd" if secure_boot else "OVMF_VARS_4M.fd"
    found = Firmware(FIRMWARE_FOLDER / code, FIRMWARE_FOLDER / variables)
    if not (found.code.exists() and found.variables.exists()):
        raise MachineError(f"{found.code}: not there; run integration/testing/ensure_tools.sh ovmf")
    return found


def require_emulator(name: str = EMULATOR) -> str:
    """The path of the emulator."""
    path = shutil.which(name)
    if path is None:
        raise MachineError(
            f"{name}: not there; run integration/testing/ensure_tools.sh qemu-system-x86")
    return path


def command(
    machine: Machine, disk: Path, folder: Path, emulator: str = EMULATOR, restarts: bool = False,
) -> list[str]:
    """The machine without consoles. Copies the variable store into `folder`.

    A reset ends the emulator, unless the machine `restarts`.

    Software emulation always, so that results do not depend on the host's processor.
    """
    files = firmware(machine.secure_boot)
    variables = folder / "variables.fd"
    write_bytes(variables, files.variables.read_bytes())
    board = "q35,smm=on" if machine.secure_boot else "q35"
    line = [
        emulator, "-nodefaults", "-machine", board, "-accel", "tcg", "-cpu", machine.cpu,
        "-m", str(machine.memory_mib), "-smp", str(machine.cpus), "-vga", "std",
        *([] if restarts else ["-no-reboot"]),
        "-drive", f"if=pflash,format=raw,readonly=on,file={files.code}",
        "-drive", f"if=pflash,format=raw,file={variables}",
        "-drive", f"if=none,id=esp,format=raw,readonly=on,file={disk}",
        "-device", "virtio-blk-pci,drive=esp,bootindex=0"]
    if machine.secure_boot:
        line += ["-global", "driver=cfi.pflash01,property=secure,value=on"]
    if machine.icount:
        line += ["-icount", "shift=0,sleep=off", "-rtc", "clock=vm"]
    return [*line, *machine.arguments]


def logged_serial(serial: Path) -> list[str]:
    """The serial port into a file; nobody types."""
    return ["-chardev", f"file,id=serial,path={serial}", "-serial", "chardev:serial"]


def logged_debug(debug: Path) -> list[str]:
    """No display, the debug console into a file, and the exit that reports the guest's code."""
    return [
        "-display", "none",
        "-chardev", f"file,id=debug,path={debug}",
        "-device", "isa-debugcon,iobase=0xe9,chardev=debug",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
