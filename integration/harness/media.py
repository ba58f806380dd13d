"""The disk of a scenario: the profile's loader and boot.img, changed as the scenario says."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness import bootimage, configuration, ed25519, elf_edit, secure_boot, test_keys
from harness.declared import Configuration
from harness.disk import write_disk
from harness.files import write_bytes
from harness.mutations import BYTES, Keys, MutationError, Operation, mutated
from harness.scenario import Loader, Scenario

IMAGE_NAME = "boot.img"


@dataclass(frozen=True)
class Sources:
    """Where finished builds and keys lie."""

    build: Path
    development_key: Path

    @property
    def boot_tool(self) -> Path:
        """The tool that writes images."""
        return self.build / "host" / "release" / "boot-tool"

    def keys(self) -> Keys:
        """All keys that mutations may name."""
        return Keys({
            "dev": ed25519.read_seed(self.development_key), "release": test_keys.RELEASE_SEED,
            "unknown": test_keys.UNKNOWN_SEED})


@cache
def _contents(path: Path) -> bytes:
    """A file of the build, read once for all scenarios."""
    return path.read_bytes()


def _loader(sources: Sources, scenario: Scenario, folder: Path) -> bytes:
    loader: Loader = scenario.loader
    name = f"BOOTX64-{loader.variant}.EFI" if loader.variant else "BOOTX64.EFI"
    data = _contents(sources.build / scenario.profile / name)
    if loader.signed:
        data = secure_boot.signed(data, secure_boot.snakeoil(folder), folder)
    for operation in loader.mutations:
        if operation.get("op") not in BYTES or operation.get("part", "file") != "file":
            raise MutationError(f"not for a loader: {operation}")
        data = BYTES[operation["op"]](data, operation)
    return data


@cache
def _image(path: Path, seed: bytes) -> bytes:
    """A boot.img of the build.

    Every run first checks that the second writer gives the same bytes as the real one: else a
    mutated image could be refused for a reason that nobody meant.
    """
    file = _contents(path)
    if bootimage.encode(bootimage.parse(file), seed) != file:
        raise bootimage.ImageError(f"{path}: the harness would write this image differently")
    return file


def symbols(sources: Sources, scenario: Scenario) -> Path:
    """The unstripped kernel of the scenario's image."""
    return sources.build / scenario.profile / "kernel.debug.elf"


def _operations(sources: Sources, scenario: Scenario) -> list[Operation]:
    """The mutations of the image, with the addresses of the functions that they name."""
    return [
        {**operation, "address": elf_edit.symbol_address(
            _contents(symbols(sources, scenario)), operation["function"])}
        if operation.get("op") == "trap" and "function" in operation else operation
        for operation in scenario.mutations]


def declared_configuration(sources: Sources, scenario: Scenario, folder: Path) -> Configuration:
    """What the scenario's image declares, its own configuration included, before mutations."""
    name = f"boot-{scenario.root}.img" if scenario.root else IMAGE_NAME
    path = sources.build / scenario.profile / name
    if scenario.configuration:
        path = folder / configuration.IMAGE
    image = bootimage.parse(_contents(path))
    return Configuration.decode(image.sections[image.index("boot-config")].data)


def prepare(sources: Sources, scenario: Scenario, folder: Path) -> Path:
    """Writes boot.img and the disk of a scenario into `folder`; returns the disk."""
    loader = _loader(sources, scenario, folder)
    keys = sources.keys()
    signer = "release" if scenario.profile == "release" else "dev"
    place = sources.build / scenario.profile
    suffix = f"-{scenario.root}" if scenario.root else ""
    path = place / f"boot{suffix}.img"
    if scenario.configuration:
        description = place / f"image{suffix}.json"
        path = configuration.build(
            sources.boot_tool, description, scenario.configuration, sources.build / "programs",
            folder)
    image = _image(path, keys.seeds[signer])
    image = mutated(image, _operations(sources, scenario), keys, signer)
    if image is not None:
        write_bytes(folder / IMAGE_NAME, image)
    disk = folder / "disk.img"
    write_disk(disk, loader, image)
    return disk
