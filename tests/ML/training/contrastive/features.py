"""Features without music: a cloud a genre."""

from pathlib import Path

import numpy as np

from ML.training.contrastive.batches import FeatureSet
from ML.training.contrastive.music import GenreTrack

GENRES = ("blues", "jazz", "rock")
WIDTH = 12


def clouds(n_each: int, split: str = "training", spread: float = 1.0, seed: int = 0) -> FeatureSet:
    """n_each tracks a genre of one to three windows; every track by an artist of its own."""
    rng = np.random.default_rng(seed)
    centres = 2 * np.eye(len(GENRES), WIDTH)
    tracks, features = [], {}
    for number in range(n_each * len(GENRES)):
        genre = number % len(GENRES)
        track = GenreTrack(Path(f"{split}{number}"), (GENRES[genre],), f"{split}{number}", split)
        windows = centres[genre] + spread * rng.standard_normal((1 + number % 3, WIDTH))
        tracks.append(track)
        features[track.path] = windows.astype(np.float32)
    return FeatureSet.join(tracks, features, GENRES)
