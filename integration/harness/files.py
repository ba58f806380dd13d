"""Writing files so that a reader never sees half of one."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

Extent = tuple[int, bytes]


def write_sparse(path: Path, size: int, extents: Iterable[Extent]) -> None:
    """Writes a file of `size` bytes that is zero outside `extents`; replaces `path` at the end.

    The holes take no space, so that every scenario can have a disk of its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.truncate(size)
            for offset, data in extents:
                if offset < 0 or offset + len(data) > size:
                    raise ValueError(f"extent at {offset} with {len(data)} bytes leaves the file")
                file.seek(offset)
                file.write(data)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a whole file; replaces `path` at the end."""
    write_sparse(path, len(data), [(0, data)])
