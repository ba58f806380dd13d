"""What a boot configuration declares: its services and their capabilities, read and written.

docs/reference/boot-config.md has the form. The names are those of the golden file of the ABI, which
lib-capabi's tests compare with the code.
"""

import struct
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

MAGIC = b"ERIXBCFG"
FIXED = 112
FIXED_SIZE = 88
# Services, dependencies, peer edges, capabilities, faces.
ENTRY_SIZES = (72, 8, 16, 32, 24)
# Where a service has first entry and count of its run in tables 1 to 4; the rest is its own.
RUNS = 56
CAPABILITY = struct.Struct("<IHHIHHQII")
EDGE = struct.Struct("<HBxIQ")
ACQUIRED = 1
CUSTODY = 2
LAUNCHES = ("", "kernel", "rootd", "procd", "driver", "program")
GOLDEN = Path(__file__).resolve().parents[2] / "lib-capabi/Tests/CapABITests/Golden/abi.txt"


class DeclarationError(ValueError):
    """Data that is no boot configuration, or an entry that does not fit it."""


@cache
def names(kind: str) -> dict[str, int]:
    """Numbers by name: `type`, `right`, `role`."""
    rows = (line.split() for line in GOLDEN.read_text(encoding="utf-8").splitlines())
    return {row[2]: int(row[1], 0) for row in rows if len(row) > 2 and row[0] == kind}


@cache
def _texts(kind: str) -> dict[int, str]:
    return {number: name for name, number in names(kind).items()}


def text(kind: str, number: int) -> str:
    """The name of a number, or the number itself."""
    return _texts(kind).get(number, f"{kind} {number:#x}")


def role_text(number: int) -> str:
    """The name of a role; programs have their number in it."""
    return f"program-{number:04x}" if 0x1000 <= number < 0x2000 else text("role", number)


def rights_text(rights: int) -> str:
    """The names of rights."""
    bits = [name for name, bit in names("right").items() if name != "all" and rights & bit]
    return "+".join(bits) or "no rights"


@dataclass(frozen=True)
class Capability:
    """One row of table 3."""

    slot: int
    type: int
    family: int = 0
    rights: int = 0
    peer: int = 0
    badge: int = 0
    count: int = 1
    flags: int = 0

    @staticmethod
    def decode(data: bytes) -> "Capability":
        slot, kind, family, rights, peer, _, badge, count, flags = CAPABILITY.unpack(data)
        return Capability(slot, kind, family, rights, peer, badge, count, flags)

    def encode(self) -> bytes:
        return CAPABILITY.pack(
            self.slot, self.type, self.family, self.rights, self.peer, 0, self.badge, self.count,
            self.flags)

    @property
    def is_acquired(self) -> bool:
        return bool(self.flags & ACQUIRED)

    @property
    def slots(self) -> range:
        return range(self.slot, self.slot + self.count)


@dataclass(frozen=True)
class Service:
    """One service with its rows."""

    own: bytes
    dependencies: tuple[bytes, ...] = ()
    edges: tuple[bytes, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    faces: tuple[bytes, ...] = ()

    @property
    def role(self) -> str:
        return role_text(struct.unpack_from("<H", self.own)[0])

    @property
    def launch(self) -> str:
        return LAUNCHES[self.own[2]]

    @property
    def slot_count(self) -> int:
        return struct.unpack_from("<I", self.own, 24)[0]

    @property
    def syscalls(self) -> int:
        return struct.unpack_from("<I", self.own, 28)[0]

    @property
    def tables(self) -> tuple[list[bytes], ...]:
        """The rows of tables 1 to 4."""
        capabilities = [row.encode() for row in self.capabilities]
        return list(self.dependencies), list(self.edges), capabilities, list(self.faces)


@dataclass(frozen=True)
class Configuration:
    """A boot configuration whose rules nobody checks: scenarios break them."""

    fixed: bytes
    services: tuple[Service, ...] = field(default=())

    @staticmethod
    def decode(data: bytes) -> "Configuration":
        """Raises DeclarationError for data of another form."""
        if data[:8] != MAGIC or len(data) < FIXED + FIXED_SIZE:
            raise DeclarationError("not a boot configuration")
        tables = []
        for number, size in enumerate(ENTRY_SIZES):
            offset, count, found = struct.unpack_from("<III", data, 32 + 16 * number)
            if found != size or offset + count * size > len(data):
                raise DeclarationError(f"table {number} is not where it says")
            tables.append([
                data[offset + size * row:offset + size * (row + 1)] for row in range(count)])
        services = []
        for entry in tables[0]:
            runs = [struct.unpack_from("<HH", entry, RUNS + 4 * number) for number in range(4)]
            rows = [tables[1 + number][first:first + count]
                    for number, (first, count) in enumerate(runs)]
            services.append(Service(
                entry[:RUNS], tuple(rows[0]), tuple(rows[1]),
                tuple(Capability.decode(row) for row in rows[2]), tuple(rows[3])))
        return Configuration(data[FIXED:FIXED + FIXED_SIZE], tuple(services))

    def encode(self) -> bytes:
        tables: list[list[bytes]] = [[], [], [], [], []]
        for service in self.services:
            runs = b""
            for number, rows in enumerate(service.tables, start=1):
                runs += struct.pack("<HH", len(tables[number]), len(rows))
                tables[number] += rows
            tables[0].append(service.own + runs)
        directory, offset = b"", FIXED + FIXED_SIZE
        for size, rows in zip(ENTRY_SIZES, tables):
            directory += struct.pack("<IIII", offset, len(rows), size, 0)
            offset += size * len(rows)
        header = struct.pack("<8sHHIIIII", MAGIC, 1, 0, offset, FIXED_SIZE, 5, 0, 0)
        return header + directory + self.fixed + b"".join(b"".join(rows) for rows in tables)

    def service(self, role: str) -> Service:
        """Raises DeclarationError when there is none."""
        for service in self.services:
            if service.role == role:
                return service
        raise DeclarationError(f"no service {role!r}")

    def replacing(self, changed: Service) -> "Configuration":
        """The configuration with another entry for a role that it has."""
        services = [changed if one.role == changed.role else one for one in self.services]
        return replace(self, services=tuple(services))
