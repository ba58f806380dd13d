"""The second writer of boot.img, the signer beside it, and the mutations built on them."""

import hashlib
import struct
import tempfile
import unittest
from pathlib import Path

from support import SEED, elf, image

from harness import bootimage, ed25519, elf_edit, test_keys
from harness.mutations import Keys, MutationError, Operation, mutated

KEYS = Keys({"dev": SEED, "unknown": test_keys.UNKNOWN_SEED})


class Ed25519Tests(unittest.TestCase):
    # RFC 8032, section 7.1, tests 1 and 2.
    VECTORS = (
        ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
         "1cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
         "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"))

    def test_vectors_of_the_rfc(self) -> None:
        for seed, public, message, signature in self.VECTORS:
            self.assertEqual(ed25519.public_key(bytes.fromhex(seed)).hex(), public)
            found = ed25519.sign(bytes.fromhex(seed), bytes.fromhex(message))
            self.assertEqual(found.hex(), signature)

    def test_key_file_must_be_exact(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "key"
            good = f"erix-ed25519-private-v1 {SEED.hex()}\n"
            path.write_text(good)
            self.assertEqual(ed25519.read_seed(path), SEED)
            for bad in (good[:-1], good + "\n", good.upper(), good[:-3] + "\n"):
                path.write_text(bad)
                self.assertRaises(ValueError, ed25519.read_seed, path)


    def test_stand_in_for_a_release_key_is_a_pair_and_written_once(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            test_keys.write_pair(Path(name))
            seed = ed25519.read_seed(Path(name) / "release.key")
            public = (Path(name) / "release.pub").read_text()
            self.assertEqual(public.split()[1:], [ed25519.public_key(seed).hex(), "release"])
            before = (Path(name) / "release.key").stat().st_ino
            test_keys.write_pair(Path(name))
            self.assertEqual((Path(name) / "release.key").stat().st_ino, before)


class BootImageTests(unittest.TestCase):
    def test_what_is_encoded_can_be_taken_apart(self) -> None:
        found = bootimage.parse(bootimage.encode(image(), SEED))
        self.assertEqual(found.sections, image().sections)
        self.assertEqual((found.profile, found.version), (3, 5))

    def test_parts_stand_where_the_reference_says(self) -> None:
        file = bootimage.encode(image(), SEED)
        count = len(image().sections)
        signature = 128 + 96 * count + 96
        self.assertEqual(len(file) % 4096, 0)
        self.assertEqual(struct.unpack_from("<I", file, 40)[0], signature)
        self.assertEqual(struct.unpack_from("<Q", file, 56)[0], len(file))
        self.assertEqual(file[64:96], hashlib.sha256(ed25519.public_key(SEED)).digest())
        self.assertEqual(file[signature:signature + 64], ed25519.sign(SEED, file[:signature]))
        self.assertEqual(
            file[128 + 96 * count + 16:][:32], hashlib.sha256(file[128:128 + 96 * count]).digest())

    def test_sections_are_found_by_family_and_name(self) -> None:
        self.assertEqual(image().index("service"), 2)
        self.assertEqual(image().index("blob:console-font"), 4)
        for wanted in ("driver", "blob:other", "nothing"):
            self.assertRaises(bootimage.ImageError, image().index, wanted)


class ElfEditTests(unittest.TestCase):
    def test_header_field_is_set(self) -> None:
        self.assertEqual(elf_edit.read_field(
            elf_edit.edited(elf(), {"field": "e_machine", "value": 3}), "e_machine"), 3)

    def test_segments_are_counted_among_the_loadable(self) -> None:
        changed = elf_edit.edited(elf(), {"field": "p_flags", "segment": 1, "value": 7})
        self.assertEqual(elf_edit.read_field(changed, "p_flags", 1), 7)
        self.assertEqual(elf_edit.read_field(changed, "p_flags", 0), 5)

    def test_value_can_come_from_another_field(self) -> None:
        value = {"field": "p_vaddr", "segment": 0, "add": 16}
        changed = elf_edit.edited(elf(), {"field": "p_vaddr", "segment": 1, "value": value})
        self.assertEqual(elf_edit.read_field(changed, "p_vaddr", 1), 0x1010)

    def test_unknown_field_and_segment_are_errors(self) -> None:
        self.assertRaises(elf_edit.ElfError, elf_edit.read_field, elf(), "e_other")
        self.assertRaises(elf_edit.ElfError, elf_edit.read_field, elf(), "p_flags", 2)


    def test_trap_stands_where_the_address_is_loaded(self) -> None:
        file = elf()
        changed = elf_edit.with_trap(file, 0x1004)
        self.assertEqual(changed, file[:4] + b"\x0f\x0b" + file[6:])
        for address in (0xFFF, 0x100F, 0x2000):
            with self.subTest(address=address), self.assertRaises(elf_edit.ElfError):
                elf_edit.with_trap(file, address)

    def test_symbol_that_is_not_there_is_an_error(self) -> None:
        with self.assertRaises(elf_edit.ElfError):
            elf_edit.symbol_address(elf(), "main")


class MutationTests(unittest.TestCase):
    FILE = bootimage.encode(image(), SEED)

    def apply(self, *operations: Operation) -> bytes:
        result = mutated(self.FILE, list(operations), KEYS)
        self.assertIsNotNone(result)
        return result or b""

    def assert_signed(self, file: bytes, seed: bytes = SEED) -> None:
        offset = struct.unpack_from("<I", file, 40)[0]
        self.assertEqual(file[offset:offset + 64], ed25519.sign(seed, file[:offset]))

    def names(self, *operations: Operation) -> list[str]:
        file = self.apply(*operations)
        self.assert_signed(file)
        return [section.name for section in bootimage.parse(file).sections]

    def test_nothing_changes_without_operations(self) -> None:
        self.assertTrue(self.apply() == self.FILE)

    def test_sections_are_dropped_duplicated_and_swapped(self) -> None:
        self.assertEqual(
            self.names({"op": "drop", "section": "kernel"}, {"op": "swap", "section": "root-task"},
                       {"op": "duplicate", "section": "boot-config"}),
            ["memd", "rootd", "boot-config", "boot-config", "console-font"])

    def test_payload_is_cut_and_filled(self) -> None:
        file = self.apply(
            {"op": "cut", "section": "boot-config", "size": 4},
            {"op": "fill", "section": "boot-config", "bytes": "00"},
            {"op": "fill", "section": "boot-config", "offset": 2, "bytes": "3132"})
        self.assertEqual(bootimage.parse(file).sections[3].data, b"\0o12")

    def test_bytes_of_a_payload_are_exchanged_where_they_stand_once(self) -> None:
        file = self.apply(
            {"op": "exchange", "section": "boot-config", "find": "6f6e", "bytes": "4f4e"})
        self.assert_signed(file)
        self.assertEqual(bootimage.parse(file).sections[3].data, b"cONfig")
        with self.assertRaises(MutationError):
            self.apply({"op": "exchange", "section": "boot-config", "find": "00", "bytes": "01"})

    def test_manifest_changes_and_is_signed(self) -> None:
        file = self.apply({"op": "manifest", "version": 1, "profile": "dev"})
        self.assert_signed(file)
        self.assertEqual(bootimage.parse(file).version, 1)
        self.assertEqual(bootimage.parse(file).profile, 1)

    def test_elf_in_a_section_changes(self) -> None:
        file = self.apply({"op": "elf", "section": "kernel", "field": "e_machine", "value": 3})
        self.assertEqual(
            elf_edit.read_field(bootimage.parse(file).sections[0].data, "e_machine"), 3)

    def test_other_keys_sign(self) -> None:
        self.assert_signed(self.apply({"op": "key", "name": "unknown"}), test_keys.UNKNOWN_SEED)
        unsigned = self.apply({"op": "key", "name": "none"})
        self.assertTrue(unsigned == bootimage.encode(image(), None))

    def test_bytes_change_and_stay_unsigned(self) -> None:
        flipped = self.apply({"op": "flip", "part": "boot-config", "offset": 2, "mask": 0x80})
        differing = [at for at, byte in enumerate(flipped) if byte != self.FILE[at]]
        self.assertEqual(len(differing), 1)
        self.assertEqual(differing[0] % 4096, 2)
        overwritten = self.apply({"op": "set", "part": "table", "offset": 8, "bytes": "4142"})
        self.assertEqual(overwritten[136:138], b"AB")

    def test_bytes_can_be_signed_again(self) -> None:
        file = self.apply(
            {"op": "flip", "part": "manifest", "offset": 20}, {"op": "sign", "name": "dev"})
        self.assert_signed(file)

    def test_bytes_are_replaced_where_they_are_found(self) -> None:
        operation = {"op": "replace", "find": b"ERIXBIMG".hex(), "bytes": b"12345678".hex()}
        self.assertEqual(self.apply(operation)[:10], b"12345678\1\0")

    def test_file_is_cut_extended_and_removed(self) -> None:
        self.assertTrue(self.apply({"op": "truncate", "size": 100}) == self.FILE[:100])
        self.assertTrue(self.apply({"op": "truncate", "size": -1}) == self.FILE[:-1])
        self.assertTrue(self.apply({"op": "append", "bytes": "00"}) == self.FILE + b"\0")
        self.assertIsNone(mutated(self.FILE, [{"op": "remove"}], KEYS))

    def test_operations_that_do_not_fit_are_errors(self) -> None:
        bad: list[Operation] = [
            {"op": "explode"}, {"op": "flip", "part": "header"}, {"op": "key", "name": "other"},
            {"op": "flip", "part": "header", "offset": 1 << 40},
            {"op": "set", "part": "file", "offset": len(self.FILE), "bytes": "00"},
            {"op": "elf", "section": "kernel", "field": "p_flags", "segment": 9, "value": 0},
            {"op": "fill", "section": "boot-config", "offset": 6, "bytes": "00"},
            {"op": "replace", "find": "00", "bytes": "01"},
            {"op": "replace", "find": b"ERIXBIMG".hex(), "bytes": ""},
            {"op": "swap", "section": "blob"}, {"op": "manifest", "profile": "other"}]
        for operation in bad:
            with self.subTest(operation=operation), self.assertRaises(MutationError):
                mutated(self.FILE, [operation], KEYS)


if __name__ == "__main__":
    unittest.main()
