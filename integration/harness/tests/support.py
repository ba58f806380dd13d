"""What the tests share: the import path, a small ELF file, a small image, a build folder."""

import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from harness import bootimage  # noqa: E402 (the import path comes first)

SEED = bytes(range(32))
FAKE_EMULATOR = Path(__file__).with_name("fake_emulator.py")


def elf() -> bytes:
    """An ELF64 file with two loadable segments and a note between them."""
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, 0x1000, 64, 0, 0, 64, 56, 3, 0, 0, 0)
    kinds = ((1, 5, 0x1000), (4, 4, 0), (1, 6, 0x3000))
    segments = b"".join(
        struct.pack("<IIQQQQQQ", kind, flags, 0, address, address, 16, 16, 4096)
        for kind, flags, address in kinds)
    return header + segments


def image() -> bootimage.Image:
    """An image with one section of each family."""
    sections = [
        bootimage.Section(1, 0, "kernel", elf()),
        bootimage.Section(2, 0, "rootd", elf() + bytes(5000)),
        bootimage.Section(3, 7, "memd", b"memd"),
        bootimage.Section(5, 0, "boot-config", b"config"),
        bootimage.Section(6, 0, "console-font", bytes(4096))]
    return bootimage.Image(3, 5, None, sections)


def make_build(folder: Path) -> tuple[Path, Path]:
    """A build folder with loaders and images of all profiles, and a key file beside it."""
    key = folder / "dev.key"
    key.write_text(f"erix-ed25519-private-v1 {SEED.hex()}\n", encoding="ascii")
    for profile in bootimage.PROFILES:
        place = folder / "build" / profile
        place.mkdir(parents=True)
        (place / "BOOTX64.EFI").write_bytes(b"MZ" + profile.encode("ascii"))
        (place / "boot.img").write_bytes(bootimage.encode(image(), SEED))
    return folder / "build", key
