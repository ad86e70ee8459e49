"""One map turned, mirrored, scaled and moved onto another, so that a switch between them is a short way."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Similarity:
    """coords ↦ scale · (coords - source) @ rotation + target. rotation: [d, d], mirroring included."""

    source: np.ndarray
    rotation: np.ndarray
    scale: float
    target: np.ndarray

    def __call__(self, coords: np.ndarray) -> np.ndarray:
        """float32 [n, d] of coords [n, d]."""
        moved = self.scale * ((coords - self.source) @ self.rotation) + self.target
        return moved.astype(np.float32)


def find_similarity(coords: np.ndarray, reference: np.ndarray) -> Similarity | None:
    """The similarity that brings coords nearest to reference, both [n, d] of the same tracks.

    Procrustes' problem (Schönemann 1966; the scale is that of Gower 1975). None where the tracks
    are too few, or lie in one point, so that any turn is as good.
    """
    if len(coords) <= coords.shape[1]:
        return None
    source, target = coords.mean(axis=0, dtype=float), reference.mean(axis=0, dtype=float)
    moved, wanted = coords - source, reference - target
    left, strengths, right = np.linalg.svd(moved.T @ wanted)
    if not strengths.any():
        return None
    scale = np.linalg.norm(wanted) / np.linalg.norm(moved)
    return Similarity(source, left @ right, float(scale), target)
