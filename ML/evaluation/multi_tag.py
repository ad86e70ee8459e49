"""Are neighbours alike in what plays and how it feels? nDCG on instrument and mood tags, and hubness."""

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from ML.evaluation.hubness import Hubness, hubness
from ML.evaluation.ranking import count_visible, own_groups, rank_own_neighbors
from ML.evaluation.retrieval import Score, count_relevant, relevance, score

SEPARATOR = "---"  # instrument---piano: category, then tag, as MTG-Jamendo writes
NO_CATEGORY = "tags"


@dataclass(frozen=True)
class TagScore:
    """One category of tags. n_tracks bear one of its n_tags: they alone are queries and corpus."""

    n_tracks: int
    n_tags: int
    ndcg: Score


@dataclass(frozen=True)
class MultiTagScores:
    """One model's space. hubness: over all tracks, tagged or not.  by_category: "instrument" → its score."""

    n_tracks: int
    hubness: Hubness
    by_category: dict[str, TagScore]


def compute_multi_tag(
    vectors: np.ndarray, tags: Sequence[AbstractSet[str]], k: int, seed: int
) -> MultiTagScores:
    """vectors: [n, width].  tags: a set a track, empty where nobody tagged it.  k: neighbours that count."""
    by_category = {
        category: score_tags(vectors, own, k, seed) for category, own in split_categories(tags).items()
    }
    return MultiTagScores(len(vectors), hubness(rank_own_neighbors(vectors, k)), by_category)


def split_categories(tags: Sequence[AbstractSet[str]]) -> dict[str, list[set[str]]]:
    """The tags of every track by category, in alphabetical order of categories."""
    found: dict[str, list[set[str]]] = defaultdict(lambda: [set() for _ in tags])
    for row, own in enumerate(tags):
        for tag in own:
            category, separator, _ = tag.partition(SEPARATOR)
            found[category if separator else NO_CATEGORY][row].add(tag)
    return dict(sorted(found.items()))


def score_tags(vectors: np.ndarray, tags: Sequence[AbstractSet[str]], k: int, seed: int) -> TagScore:
    rows = [row for row, own in enumerate(tags) if own]
    labels, groups = [tags[row] for row in rows], own_groups(len(rows))
    relevant = relevance(rank_own_neighbors(vectors[rows], k), labels, labels)
    n_relevant = count_relevant(labels, labels, *groups)
    n_visible = count_visible(len(rows), len(rows), *groups)
    ndcg = score("ndcg", relevant, n_relevant, n_visible, seed)
    return TagScore(len(rows), len(set[str]().union(*labels)), ndcg)
