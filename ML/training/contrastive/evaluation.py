"""Does the head help? Raw Whisper, the trained head and chance on the test tracks, with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ML.evaluation.intervals import Interval, bootstrap_interval
from ML.evaluation.knn import knn_vote
from ML.evaluation.ranking import count_visible, rank_neighbors
from ML.evaluation.retrieval import METRICS, count_relevant, relevance
from ML.training.contrastive.batches import FeatureSet
from ML.training.contrastive.music import GenreTrack

K = 10
K_VOTE = 5
N_SHUFFLES = 20
KNN, PRECISION, NDCG, SILHOUETTE = "knn_accuracy", f"precision_at_{K}", f"ndcg_at_{K}", "silhouette"
RETRIEVAL = {PRECISION: METRICS["precision"], NDCG: METRICS["ndcg"]}
HEADINGS = {
    KNN: f"kNN accuracy (k={K_VOTE})", PRECISION: f"P@{K}", NDCG: f"nDCG@{K}", SILHOUETTE: "silhouette",
}  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """One number a test track and metric, NaN where there is none."""

    per_track: dict[str, np.ndarray]

    def intervals(self, seed: int) -> dict[str, Interval]:
        return {name: bootstrap_interval(values, seed) for name, values in self.per_track.items()}

    def minus(self, other: "Judged") -> "Judged":
        return Judged({name: values - other.per_track[name] for name, values in self.per_track.items()})


@dataclass(frozen=True)
class Evaluation:
    """systems: intervals by metric; chance has no interval: it is an expectation."""

    n_test: int
    n_corpus: int
    systems: dict[str, dict[str, Interval]]
    chance: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        return {
            "test_tracks": self.n_test,
            "corpus_tracks": self.n_corpus,
            "k": K,
            "k_vote": K_VOTE,
            "systems": {
                name: {metric: interval.as_json() for metric, interval in intervals.items()}
                for name, intervals in self.systems.items()
            },
            "chance": {name: None if np.isnan(value) else value for name, value in self.chance.items()},
        }

    def lines(self) -> list[str]:
        """A table for people."""
        rows = [["", *HEADINGS.values()]]
        for name, intervals in self.systems.items():
            rows.append([name, *(str(intervals[metric]) for metric in HEADINGS)])
        rows.append(["chance", *("-" if np.isnan(x) else f"{x:.3f}" for x in map(self.chance.get, HEADINGS))])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]


def evaluate(
    training: FeatureSet, test: FeatureSet, embed: Callable[[FeatureSet], np.ndarray], seed: int
) -> Evaluation:
    """Test tracks ask, training tracks answer, none of the asking artist's own; cosine throughout.

    Raw Whisper is what the head hears: the mean of the middle block.
    """
    raw = judge(test.tracks, training.tracks, test.pool(test.windows), training.pool(training.windows))
    head = judge(test.tracks, training.tracks, embed(test), embed(training))
    systems = {"raw Whisper": raw, "trained head": head, "head minus raw": head.minus(raw)}
    return Evaluation(
        len(test),
        len(training),
        {name: judged.intervals(seed) for name, judged in systems.items()},
        chance_levels(test.tracks, training.tracks, seed),
    )


def judge(
    asked: Sequence[GenreTrack], known: Sequence[GenreTrack], queries: np.ndarray, corpus: np.ndarray
) -> Judged:
    artists = [track.artist for track in asked], [track.artist for track in known]
    wanted, offered = genre_sets(asked), genre_sets(known)
    neighbors = rank_neighbors(queries, corpus, K, *artists)
    relevant, n_relevant = relevance(neighbors, wanted, offered), count_relevant(wanted, offered, *artists)
    voted = knn_vote(neighbors[:, :K_VOTE], [track.genres[0] for track in known])
    return Judged(
        {
            KNN: np.array([float(vote in genres) for vote, genres in zip(voted, wanted, strict=True)]),
            **{name: metric.per_query(relevant, n_relevant) for name, metric in RETRIEVAL.items()},
            SILHOUETTE: silhouettes(queries, [track.genres[0] for track in asked]),
        }
    )


def genre_sets(tracks: Sequence[GenreTrack]) -> list[set[str]]:
    return [set(track.genres) for track in tracks]


def silhouettes(vectors: np.ndarray, genres: Sequence[str]) -> np.ndarray:
    """Rousseeuw 1987, by cosine distance: [n]; NaN for a genre's only track, and where there is one genre."""
    from sklearn.metrics import silhouette_samples

    labels = np.array(genres)
    alone = np.array([(labels == genre).sum() < 2 for genre in labels])
    if not 2 <= len(set(genres)) < len(genres):
        return np.full(len(genres), np.nan)
    return np.where(alone, np.nan, silhouette_samples(vectors, labels, metric="cosine"))


def chance_levels(asked: Sequence[GenreTrack], known: Sequence[GenreTrack], seed: int) -> dict[str, float]:
    """Expectation under a random ranking: exact for retrieval, over shuffles for the vote; silhouette 0."""
    artists = [track.artist for track in asked], [track.artist for track in known]
    wanted, offered = genre_sets(asked), genre_sets(known)
    n_relevant = count_relevant(wanted, offered, *artists)
    n_visible = count_visible(len(asked), len(known), *artists)
    rng = np.random.default_rng(seed)
    shuffles = [judge_at_random(asked, known, rng) for _ in range(N_SHUFFLES)]
    retrieval = {name: metric.chance(n_relevant, n_visible, K) for name, metric in RETRIEVAL.items()}
    return {
        KNN: float(np.mean(shuffles)),
        **{name: float(bootstrap_interval(values, seed).mean) for name, values in retrieval.items()},
        SILHOUETTE: 0.0,
    }


def judge_at_random(
    asked: Sequence[GenreTrack], known: Sequence[GenreTrack], rng: np.random.Generator
) -> float:
    """Accuracy of the vote of K_VOTE training tracks at random."""
    neighbors = rng.integers(len(known), size=(len(asked), K_VOTE))
    voted = knn_vote(neighbors, [track.genres[0] for track in known])
    return float(np.mean([vote in track.genres for vote, track in zip(voted, asked, strict=True)]))
