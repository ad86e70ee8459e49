"""Names for the regions of a map: what is heard there more than elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SEED = 42
FEWEST_POINTS = 12  # on a smaller map every point can be named
POINTS_PER_REGION = 6  # as long as there are few; then MOST_REGIONS
MOST_REGIONS = 12  # names that a screen has room for
LEARNT_FROM = 20_000  # points that the regions are found from
SMALLEST_SHARE = 0.4  # of a region's points must have what it is named after
AROUND = 1.8  # times the median distance from the middle
SMALLEST_LIFT = 1.5  # times as often as on the whole map


@dataclass(frozen=True)
class Region:
    """place: float64 [d], where its name stands, see place_name.  n_points: how many there are.

    cluster: its number, see find_regions.
    """

    name: str
    cluster: int
    place: np.ndarray
    n_points: int


def name_regions(coords: np.ndarray, names: Sequence[str], has: np.ndarray) -> list[Region]:
    """The regions of a map that have a name of their own, the plainest first; no name comes twice.

    coords: float [n, d].  has: bool [n, m], which points have which of the m names.
    """
    if len(coords) < FEWEST_POINTS or not names:
        return []
    owners = find_regions(coords)
    scores = score_names(owners, has)
    chosen = []
    while scores.max() > 0:
        region, name = divmod(int(scores.argmax()), scores.shape[1])
        members = coords[owners == region]
        chosen.append(Region(names[name], region, place_name(members), len(members)))
        scores[region], scores[:, name] = 0, 0
    return chosen


def find_regions(coords: np.ndarray) -> np.ndarray:
    """k-means: which region each point is in, int64 [n], numbered from 0. coords: float [n >= 1, d]."""
    from sklearn.cluster import KMeans

    n_regions = max(1, min(MOST_REGIONS, len(coords) // POINTS_PER_REGION))
    coords = np.ascontiguousarray(coords, np.float64)
    sample = coords[:: 1 + len(coords) // LEARNT_FROM]
    return KMeans(n_regions, n_init=4, random_state=SEED).fit(sample).predict(coords)


def place_name(members: np.ndarray) -> np.ndarray:
    """Over the middle, at the upper edge of those around it, so that strays do not pull the name away."""
    middle = np.median(members, axis=0).astype(np.float64)
    distances = np.linalg.norm(members - middle, axis=1)
    around = members[distances <= AROUND * np.median(distances)]
    middle[1] = around[:, 1].max()
    return middle


def score_names(owners: np.ndarray, has: np.ndarray) -> np.ndarray:
    """How much a name tells of a region, float64 [regions, m]: its term of the Kullback–Leibler divergence.

    0 where it is too rare in the region, or hardly more common there than elsewhere.
    """
    everywhere = has.mean(axis=0)
    inside = np.stack([has[owners == region].mean(axis=0) for region in range(owners.max() + 1)])
    lift = np.divide(inside, everywhere, out=np.ones_like(inside), where=everywhere > 0)
    tells = (inside >= SMALLEST_SHARE) & (lift >= SMALLEST_LIFT)
    return np.where(tells, inside * np.log2(np.maximum(lift, 1)), 0.0)
