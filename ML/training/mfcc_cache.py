"""MFCCs of a data set, computed once and kept on disk: fifty epochs then never decode again."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ML.errors import LibraryError, MelodexError
from ML.training.feature_cache import part_of, sweep

MAX_SECONDS = 600  # of a track; a mix of hours would weigh no more in training than a song


@dataclass(frozen=True)
class MfccCache:
    """folder: one `.npy` a track, float32 [n_mfcc, n_frames], laid out like data_dir."""

    folder: Path
    data_dir: Path
    hop_length: int
    n_mfcc: int

    def place_of(self, track: Path) -> Path:
        relative = track.relative_to(self.data_dir)
        settings = f"mfcc{self.n_mfcc}_hop{self.hop_length}"
        return self.folder / settings / relative.with_name(f"{relative.name}.npy")

    def is_fresh(self, track: Path) -> bool:
        """A cached file has the time of the track it was made from."""
        place = self.place_of(track)
        return place.is_file() and place.stat().st_mtime_ns == track.stat().st_mtime_ns

    def load(self, track: Path) -> np.ndarray:
        """float32 [n_mfcc, n_frames], read from the disk where it is touched."""
        return np.load(self.place_of(track), mmap_mode="r")

    def fill(self, tracks: list[Path], n_workers: int) -> Iterator[tuple[Path, str | None]]:
        """Compute what is not there; yields every track with the reason why it has no MFCCs, or None.

        Raises LibraryError when the folder cannot be written.
        """
        stale = [track for track in tracks if not self.is_fresh(track)]
        yield from ((track, None) for track in tracks if track not in set(stale))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"Cannot write MFCCs to {self.folder}: {error.strerror}. Choose a folder with --mfcc_dir."
            ) from error
        sweep(self.folder)
        yield from self.compute(stale, n_workers)

    def compute(self, tracks: list[Path], n_workers: int) -> Iterator[tuple[Path, str | None]]:
        from torch.utils.data import DataLoader

        n_workers = min(n_workers, len(tracks) // 2, os.cpu_count() or 1)
        loader: Iterable = DataLoader(
            CacheFiller(self, tracks),  # type: ignore[arg-type]  # a sequence will do, its types do not say so
            batch_size=None,
            num_workers=n_workers,
            collate_fn=lambda item: item,
        )
        yield from loader

    def save(self, track: Path, mfcc: np.ndarray) -> None:
        """At once: a name that is there holds a whole array."""
        place = self.place_of(track)
        place.parent.mkdir(parents=True, exist_ok=True)
        part = part_of(place)
        with part.open("wb") as file:
            np.save(file, mfcc)
        stamp = track.stat().st_mtime_ns
        os.utime(part, ns=(stamp, stamp))
        part.replace(place)


class CacheFiller:
    """A map-style data set for DataLoader: asking for a track computes and stores its MFCCs."""

    def __init__(self, cache: MfccCache, tracks: list[Path]):
        self.cache = cache
        self.tracks = tracks

    def __len__(self) -> int:
        return len(self.tracks)

    def __getitem__(self, index: int) -> tuple[Path, str | None]:
        track = self.tracks[index]
        try:
            self.cache.save(track, mfcc_of_file(track, self.cache.hop_length, self.cache.n_mfcc))
        except MelodexError as error:
            return track, str(error)
        except OSError as error:
            return track, f"{error.strerror}: {error.filename}"
        return track, None


def mfcc_of_file(path: Path, hop_length: int, n_mfcc: int) -> np.ndarray:
    """float32 [n_mfcc, n_frames] of the whole track, MAX_SECONDS at most.

    Raises AudioDecodeError, AudioTooShortError.
    """
    import torch

    from ML.genre_inference.windows import read_start
    from ML.mfcc import SAMPLE_RATE, compute_mfcc

    samples = read_start(path, MAX_SECONDS * SAMPLE_RATE)
    return compute_mfcc(torch.from_numpy(samples)[None], hop_length, n_mfcc)[0].numpy()


def default_mfcc_dir(data_dir: Path) -> Path:
    """Beside the audio: `fma_mfccs_precomputed` for `fma_small`."""
    stem = "fma" if data_dir.name.startswith("fma_") else data_dir.name
    return data_dir.parent / f"{stem}_mfccs_precomputed"
