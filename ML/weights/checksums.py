"""What weights must be where nobody has published a digest: what they were when first seen (`pins.json`)."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock

from ML.errors import WeightsError
from ML.spec import RemoteFile
from ML.whole_files import sync_file, sync_folder

PINS_NAME = "pins.json"
LOCKS_NAME = ".locks"


@dataclass(frozen=True)
class Pin:
    """A file as it was first seen; url: where it came from or is published."""

    sha256: str
    n_bytes: int
    url: str


def load_pins(weights_dir: Path) -> dict[str, Pin]:
    """Pins by path below weights_dir. Raises WeightsError for a damaged file."""
    path = weights_dir / PINS_NAME
    if not path.exists():
        return {}
    try:
        return {name: Pin(**pin) for name, pin in json.loads(path.read_text()).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"Cannot read {path}: {error}. Repair it, or delete it to pin the weights that are there anew."
        ) from error


def save_pin(weights_dir: Path, path: Path, pin: Pin) -> None:
    save_pins(weights_dir, {path: pin})


def save_pins(weights_dir: Path, new: dict[Path, Pin]) -> None:
    with lock(weights_dir, PINS_NAME):
        named = {key_of(weights_dir, path): pin for path, pin in new.items()}
        pins = {**load_pins(weights_dir), **named}
        temporary = weights_dir / f"{PINS_NAME}.part"
        with temporary.open("w") as file:
            json.dump({name: asdict(pins[name]) for name in sorted(pins)}, file, indent=2)
            sync_file(file)
        temporary.replace(weights_dir / PINS_NAME)
        sync_folder(weights_dir)


def find_pin(weights_dir: Path, path: Path) -> Pin | None:
    return load_pins(weights_dir).get(key_of(weights_dir, path))


def check_pinned(path: Path, weights_dir: Path) -> None:
    """Raises WeightsError when a downloaded file (or one in a folder) is no longer what was downloaded."""
    if not path.is_relative_to(weights_dir):
        return
    key = key_of(weights_dir, path)
    for name, pin in load_pins(weights_dir).items():
        file = weights_dir / name
        if (
            (name == key or name.startswith(f"{key}/"))
            and file.exists()
            and compute_sha256(file) != pin.sha256
        ):
            raise WeightsError(
                f"{file} is not the file that was downloaded: delete it and get it again, or, if it was "
                f"replaced on purpose, remove its entry from {weights_dir / PINS_NAME}."
            )


def key_of(weights_dir: Path, path: Path) -> str:
    return path.relative_to(weights_dir).as_posix()


def lock(weights_dir: Path, name: str) -> FileLock:
    """Between processes. Its file stays, in a folder of its own: removing it would let two in at once."""
    folder = weights_dir / LOCKS_NAME
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / f"{name.replace('/', '--')}.lock")


def with_pin(remote: RemoteFile, pin: Pin | None) -> RemoteFile:
    """The published facts, or else those pinned for the same address."""
    if pin is None or pin.url != remote.url or remote.sha256:
        return remote
    return replace(remote, sha256=pin.sha256, n_bytes=pin.n_bytes)


def compute_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def readable_size(n_bytes: int) -> str:
    """3257172 → 3.3 MB"""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n_bytes >= size:
            return f"{n_bytes / size:.1f} {unit}"
    return f"{n_bytes} bytes"
