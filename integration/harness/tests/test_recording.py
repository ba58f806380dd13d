"""What a recorded session shows."""

import unittest
import xml.etree.ElementTree as tree

import support  # noqa: F401 (the import path)

from harness.recording import Screen, picture, transcript


class ScreenTests(unittest.TestCase):
    def shown(self, text: str) -> list[str]:
        screen = Screen()
        screen.feed(text)
        return screen.lines

    def test_a_line_that_is_edited_is_shown_as_it_ended(self) -> None:
        self.assertEqual(self.shown("ab\b\x1b[Kc\r\nd"), ["ac", "d"])
        self.assertEqual(self.shown("erix> x\r\x1b[Kerix> ps"), ["erix> ps"])
        self.assertEqual(self.shown("abc\x1b[2DX\x1b[1;32mY\x1b[0m"), ["aXY"])

    def test_a_cleared_page_leaves_the_lines_above(self) -> None:
        self.assertEqual(
            self.shown("old\r\n\x1b[2J\x1b[Hone\r\n\x1b[Htwo"), ["old", "", "two", ""])

    def test_the_session_begins_with_the_first_prompt(self) -> None:
        self.assertEqual(
            transcript(b"ERIX_KERNEL:X\r\nerix> ps\r\n a<b \r\nerix> \r\n\r\n"),
            ["erix> ps", " a<b", "erix>"])


class PictureTests(unittest.TestCase):
    def test_every_line_is_drawn_and_appears_in_its_turn(self) -> None:
        root = tree.fromstring(picture(["erix> ps", "a<b & c", "", *["x"] * 40]))
        texts = root.findall(".//{http://www.w3.org/2000/svg}text")
        self.assertEqual(len(texts), 42)
        self.assertEqual("".join(texts[1].itertext()), "a<b & c")
        times = [float(text[-1].attrib["dur"][:-1]) for text in texts]
        self.assertEqual(times, sorted(times))

    def test_the_same_text_gives_the_same_picture(self) -> None:
        self.assertEqual(picture(["erix> a", "b"]), picture(["erix> a", "b"]))


if __name__ == "__main__":
    unittest.main()
