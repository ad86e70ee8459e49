"""Tracks → batches: which tracks meet in a batch, and which window of each is heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ML.segments import to_unit_length
from ML.training.contrastive.music import GenreTrack, genre_matrix

N_ALIKE = 2  # tracks of a genre that meet in a balanced batch, at least


@dataclass(frozen=True)
class FeatureSet:
    """Tracks with the windows of each, one after another.

    windows: float32 [n_windows, width].  first: int64 [n_tracks + 1], where a track's windows begin.
    labels: bool [n_tracks, n_genres].
    """

    tracks: list[GenreTrack]
    windows: np.ndarray
    first: np.ndarray
    labels: np.ndarray

    @classmethod
    def join(
        cls, tracks: Sequence[GenreTrack], features: Mapping[Path, np.ndarray], genres: Sequence[str]
    ) -> "FeatureSet":
        """features: [n_windows, width] by track."""
        parts = [features[track.path] for track in tracks]
        first = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        return cls(list(tracks), np.concatenate(parts), first, genre_matrix(tracks, genres))

    def __len__(self) -> int:
        return len(self.tracks)

    def draw_windows(self, chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A window of each chosen track, at random: [n_chosen, width]."""
        n_windows = self.first[chosen + 1] - self.first[chosen]
        return self.windows[self.first[chosen] + rng.integers(n_windows)]

    def pool(self, window_vectors: np.ndarray) -> np.ndarray:
        """Mean over the windows of each track, as extraction pools: [n_tracks, d] of unit length."""
        sums = np.add.reduceat(window_vectors, self.first[:-1], axis=0)
        means = sums / np.diff(self.first)[:, None]
        return np.stack([to_unit_length(mean) for mean in means])

    def every(self, step: int) -> "FeatureSet":
        """Every step-th track."""
        chosen = range(0, len(self), step)
        parts = [self.windows[self.first[index] : self.first[index + 1]] for index in chosen]
        first = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        return FeatureSet(
            [self.tracks[index] for index in chosen], np.concatenate(parts), first, self.labels[::step]
        )


def shuffled_batches(n_tracks: int, batch_size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Every track once, in a new order; a last one alone joins the batch before it."""
    order = rng.permutation(n_tracks)
    cuts = np.arange(batch_size, n_tracks, batch_size)
    if len(cuts) and n_tracks - cuts[-1] == 1:
        cuts = cuts[:-1]
    return np.split(order, cuts)


def balanced_batches(labels: np.ndarray, batch_size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """As many batches, each of tracks of several genres in equal number, whatever the genres' sizes.

    labels: bool [n_tracks, n_genres].  Genres, and the tracks of each, take turns in random order.
    """
    members = [np.flatnonzero(column) for column in labels.T if column.sum() >= N_ALIKE]
    if not members:
        return shuffled_batches(len(labels), batch_size, rng)
    n_alike = max(N_ALIKE, batch_size // len(members))
    turns = Turns(np.arange(len(members)), rng)
    tracks = [Turns(own, rng) for own in members]
    batches = []
    for _ in range(-(-len(labels) // batch_size)):
        genres = turns.take(max(1, batch_size // n_alike))
        batches.append(np.unique(np.concatenate([tracks[genre].take(n_alike) for genre in genres])))
    return batches


class Turns:
    """Items in random order, in a new one when all have had their turn."""

    def __init__(self, items: np.ndarray, rng: np.random.Generator):
        self.items, self.rng = items, rng
        self.waiting: list[int] = []

    def take(self, n: int) -> list[int]:
        """n items, each at most once; all of them where there are fewer."""
        taken: list[int] = []
        while len(taken) < min(n, len(self.items)):
            if not self.waiting:  # those that have just been taken wait longest
                self.waiting = sorted(self.rng.permutation(self.items).tolist(), key=lambda x: x not in taken)
            taken.append(self.waiting.pop())
        return taken
