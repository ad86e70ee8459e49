"""Who is nearest to whom, by cosine: exact, the same on every run, blind within groups on request.

neighbors = rank_own_neighbors(vectors, k=10, groups=artists)
"""

from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from ML.errors import ModelOutputError

BLOCK_VALUES = 4_000_000  # similarities held at once: 32 MB of float64
DECIMALS = 9  # similarities equal to so many decimals are tied: the rest is the rounding of a sum

Groups = Sequence[Hashable | None] | None


def rank_neighbors(
    queries: np.ndarray, corpus: np.ndarray, k: int, query_groups: Groups = None, corpus_groups: Groups = None
) -> np.ndarray:
    """The k rows of the corpus nearest to every query by cosine, nearest first, ties by index.

    queries: [n, width].  corpus: [m, width].  Rows of the query's own group (None: of no group) are left out.
    A zero vector is equally far from everything.
    Returns int64 [n, k]; -1 where the corpus has fewer.
    Raises ModelOutputError for values that are not finite.
    """
    directions, targets = to_unit_length(queries), to_unit_length(corpus)
    own, other = encode_groups(query_groups, corpus_groups, len(queries), len(corpus))
    neighbors = np.full((len(queries), k), -1, dtype=np.int64)
    for part in blocks(len(queries), len(corpus)):
        similarity = (directions[part] @ targets.T).round(DECIMALS)
        similarity[own[part, None] == other] = -np.inf
        nearest = pick_largest(similarity, min(k, len(corpus)))
        neighbors[part, : nearest.shape[1]] = nearest
    return neighbors


def rank_own_neighbors(vectors: np.ndarray, k: int, groups: Groups = None) -> np.ndarray:
    """As rank_neighbors, for a corpus that queries itself: no row is its own neighbour."""
    return rank_neighbors(vectors, vectors, k, *own_groups(len(vectors), groups))


def own_groups(n: int, groups: Groups = None) -> tuple[list[Hashable], list[Hashable]]:
    """Groups of queries and corpus where they are the same n rows: who has no group is alone in one."""
    alone: list[Hashable] = [("row", index) for index in range(n)]
    if groups is None:
        return alone, alone
    own = [group if group is not None else row for group, row in zip(groups, alone, strict=True)]
    return own, own


def to_unit_length(vectors: np.ndarray) -> np.ndarray:
    """float64 [n, width]; zero vectors stay zero."""
    rows = np.asarray(vectors, dtype=np.float64)
    if n_bad := int((~np.isfinite(rows)).any(axis=1).sum()):
        raise ModelOutputError(f"{n_bad} of {len(rows)} vectors are not finite: extract them again.")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1.0)


def encode_groups(
    query_groups: Groups, corpus_groups: Groups, n: int, m: int
) -> tuple[np.ndarray, np.ndarray]:
    """Groups as numbers: int64 [n] and [m], equal where a query must not see a row."""
    codes: dict[Hashable, int] = {}
    own, other = (
        np.array([nobody if group is None else codes.setdefault(group, len(codes)) for group in groups], int)
        for groups, nobody in (
            ([None] * n if query_groups is None else query_groups, -1),
            ([None] * m if corpus_groups is None else corpus_groups, -2),
        )
    )
    return own, other


def blocks(n: int, width: int) -> Iterator[slice]:
    n_block = max(1, BLOCK_VALUES // max(width, 1))
    return (slice(at, at + n_block) for at in range(0, n, n_block))


def pick_largest(values: np.ndarray, k: int) -> np.ndarray:
    """Columns of the k largest values of every row, largest first, ties by column; -1 for -inf: [n, k]."""
    if k == 0 or not len(values):
        return np.empty((len(values), 0), dtype=np.int64)
    smallest = -np.partition(-values, k - 1, axis=1)[:, k - 1 : k]
    above, tied = values > smallest, values == smallest
    chosen = above | (tied & (tied.cumsum(axis=1) <= k - above.sum(axis=1, keepdims=True)))
    columns = chosen.nonzero()[1].reshape(-1, k)
    picked = np.take_along_axis(values, columns, axis=1)
    columns = np.where(picked > -np.inf, columns, -1)
    return np.take_along_axis(columns, np.argsort(-picked, axis=1, kind="stable"), axis=1)


def count_visible(n: int, m: int, query_groups: Groups = None, corpus_groups: Groups = None) -> np.ndarray:
    """How many of the corpus's m rows each of n queries may see: int64 [n]."""
    own, other = encode_groups(query_groups, corpus_groups, n, m)
    groups, counts = np.unique(other, return_counts=True)
    hidden = dict(zip(groups.tolist(), counts.tolist(), strict=True))
    return np.array([m - hidden.get(group, 0) for group in own.tolist()], dtype=np.int64)
