"""Which tracks are learnt from, which choose the best epoch, which are kept for the verdict."""

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np

from ML.errors import LibraryError
from ML.training.datasets import SPLITS, LabelledTrack

TEST_SHARE, VALIDATION_SHARE = 0.15, 0.15


def split_tracks(tracks: list[LabelledTrack], seed: int) -> list[LabelledTrack]:
    """Every track with its split: the data set's own, and what it does not give drawn with the seed.

    Drawn splits are stratified by genre, and an artist is in one split only. Raises LibraryError when a
    split would be empty.
    """
    given = [track if track.split else replace(track, split="training") for track in tracks]
    drawn = given
    for name, share in (("test", TEST_SHARE), ("validation", VALIDATION_SHARE)):
        if not any(track.split == name for track in given):
            drawn = draw(drawn, name, share, seed)
    counts = Counter(track.split for track in drawn)
    if missing := [name for name in SPLITS if not counts[name]]:
        raise LibraryError(f"{len(tracks)} tracks leave none for {', '.join(missing)}: add music.")
    return drawn


def draw(tracks: list[LabelledTrack], name: str, share: float, seed: int) -> list[LabelledTrack]:
    """Move about a share of the whole from training to the split `name`."""
    pool = [index for index, track in enumerate(tracks) if track.split == "training"]
    fold = fold_of([tracks[index] for index in pool], round(len(pool) / (share * len(tracks))), seed)
    moved = {pool[place] for place in fold}
    return [replace(track, split=name) if index in moved else track for index, track in enumerate(tracks)]


def fold_of(tracks: list[LabelledTrack], n_folds: int, seed: int) -> list[int]:
    return [index for index, fold in enumerate(assign_folds(tracks, n_folds, seed)) if fold == 0]


def assign_folds(tracks: list[LabelledTrack], n_folds: int, seed: int) -> list[int]:
    """A fold for every track: stratified by genre, no artist in two of them. Returns [n] of 0 … n_folds - 1.

    Artists go, in an order the seed decides and the largest first, where their genre is rarest.
    """
    groups = group_by_artist(tracks)
    order = np.random.default_rng(seed).permutation(len(groups))
    keys = sorted((list(groups)[index] for index in order), key=lambda key: -len(groups[key]))
    n_in_fold: dict[tuple[int, str], int] = Counter()
    sizes = [0] * n_folds
    folds = [0] * len(tracks)
    for key in keys:
        members = groups[key]
        genres = [tracks[index].genre for index in members]
        loads = [
            (sum(n_in_fold[fold, genre] for genre in genres), sizes[fold], fold) for fold in range(n_folds)
        ]
        best = min(loads)[2]
        sizes[best] += len(members)
        for index in members:
            folds[index] = best
            n_in_fold[best, tracks[index].genre] += 1
    return folds


def group_by_artist(tracks: list[LabelledTrack]) -> dict[str, list[int]]:
    """Indices by artist; a track whose artist nobody knows stands alone."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, track in enumerate(tracks):
        groups[track.artist or f"\0{index}"].append(index)
    return dict(groups)


def shared_artists(tracks: list[LabelledTrack]) -> int:
    """How many artists are in more than one split: a given split may have some."""
    splits: dict[str, set[str | None]] = defaultdict(set)
    for track in tracks:
        if track.artist:
            splits[track.artist].add(track.split)
    return sum(len(found) > 1 for found in splits.values())
