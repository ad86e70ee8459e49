"""Outlines of the library's files: decoded when first asked for, then kept next to the database."""

import hashlib
from pathlib import Path

import numpy as np

from db.derived import DerivedFiles
from ML.isolation import isolated
from ML.peaks import Peaks, read_peaks


def get_peaks(derived: DerivedFiles, path: Path) -> Peaks:
    """Lows, highs and length of what decodes. Raises AudioDecodeError."""
    status = path.stat()
    name = f"waveforms/{hashlib.sha256(str(path).encode()).hexdigest()[:32]}"
    key = f"{status.st_size}-{status.st_mtime_ns}.npz"
    found = derived.find(name, key) or derived.make(name, key, lambda part: save_peaks(path, part))
    with np.load(found) as arrays:
        return Peaks(arrays["lows_highs"], float(arrays["duration_seconds"]))


def save_peaks(source: Path, target: Path) -> None:
    peaks = isolated(read_peaks, source)
    with target.open("wb") as file:
        np.savez(file, lows_highs=peaks.lows_highs, duration_seconds=peaks.duration_seconds)
