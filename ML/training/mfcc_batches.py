"""Tracks → batches of MFCC windows: cropped at random for learning, cut side by side for judging."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ML.mfcc import fit_frames
from ML.training.augmentation import Augmentation, augment, collage, mix_up, random_crop
from ML.training.datasets import LabelledTrack
from ML.training.mfcc_cache import MfccCache

N_GUESTS = 3
MAX_STATISTICS_TRACKS = 2000  # more change no digit that matters


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of every coefficient over the training set: float32 [n_mfcc, 1]."""

    mean: Tensor
    std: Tensor

    def apply(self, mfcc: Tensor) -> Tensor:
        return (mfcc - self.mean) / self.std

    def as_params(self) -> dict[str, list[float]]:
        return {"mfcc_mean": self.mean[:, 0].tolist(), "mfcc_std": self.std[:, 0].tolist()}


def measure_scale(tracks: list[LabelledTrack], cache: MfccCache) -> Scale:
    """Every track weighs the same, however long it is."""
    step = max(1, len(tracks) // MAX_STATISTICS_TRACKS)
    arrays = [np.asarray(cache.load(track.path), dtype=np.float64) for track in tracks[::step]]
    mean = np.mean([array.mean(axis=1) for array in arrays], axis=0)
    variance = np.mean([((array - mean[:, None]) ** 2).mean(axis=1) for array in arrays], axis=0)
    std = np.maximum(np.sqrt(variance), 1e-3)  # a coefficient that never moves must not become infinite
    return Scale(torch.tensor(mean).float()[:, None], torch.tensor(std).float()[:, None])


@dataclass(frozen=True)
class BatchMaker:
    """Everything about a batch is decided by (seed, epoch): a resumed run gets the same ones."""

    cache: MfccCache
    classes: tuple[str, ...]
    n_frames: int
    scale: Scale
    augmentation: Augmentation
    repeats: bool

    def training(
        self, tracks: list[LabelledTrack], batch_size: int, seed: int, epoch: int
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """(MFCC [n, n_mfcc, n_frames], targets [n, n_classes]) over every track once, in a new order."""
        rng = np.random.default_rng([seed, epoch])
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        order = rng.permutation(len(tracks))
        by_genre = group_by_genre(tracks)
        for start in range(0, len(order), batch_size):
            chosen = [tracks[index] for index in order[start : start + batch_size]]
            crops = [self.crop(track, by_genre[track.genre], rng) for track in chosen]
            mfcc = self.scale.apply(torch.from_numpy(np.stack(crops)))
            changed = augment(mfcc, self.augmentation, generator, self.scale.std)
            yield mix_up(changed, self.targets(chosen), self.augmentation.mixup, rng)

    def crop(
        self, track: LabelledTrack, like_it: list[LabelledTrack], rng: np.random.Generator
    ) -> np.ndarray:
        """A window of a track, or a collage of it and N_GUESTS tracks of its genre."""
        tempo = self.augmentation.tempo
        mfcc = self.cache.load(track.path)
        if rng.random() >= self.augmentation.collage:
            return random_crop(mfcc, self.n_frames, rng, tempo)
        guests = [like_it[index] for index in rng.integers(len(like_it), size=rng.integers(N_GUESTS + 1))]
        return collage([mfcc, *(self.cache.load(guest.path) for guest in guests)], self.n_frames, rng, tempo)

    def targets(self, tracks: list[LabelledTrack]) -> Tensor:
        labels = torch.tensor([self.classes.index(track.genre) for track in tracks])
        return torch.nn.functional.one_hot(labels, len(self.classes)).float()

    def windows(self, track: LabelledTrack) -> Tensor:
        """Side by side, a tail of at least half kept, as the library hears a track: [S, n_mfcc, n_frames]."""
        mfcc = torch.from_numpy(np.array(self.cache.load(track.path)))
        n_valid = mfcc.shape[1]
        starts = [
            start for start in range(0, n_valid, self.n_frames) if 2 * (n_valid - start) >= self.n_frames
        ]
        parts = [mfcc[:, start : start + self.n_frames] for start in starts or [0]]
        fitted = [fit_frames(part, part.shape[1], self.n_frames, self.repeats) for part in parts]
        return self.scale.apply(torch.stack(fitted))


def group_by_genre(tracks: list[LabelledTrack]) -> dict[str, list[LabelledTrack]]:
    groups: dict[str, list[LabelledTrack]] = {}
    for track in tracks:
        groups.setdefault(track.genre, []).append(track)
    return groups
