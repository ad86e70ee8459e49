"""Does the head help? Raw Whisper, the trained head and chance on the test tracks, with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ML.evaluation.intervals import Interval, bootstrap_interval, paired_interval
from ML.evaluation.knn import knn_vote
from ML.evaluation.ranking import count_visible, rank_neighbors
from ML.evaluation.retrieval import METRICS, count_relevant, relevance
from ML.training.contrastive.batches import FeatureSet
from ML.training.contrastive.music import GenreTrack
from ML.training.reports import Share

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
        """By bootstrap; of the share that is right by Wilson: a bootstrap would be sure of ten out of ten."""
        found = {name: bootstrap_interval(values, seed) for name, values in self.per_track.items()}
        share = Share(int(self.per_track[KNN].sum()), len(self.per_track[KNN]))
        return found | {KNN: Interval(share.n_right / share.n, *share.interval, share.n)}

    def minus(self, other: "Judged", seed: int) -> dict[str, Interval]:
        """Paired: track by track; of the share that is right not by bootstrap, for the same reason."""
        differences = {name: values - other.per_track[name] for name, values in self.per_track.items()}
        found = {name: bootstrap_interval(values, seed) for name, values in differences.items()}
        return found | {KNN: paired_interval(differences[KNN])}


@dataclass(frozen=True)
class Evaluation:
    """systems: an interval a metric.  chance: expectations."""

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
            rows.append([name.replace("_", " "), *(str(intervals[metric]) for metric in HEADINGS)])
        rows.append(["chance", *(f"{self.chance[metric]:.3f}" for metric in HEADINGS)])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
        return ["  ".join(row).rstrip() for row in padded]


def evaluate(
    training: FeatureSet, test: FeatureSet, embed: Callable[[FeatureSet], np.ndarray], seed: int
) -> Evaluation:
    """Test tracks ask, training tracks answer, none of the asking artist's own; cosine throughout.

    Raw Whisper is what the head hears: the mean of the middle block.
    """
    raw = judge(test.tracks, training.tracks, test.pool(test.windows), training.pool(training.windows))
    head = judge(test.tracks, training.tracks, embed(test), embed(training))
    systems = {
        "raw_whisper": raw.intervals(seed),
        "trained_head": head.intervals(seed),
        "head_minus_raw": head.minus(raw, seed),
    }
    chance = chance_levels(test.tracks, training.tracks, seed)
    return Evaluation(len(test), len(training), systems, chance)


def judge(
    asked: Sequence[GenreTrack], known: Sequence[GenreTrack], queries: np.ndarray, corpus: np.ndarray
) -> Judged:
    artists = [track.artist for track in asked], [track.artist for track in known]
    wanted, offered = genre_sets(asked), genre_sets(known)
    neighbors = rank_neighbors(queries, corpus, K, *artists)
    relevant, n_relevant = relevance(neighbors, wanted, offered), count_relevant(wanted, offered, *artists)
    return Judged(
        {
            KNN: vote_is_right(neighbors[:, :K_VOTE], asked, known),
            **{name: metric.per_query(relevant, n_relevant) for name, metric in RETRIEVAL.items()},
            SILHOUETTE: silhouettes(queries, [track.genres[0] for track in asked]),
        }
    )


def vote_is_right(
    neighbors: np.ndarray, asked: Sequence[GenreTrack], known: Sequence[GenreTrack]
) -> np.ndarray:
    """Whether the neighbours' commonest first genre is one of the asking track's: float64 [n] of 0 and 1."""
    voted = knn_vote(neighbors, [track.genres[0] for track in known])
    return np.array([float(vote in track.genres) for vote, track in zip(voted, asked, strict=True)])


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
    return float(vote_is_right(neighbors, asked, known).mean())
