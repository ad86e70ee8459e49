"""What the neighbours say a query is: a majority vote, and what it would say by chance."""

from collections.abc import Sequence

import numpy as np

N_SHUFFLES = 100


def knn_vote(neighbors: np.ndarray, corpus_labels: Sequence[str]) -> list[str | None]:
    """The commonest label among the neighbours of every query; of equally common ones the nearest.

    neighbors: int64 [n, k], nearest first, -1 for none.  None for a query without any neighbour.
    """
    names, codes = encode_labels(corpus_labels)
    return [names[code] if code >= 0 else None for code in vote(neighbors, codes)]


def knn_accuracy(
    neighbors: np.ndarray, query_labels: Sequence[str], corpus_labels: Sequence[str]
) -> np.ndarray:
    """Whether the vote is right: float64 [n] of 0 and 1, whose mean is the accuracy."""
    voted = knn_vote(neighbors, corpus_labels)
    return np.array([own == found for own, found in zip(query_labels, voted, strict=True)], dtype=np.float64)


def chance_knn_accuracy(
    neighbors: np.ndarray,
    query_labels: Sequence[str],
    corpus_labels: Sequence[str] | None = None,
    seed: int = 0,
    n_shuffles: int = N_SHUFFLES,
) -> float:
    """Mean accuracy of the vote when labels are shuffled: a majority has no closed form.

    corpus_labels: None where the corpus is the queries themselves, whose labels then move together.
    """
    if not len(neighbors):
        return float("nan")
    generator = np.random.default_rng(seed)
    labels = list(query_labels) if corpus_labels is None else [*query_labels, *corpus_labels]
    codes = encode_labels(labels)[1]
    own, corpus = codes[: len(neighbors)], codes if corpus_labels is None else codes[len(neighbors) :]
    accuracies = []
    for _ in range(n_shuffles):
        shuffled = generator.permutation(corpus)
        truth = shuffled if corpus_labels is None else own
        accuracies.append((vote(neighbors, shuffled) == truth).mean())
    return float(np.mean(accuracies))


def encode_labels(labels: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Distinct labels, sorted, and the place of each label among them: int64 [n]."""
    names = sorted(set(labels))
    places = {name: place for place, name in enumerate(names)}
    return names, np.array([places[label] for label in labels], dtype=np.int64)


def vote(neighbors: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The winning code of every row, -1 for a row without neighbours: int64 [n]."""
    if not neighbors.shape[1]:
        return np.full(len(neighbors), -1, dtype=np.int64)
    cast = np.append(codes, -1)[neighbors]
    n_votes = np.stack([((cast == column[:, None]) & (cast >= 0)).sum(axis=1) for column in cast.T], axis=1)
    return np.take_along_axis(cast, n_votes.argmax(axis=1)[:, None], axis=1)[:, 0]
