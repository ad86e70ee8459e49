"""Do labels lie apart, and does clustering find them? Measures of partitions, over weighted tracks.

rows: float64 [n, width].  codes: int64 [n], the class of each.  weights: [n_samples, n], how often each row
counts in each bootstrap sample; measures give float64 [n_samples].
NaN where there are fewer than two classes, or no row that shares its class with another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ML.evaluation.ranking import blocks

KMEANS_STARTS = 4


def silhouettes(rows: np.ndarray, codings: Sequence[np.ndarray]) -> np.ndarray:
    """Of every row under every coding (the labels, and shuffled ones): float64 [n_codings, n].

    (b - a) / max(a, b): a, mean distance to the own class; b, to the nearest other (Rousseeuw 1987). 0 for
    the only row of a class, as there. Distances are computed once for all codings.
    """
    members = [np.eye(codes.max(initial=0) + 1)[codes] for codes in codings]
    edges = np.cumsum([0, *(member.shape[1] for member in members)])
    together = np.hstack(members)
    columns = [slice(*ends) for ends in pairwise(edges)]
    parts = [
        [silhouettes_of(sums[:, own], codes, part) for own, codes in zip(columns, codings, strict=True)]
        for part, sums in distance_sums(rows, together)
    ]
    return np.array([np.concatenate(pieces) for pieces in zip(*parts, strict=True)])


def distance_sums(rows: np.ndarray, members: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """(block of rows, sums of their distances to the members of each class [n_block, n_classes])"""
    centred = np.asarray(rows, np.float64) - np.mean(rows, axis=0, dtype=np.float64)
    lengths = (centred**2).sum(axis=1)
    for part in blocks(len(rows), len(rows)):
        squares = lengths[part, None] + lengths - 2 * centred[part] @ centred.T
        squares[np.arange(len(squares)), np.arange(part.start, part.start + len(squares))] = 0.0
        yield part, np.sqrt(np.maximum(squares, 0.0)) @ members


def silhouettes_of(sums: np.ndarray, codes: np.ndarray, part: slice) -> np.ndarray:
    sizes, own, rows = np.bincount(codes), codes[part], np.arange(len(sums))
    if len(sizes) < 2 or sizes.max() < 2:
        return np.full(len(sums), np.nan)
    within = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    others = sums / np.maximum(sizes, 1)
    others[:, sizes == 0] = np.inf
    others[rows, own] = np.inf
    across = others.min(axis=1)
    larger = np.maximum(within, across)
    values = np.divide(across - within, larger, out=np.zeros(len(sums)), where=larger > 0)
    return np.where(sizes[own] > 1, values, 0.0)


@dataclass(frozen=True)
class Partition:
    """Classes of rows in several samples. sizes: [n_samples, g].  sums: [n_samples, g, width]."""

    rows: np.ndarray
    codes: np.ndarray
    weights: np.ndarray
    sizes: np.ndarray
    sums: np.ndarray

    @property
    def centroids(self) -> np.ndarray:
        return self.sums / np.maximum(self.sizes, 1.0)[:, :, None]

    @property
    def is_defined(self) -> np.ndarray:
        """Two classes or more, and a row beside another of its class: bool [n_samples]."""
        n_classes = (self.sizes > 0).sum(axis=1)
        return (n_classes > 1) & (self.sizes.sum(axis=1) > n_classes)


def partitions(rows: np.ndarray, codes: np.ndarray, weights: np.ndarray) -> Iterator[Partition]:
    """Some samples at a time."""
    n_classes = int(codes.max(initial=0)) + 1
    members = [np.flatnonzero(codes == code) for code in range(n_classes)]
    for part in blocks(len(weights), n_classes * max(rows.shape[1], n_classes)):
        some = weights[part]
        sizes = np.stack([some[:, own].sum(axis=1) for own in members], axis=1)
        sums = np.stack([some[:, own] @ rows[own] for own in members], axis=1)
        yield Partition(rows, codes, some, sizes, sums)


def davies_bouldin(rows: np.ndarray, codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Scatter of two classes over the distance of their centroids, of the worst pair, on average; 0 is best.

    Davies & Bouldin 1979, A cluster separation measure.
    """
    return np.concatenate([scatter_ratios(part) for part in partitions(rows, codes, weights)])


