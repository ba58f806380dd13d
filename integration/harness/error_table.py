"""The errors that the reference lists against those that a guest provoked.

The test program notes every result code of every call and writes the notes at its end; what they
are compared with is integration/checks/errors.py.
"""

import sys
from dataclasses import replace
from pathlib import Path

from harness.judge import State, Verdict

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "checks"))
import errors  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
SHOWN = 8


def judged(verdict: Verdict, lines: list[str], root: Path = ROOT) -> Verdict:
    """A good verdict, unless the notes in the lines leave an error out."""
    trouble = list(errors.trouble(root, "target", lines))
    if verdict.state is not State.OK or not trouble:
        return verdict
    text = ", ".join(trouble[:SHOWN]) + (", ..." if len(trouble) > SHOWN else "")
    return replace(
        verdict, state=State.GUEST_TESTS, detail=f"{len(trouble)} errors not provoked: {text}")
