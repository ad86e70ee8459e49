"""What a frozen encoder heard, kept on disk: a file a track, named after its sound.

Keys hold everything that a vector depends on, so nothing here is ever out of date: the sound (hash of the
compressed audio: tags and names do not matter), and in the folder's name the encoder and the windows.
"""

import json
import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ML.audio import hash_audio
from ML.isolation import isolated
from ML.whole_files import is_left_over

HASHES_NAME = "sounds.json"


@dataclass(frozen=True)
class FeatureCache:
    """folder: of one encoder and one way to cut windows, below the cache's root. None keeps nothing."""

    folder: Path | None

    def place_of(self, folder: Path, sound: str) -> Path:
        return folder / sound[:2] / f"{sound}.npy"

    def load(self, sound: str) -> np.ndarray | None:
        """float32 [n_windows, width]; None where there is nothing, or nothing whole."""
        if self.folder is None:
            return None
        place = self.place_of(self.folder, sound)
        try:
            features = np.load(place)
            os.utime(place)  # used now: not the next to go
        except (OSError, ValueError, EOFError):
            return None
        return features

    def save(self, sound: str, features: np.ndarray) -> None:
        """At once: a name that is there holds a whole array, whoever else writes the same."""
        if self.folder is None:
            return
        place = self.place_of(self.folder, sound)
        place.parent.mkdir(parents=True, exist_ok=True)
        part = part_of(place)
        with part.open("wb") as file:
            np.save(file, features)
        part.replace(place)


def part_of(path: Path) -> Path:
    """Where this process writes what is to appear at a path: several, on several machines, may write it."""
    return path.with_name(f".{path.name}.{platform.node()}-{os.getpid()}.part")


def sweep(root: Path) -> None:
    """Delete what processes that were killed had half written."""
    for path in root.rglob(".*.part"):
        with suppress(FileNotFoundError):  # it has got its name meanwhile
            if is_left_over(path, writer_of(path)):
                path.unlink()


def writer_of(part: Path) -> int | None:
    """The process that writes it; None: one of another machine."""
    owner, _, process = part.stem.rpartition("-")
    is_ours = owner.endswith(f".{platform.node()}") and process.isdecimal()
    return int(process) if is_ours else None


def trim(root: Path, max_bytes: int) -> int:
    """Remove what was used longest ago until the rest fits; returns how many files went."""
    files = []
    for path in root.rglob("*.npy"):
        with suppress(FileNotFoundError):  # another process trims as well
            stat = path.stat()
            files.append((stat.st_mtime_ns, stat.st_size, path))
    excess, n_removed = sum(size for _, size, _ in files) - max_bytes, 0
    for _, size, path in sorted(files):
        if excess <= 0:
            break
        path.unlink(missing_ok=True)
        excess, n_removed = excess - size, n_removed + 1
    return n_removed


class SoundHashes:
    """Hash of each file's sound, remembered by size and time: a known file is not read again.

    path: where they are kept; None remembers nothing.
    """

    def __init__(self, path: Path | None):
        self.path = path
        self.known = self.read()

    def read(self) -> dict[str, list]:
        try:
            return json.loads(self.path.read_text()) if self.path else {}
        except (OSError, ValueError):  # none yet, or damaged: computed anew
            return {}

    def of(self, track: Path) -> str:
        """Raises AudioDecodeError, OSError."""
        stat = track.stat()
        state = [stat.st_size, stat.st_mtime_ns]
        size, time, sound = self.known.get(str(track), [None, None, ""])
        if [size, time] != state:
            sound = isolated(hash_audio, track)
            self.known[str(track)] = [*state, sound]
        return sound

    def save(self) -> None:
        """Beside what other processes have found meanwhile."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = part_of(self.path)
        part.write_text(json.dumps(self.read() | self.known))
        part.replace(self.path)