def scatter_ratios(part: Partition) -> np.ndarray:
    centroids, sizes = part.centroids, part.sizes
    squares = (centroids**2).sum(axis=2)
    products = np.einsum("sgw,shw->sgh", centroids, centroids, optimize=True)
    apart = np.sqrt(np.maximum(squares[:, :, None] + squares[:, None] - 2 * products, 0.0))
    scatter = scatters(part)
    is_there = sizes > 0
    counts = is_there[:, None] & is_there[:, :, None] & ~np.eye(sizes.shape[1], dtype=bool) & (apart > 0)
    pairs = scatter[:, :, None] + scatter[:, None]
    worst = np.divide(pairs, apart, out=np.zeros_like(apart), where=counts).max(axis=2)
    return np.where(part.is_defined, worst.sum(axis=1) / np.maximum(is_there.sum(axis=1), 1), np.nan)


def scatters(part: Partition) -> np.ndarray:
    """Mean distance of each class to its centroid: float64 [n_samples, g]."""
    lengths, found = (part.rows**2).sum(axis=1), []
    for code in range(part.sizes.shape[1]):
        own, centroids = np.flatnonzero(part.codes == code), part.centroids[:, code]
        squares = lengths[own] - 2 * centroids @ part.rows[own].T + (centroids**2).sum(axis=1)[:, None]
        found.append((np.sqrt(np.maximum(squares, 0.0)) * part.weights[:, own]).sum(axis=1))
    return np.stack(found, axis=1) / np.maximum(part.sizes, 1.0)


def calinski_harabasz(rows: np.ndarray, codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Variance between classes over variance within, each by its degrees of freedom.

    Caliński & Harabasz 1974, A dendrite method for cluster analysis.
    """
    return np.concatenate([variance_ratios(part) for part in partitions(rows, codes, weights)])


def variance_ratios(part: Partition) -> np.ndarray:
    n, n_classes = part.sizes.sum(axis=1), (part.sizes > 0).sum(axis=1)
    total = part.weights @ (part.rows**2).sum(axis=1)
    explained = (part.sizes * (part.centroids**2).sum(axis=2)).sum(axis=1)
    middle = (part.sums.sum(axis=1) ** 2).sum(axis=1) / n
    between, within = explained - middle, total - explained
    degrees = (n - n_classes) / np.maximum(n_classes - 1, 1)
    ratios = np.divide(between, within, out=np.full(len(n), np.inf), where=within > 1e-12 * total)
    return np.where(part.is_defined, ratios * degrees, np.nan)


def find_clusters(rows: np.ndarray, n_clusters: int, seed: int) -> np.ndarray:
    """k-means with as many clusters as there are classes: int64 [n]."""
    from sklearn.cluster import KMeans

    n_clusters = max(1, min(n_clusters, len(np.unique(rows, axis=0))))
    means = KMeans(n_clusters, n_init=KMEANS_STARTS, random_state=seed).fit(rows)
    return means.labels_.astype(np.int64)


def normalised_mutual_information(left: np.ndarray, right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mutual information over the mean of the two entropies: 1 for the same partition."""
    if len(np.unique(left)) < 2:
        return np.full(len(weights), np.nan)
    ours, theirs, both = (entropies(codes, weights) for codes in (left, right, pair_codes(left, right)))
    mean = (ours + theirs) / 2
    return np.divide(ours + theirs - both, mean, out=np.zeros(len(weights)), where=mean > 0)


def adjusted_rand(left: np.ndarray, right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Pairs on which two partitions agree, 0 by chance, 1 for the same (Hubert & Arabie 1985).

    A track drawn twice is no pair with itself.
    """
    if len(np.unique(left)) < 2:
        return np.full(len(weights), np.nan)
    anyone = np.zeros_like(left)
    ours, theirs, both, every = (
        count_pairs(codes, weights) for codes in (left, right, pair_codes(left, right), anyone)
    )
    expected, largest = ours * theirs / every, (ours + theirs) / 2
    room = largest - expected
    return np.divide(both - expected, room, out=np.ones(len(weights)), where=room > 0)


def pair_codes(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """A number for each pair of codes that there is: int64 [n]."""
    return np.unique(left * (right.max(initial=0) + 1) + right, return_inverse=True)[1]


def entropies(codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Of the shares of the codes in every sample: float64 [n_samples]."""
    counts = (np.bincount(codes, sample) for sample in weights)
    shares = (count[count > 0] / count.sum() for count in counts)
    return np.array([-(share * np.log(share)).sum() for share in shares])


def count_pairs(codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """How many pairs of tracks have one code, in every sample: float64 [n_samples]."""
    squares = np.array([(np.bincount(codes, sample) ** 2).sum() for sample in weights])
    return (squares - (weights.astype(np.float64) ** 2).sum(axis=1)) / 2
