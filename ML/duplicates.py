"""Which pairs of tracks are worth a person's ear: the same recording, or a likely version of it."""

import re
from dataclasses import dataclass

import numpy as np

from ML.evaluation.evolution import typical_distance
from ML.search import METRICS, build_space

N_NEAREST = 6  # of each track, itself among them. No limit of distance: an excerpt sounds unlike its song
ALIKE = 0.2  # of the distance of two random tracks: so near, and another recording, is likely a version
ASIDE = re.compile(r"[(\[].*?[)\]]|\s-\s.*$|\b(feat|ft|remix|mix|live|demo|version)\b.*$", re.IGNORECASE)
SAME, VERSION = "same", "version"


@dataclass(frozen=True)
class Candidate:
    """Rows of two tracks. closeness: their distance as a share of that of two random tracks."""

    first: int
    second: int
    closeness: float


def find_near(vectors: np.ndarray) -> list[Candidate]:
    """Each row of a model's space [n, D] with its nearest ones, every pair once."""
    if len(vectors) < 2:
        return []
    space = build_space(vectors, METRICS["cosine"])
    typical = typical_distance(vectors)
    found: dict[tuple[int, int], float] = {}
    for row in range(len(vectors)):
        nearest = space.nearest(space.rows[row].astype(np.float64), N_NEAREST)
        for other, distance in zip(nearest.rows.tolist(), nearest.distances.tolist(), strict=True):
            if other != row:
                closeness = float(np.sqrt(2 * max(0.0, distance))) / max(typical, 1e-9)
                found[min(row, other), max(row, other)] = closeness
    return [Candidate(*rows, closeness) for rows, closeness in sorted(found.items())]


def bare_title(title: str | None) -> str:
    """What versions of a song share: without brackets, guests and mixes; empty where nothing is left."""
    return " ".join(ASIDE.sub(" ", title or "").casefold().split())
