"""The disk image, read back by the rules of the specifications and by the system's tools."""

import shutil
import struct
import subprocess
import tempfile
import unittest
import uuid
import zlib
from pathlib import Path

import support  # noqa: F401 (sets the import path)

from harness import disk, fat32
from harness.files import write_sparse

LOADER, IMAGE = b"MZ" + bytes(1500), bytes(range(256)) * 33


class DiskTests(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.path = Path(holder.name) / "disk.img"
        disk.write_disk(self.path, LOADER, IMAGE)
        self.data = self.path.read_bytes()

    def run_tool(self, *command: str) -> str:
        if shutil.which(command[0]) is None:
            self.skipTest(f"{command[0]} is not installed")
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def volume(self) -> bytes:
        first, last = struct.unpack_from("<QQ", self.data, 2 * 512 + 32)
        return self.data[first * 512:(last + 1) * 512]

    def test_both_tables_have_right_checksums(self) -> None:
        last = len(self.data) // 512 - 1
        for own, other in ((1, last), (last, 1)):
            header = bytearray(self.data[own * 512:own * 512 + 92])
            checksum, = struct.unpack_from("<I", header, 16)
            header[16:20] = bytes(4)
            self.assertEqual(zlib.crc32(header), checksum)
            self.assertEqual(struct.unpack_from("<QQ", header, 24), (own, other))
            entries, count, size, table = struct.unpack_from("<QIII", header, 72)
            found = self.data[entries * 512:entries * 512 + count * size]
            self.assertEqual(zlib.crc32(found), table)

    def test_partition_is_an_efi_system_partition(self) -> None:
        kind = uuid.UUID(bytes_le=self.data[1024:1040])
        self.assertEqual(str(kind), "c12a7328-f81f-11d2-ba4b-00a0c93ec93b")

    def test_equal_contents_give_equal_disks(self) -> None:
        again = self.path.with_name("again.img")
        disk.write_disk(again, LOADER, IMAGE)
        self.assertTrue(again.read_bytes() == self.data)

    def test_identifiers_differ_with_contents(self) -> None:
        other = self.path.with_name("other.img")
        disk.write_disk(other, LOADER, IMAGE + b"\0")
        changed = other.read_bytes()
        self.assertNotEqual(changed[512 + 56:512 + 72], self.data[512 + 56:512 + 72])
        self.assertNotEqual(changed[1040:1056], self.data[1040:1056])

    def test_volume_is_fat32_by_its_cluster_count(self) -> None:
        volume = self.volume()
        reserved, = struct.unpack_from("<H", volume, 14)
        sectors, fat_sectors = struct.unpack_from("<II", volume, 32)
        self.assertGreaterEqual(sectors - reserved - 2 * fat_sectors, 65525)
        self.assertGreaterEqual(fat_sectors * 128, sectors - reserved - 2 * fat_sectors + 2)

    def test_partition_table_is_found_good_by_sgdisk(self) -> None:
        self.assertIn("No problems found", self.run_tool("sgdisk", "-v", str(self.path)))

    def test_volume_is_found_good_by_fsck(self) -> None:
        path = self.path.with_name("volume.img")
        path.write_bytes(self.volume())
        self.assertIn("6 files", self.run_tool("fsck.fat", "-n", str(path)))

    def test_files_are_read_back_by_mtools(self) -> None:
        copy = self.path.with_name("copy")
        self.run_tool("mcopy", "-i", f"{self.path}@@1M", "::EFI/ERIX/boot.img", str(copy))
        self.assertTrue(copy.read_bytes() == IMAGE)

    def test_disk_without_boot_image_has_only_the_loader(self) -> None:
        disk.write_disk(self.path, LOADER, None)
        self.assertEqual(self.data.count(b"BOOT    IMG"), 1)
        self.assertEqual(self.path.read_bytes().count(b"BOOT    IMG"), 0)


class FatTests(unittest.TestCase):
    def build(self, files: dict[str, bytes]) -> fat32.Volume:
        return fat32.build_volume(files, 1, "TEST", 0)

    def test_names_must_be_short(self) -> None:
        self.assertEqual(fat32.short_name("boot.img"), b"BOOT    IMG")
        for name in ("", "toolongname", "a.long", ".img", "a.", "a b", "ä"):
            self.assertRaises(fat32.FatError, fat32.short_name, name)

    def test_one_name_for_two_things_is_refused(self) -> None:
        for files in ({"a": b"", "A": b""}, {"a": b"", "a/b": b""}):
            self.assertRaises(fat32.FatError, self.build, files)

    def test_empty_file_has_no_cluster(self) -> None:
        extents = dict(self.build({"A": b""}).extents)
        root = extents[max(extents)]
        self.assertEqual(root[32:43], b"A          ")
        self.assertEqual(struct.unpack_from("<H4xHI", root, 32 + 20), (0, 0, 0))

    def test_volume_grows_with_its_files(self) -> None:
        small, large = self.build({"A": b"x"}), self.build({"A": bytes(40 << 20)})
        self.assertEqual(small.sector_count * 512 >> 20, 32)
        self.assertGreater(large.sector_count * 512, 40 << 20)


class FileTests(unittest.TestCase):
    def test_failed_write_leaves_the_old_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            path.write_bytes(b"old")
            with self.assertRaises(ValueError):
                write_sparse(path, 4, [(2, b"new")])
            self.assertEqual(path.read_bytes(), b"old")
            self.assertEqual(len(list(Path(folder).iterdir())), 1)


if __name__ == "__main__":
    unittest.main()
