"""Outlines of the library's files: decoded when first asked for, then kept beside the database."""

import hashlib
from pathlib import Path

import numpy as np

from db.derived import DerivedFiles
from ML.isolation import isolated
from ML.peaks import read_peaks


def get_peaks(derived: DerivedFiles, path: Path) -> np.ndarray:
    """float16 [n, 2], lows and highs. Raises AudioDecodeError."""
    status = path.stat()
    name = f"waveforms/{hashlib.sha256(str(path).encode()).hexdigest()[:32]}"
    key = f"{status.st_size}-{status.st_mtime_ns}.npy"
    found = derived.find(name, key) or derived.make(name, key, lambda part: save_peaks(path, part))
    return np.load(found)


def save_peaks(source: Path, target: Path) -> None:
    with target.open("wb") as file:
        np.save(file, isolated(read_peaks, source))
