"""Retrieval metrics: what is found near a query, against what should be. NumPy only, deterministic.

neighbors = rank_own_neighbors(vectors, k=10)
relevant = relevance(neighbors, labels, labels)  # labels: a set for every row
n_relevant = count_relevant(labels, labels, *own_groups(len(labels)))
print(bootstrap_interval(ndcg_at_k(relevant, n_relevant), seed=42))

Every metric is one number a query, NaN for a query that has nothing to find: intervals leave it out.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np

from ML.evaluation.intervals import Interval, bootstrap_interval
from ML.evaluation.ranking import Groups, blocks, encode_groups

Labels = Sequence[AbstractSet[str]]


def relevance(neighbors: np.ndarray, query_labels: Labels, corpus_labels: Labels) -> np.ndarray:
    """Whether a neighbour shares a label with its query: bool [n, k]; a place without neighbour does not."""
    wanted, offered = indicators(query_labels, corpus_labels)
    offered = np.vstack([offered, np.zeros_like(wanted, shape=(1, wanted.shape[1]))])  # row -1: no labels
    columns = [(wanted & offered[column]).any(axis=1) for column in neighbors.T]
    return np.array(columns, dtype=bool).reshape(neighbors.shape[::-1]).T


def count_relevant(
    query_labels: Labels, corpus_labels: Labels, query_groups: Groups = None, corpus_groups: Groups = None
) -> np.ndarray:
    """How many rows of the corpus that a query may see share a label with it: int64 [n]."""
    wanted, offered = indicators(query_labels, corpus_labels)
    own, other = encode_groups(query_groups, corpus_groups, len(wanted), len(offered))
    counts = np.zeros(len(wanted), dtype=np.int64)
    for part in blocks(len(wanted), len(offered)):
        shares = wanted[part].astype(np.float32) @ offered.T.astype(np.float32) > 0
        counts[part] = (shares & (own[part, None] != other)).sum(axis=1)
    return counts


def indicators(query_labels: Labels, corpus_labels: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Which row bears which label: bool [n, n_labels] and [m, n_labels]."""
    names = sorted({label for labels in (*query_labels, *corpus_labels) for label in labels})
    place = {name: column for column, name in enumerate(names)}
    tables = []
    for rows in (query_labels, corpus_labels):
        table = np.zeros((len(rows), len(names)), dtype=bool)
        pairs = [(row, place[label]) for row, labels in enumerate(rows) for label in labels]
        table[tuple(np.array(pairs, dtype=int).reshape(-1, 2).T)] = True
        tables.append(table)
    return tables[0], tables[1]


# --- metrics: one number a query --------------------------------------------------------------------------
# relevant: bool [n, k], nearest first.  n_relevant: int [n], how many the corpus has for the query.
def precision_at_k(relevant: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Share of the k places that hold something relevant: [n]."""
    return where_any(n_relevant, relevant.mean(axis=1) if relevant.shape[1] else np.zeros(len(relevant)))


def average_precision_at_k(relevant: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Mean precision at the places of what was found, of min(k, n_relevant) that could be: [n].

    Its mean over queries is MAP@k (Manning et al. 2008, Introduction to information retrieval, 8.4).
    """
    ranks = np.arange(1, relevant.shape[1] + 1)
    found = (relevant * relevant.cumsum(axis=1) / ranks).sum(axis=1)
    return where_any(n_relevant, found / np.clip(n_relevant, 1, max(relevant.shape[1], 1)))


def ndcg_at_k(relevant: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Discounted gain over that of the corpus's ideal ranking, not of the retrieved list's: [n].

    Järvelin & Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques; gains are 0 or 1.
    """
    k = relevant.shape[1]
    return where_any(n_relevant, (relevant * discounts(k)).sum(axis=1) / ideal_gain(n_relevant, k))


def where_any(n_relevant: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.where(n_relevant > 0, values, np.nan)


def discounts(k: int) -> np.ndarray:
    return 1.0 / np.log2(np.arange(2, k + 2))


def ideal_gain(n_relevant: np.ndarray, k: int) -> np.ndarray:
    """Gain of a ranking with everything relevant in front, at k: [n]; 1 where that is nothing."""
    gains = np.concatenate([[1.0], discounts(k).cumsum()])
    return gains[np.minimum(n_relevant, k)]


# --- chance: the same under a random ranking, in expectation ----------------------------------------------
# n_visible: int [n], how many rows of the corpus the query may see.
def chance_precision(n_relevant: np.ndarray, n_visible: np.ndarray, k: int) -> np.ndarray:
    hits = expected_hits(n_relevant, n_visible, k)
    return where_any(n_relevant, hits.sum(axis=1) / max(k, 1))


def chance_average_precision(n_relevant: np.ndarray, n_visible: np.ndarray, k: int) -> np.ndarray:
    """At rank i: hit, and of the i - 1 before it the share that is relevant among the others."""
    ranks = np.arange(1, k + 1)
    among_others = (n_relevant - 1) / np.maximum(n_visible - 1, 1)
    expected = expected_hits(n_relevant, n_visible, k) * (1 + (ranks - 1) * among_others[:, None]) / ranks
    return where_any(n_relevant, expected.sum(axis=1) / np.clip(n_relevant, 1, max(k, 1)))


def chance_ndcg(n_relevant: np.ndarray, n_visible: np.ndarray, k: int) -> np.ndarray:
    gain = (expected_hits(n_relevant, n_visible, k) * discounts(k)).sum(axis=1)
    return where_any(n_relevant, gain / ideal_gain(n_relevant, k))


def expected_hits(n_relevant: np.ndarray, n_visible: np.ndarray, k: int) -> np.ndarray:
    """Probability that rank 1 … k holds something relevant: [n, k]; 0 beyond what is visible."""
    share = n_relevant / np.maximum(n_visible, 1)
    return share[:, None] * (np.arange(k) < n_visible[:, None])


@dataclass(frozen=True)
class Metric:
    """per_query(relevant, n_relevant) and chance(n_relevant, n_visible, k), both float64 [n]."""

    per_query: Callable[[np.ndarray, np.ndarray], np.ndarray]
    chance: Callable[[np.ndarray, np.ndarray, int], np.ndarray]


METRICS = {
    "precision": Metric(precision_at_k, chance_precision),
    "map": Metric(average_precision_at_k, chance_average_precision),
    "ndcg": Metric(ndcg_at_k, chance_ndcg),
}


@dataclass(frozen=True)
class Score:
    """A metric over all queries, beside what a random ranking would reach; chance is NaN for no queries."""

    interval: Interval
    chance: float

    def __str__(self) -> str:
        return f"{self.interval}, chance {self.chance:.3f}" if self.interval.n else str(self.interval)

    def as_json(self) -> dict[str, Any]:
        return {**self.interval.as_json(), "chance": self.chance if self.interval.n else None}


def score(name: str, relevant: np.ndarray, n_relevant: np.ndarray, n_visible: np.ndarray, seed: int) -> Score:
    """name: one of METRICS."""
    metric = METRICS[name]
    interval = bootstrap_interval(metric.per_query(relevant, n_relevant), seed)
    chance = metric.chance(n_relevant, n_visible, relevant.shape[1])
    return Score(interval, float(np.nanmean(chance)) if interval.n else float("nan"))
