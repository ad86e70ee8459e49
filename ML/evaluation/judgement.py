"""One model's space, or one map of it, judged by labels: every metric with its interval and its chance.

The rows are directions: cosine decides who is near, and Euclidean distances between directions order alike.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from ML.errors import LibraryError
from ML.evaluation import clustering
from ML.evaluation.dimension import distance_ratios, intrinsic_dimension
from ML.evaluation.hubness import draw_occurrences, hubness, robin_hood, skewness
from ML.evaluation.knn import chance_knn_accuracy, encode_labels, knn_accuracy, vote
from ML.evaluation.map_quality import largest_k, measure_map
from ML.evaluation.probe import probe_labels
from ML.evaluation.ranking import Groups, count_visible, own_groups, rank_own_neighbors, to_unit_length
from ML.evaluation.resampling import Measured, draw_samples, measure_mean, measure_statistic
from ML.evaluation.retrieval import METRICS, count_relevant, relevance
from ML.neighbors import find_neighbors

SHUFFLED_CLASSES = 150  # in all shuffled labellings together, for what is computed for all of them at once
MOST_SHUFFLES = 10


@dataclass(frozen=True)
class Labelling:
    """What spaces of the same n tracks are judged by.

    labels: one a track.  groups: tracks of one group (an artist) are never neighbours and share a fold; None:
    of no group.  k: neighbours that count.
    Raises LibraryError for fewer than two classes, or where no class has two tracks.
    """

    labels: Sequence[str]
    groups: Groups
    k: int
    seed: int

    def __post_init__(self) -> None:
        sizes = np.bincount(self.codes) if len(self.labels) else np.zeros(0, int)
        if len(sizes) < 2 or sizes.max() < 2:
            raise LibraryError(
                f"{len(self.labels)} tracks bear {len(sizes)} labels: an evaluation needs two, one of them "
                "on two tracks or more. Choose others with --labels, or label tracks in selected_songs.csv."
            )

    @cached_property
    def classes(self) -> list[str]:
        return encode_labels(self.labels)[0]

    @cached_property
    def codes(self) -> np.ndarray:
        return encode_labels(self.labels)[1]

    @cached_property
    def knn_ceiling(self) -> float:
        """Share of the tracks with another one of their label among possible neighbors.

        The others, such as the only track of a label, count as wrong whatever a model does.
        """
        n_relevant = count_relevant(self.sets, self.sets, *own_groups(len(self.labels), self.groups))
        return float((n_relevant > 0).mean())

    @cached_property
    def samples(self) -> np.ndarray:
        return draw_samples(len(self.labels), self.seed)

    @cached_property
    def shuffled(self) -> list[np.ndarray]:
        """Codes of labels that were dealt anew."""
        generator = np.random.default_rng(self.seed)
        n_shuffles = min(MOST_SHUFFLES, max(1, SHUFFLED_CLASSES // len(self.classes)))
        return [generator.permutation(self.codes) for _ in range(n_shuffles)]

    @cached_property
    def sets(self) -> list[set[str]]:
        return [{label} for label in self.labels]


@dataclass(frozen=True)
class Judgement:
    """metrics: by key of ML.evaluation.metric_table.  neighbors: int64 [n, k].

    confusion: float64 [g, g], the share of each class's tracks (rows) that their neighbours vote into each; a
    row without votes is 0.
    """

    metrics: dict[str, Measured]
    confusion: np.ndarray
    neighbors: np.ndarray


def judge_space(vectors: np.ndarray, by: Labelling) -> Judgement:
    """vectors: [n, width], ready for distances. Raises ModelOutputError for values that are not finite."""
    rows = to_unit_length(vectors)
    neighbors = rank_own_neighbors(rows, by.k, by.groups)
    metrics = {
        **judge_neighbors(neighbors, by),
        "probe_accuracy": judge_probe(rows, by),
        **judge_clusters(rows, by),
        **judge_hubs(rows, by),
        "intrinsic_dimension": judge_dimension(rows, by),
    }
    return Judgement(metrics, confuse(neighbors, by), neighbors)


def judge_neighbors(neighbors: np.ndarray, by: Labelling) -> dict[str, Measured]:
    right = knn_accuracy(neighbors, by.labels, by.labels)
    chance = chance_knn_accuracy(neighbors, by.labels, seed=by.seed)
    return {
        "knn_accuracy": measure_mean(right, by.samples, chance),
        **{name: judge_ranking(name, neighbors, by, by.groups) for name in METRICS},
    }


def judge_ranking(name: str, neighbors: np.ndarray, by: Labelling, groups: Groups) -> Measured:
    own = own_groups(len(by.labels), groups)
    n_relevant = count_relevant(by.sets, by.sets, *own)
    n_visible = count_visible(len(by.labels), len(by.labels), *own)
    values = METRICS[name].per_query(relevance(neighbors, by.sets, by.sets), n_relevant)
    expected = METRICS[name].chance(n_relevant, n_visible, neighbors.shape[1])
    return measure_mean(values, by.samples, mean_of(expected))


def judge_probe(rows: np.ndarray, by: Labelling) -> Measured:
    codings = [by.codes, *by.shuffled]
    read = probe_labels(rows, codings, by.groups, by.seed)
    right = np.where(read >= 0, read == np.array(codings), np.nan)
    return measure_mean(right[0], by.samples, mean_of(right[1:]))


def judge_clusters(rows: np.ndarray, by: Labelling) -> dict[str, Measured]:
    widths = clustering.silhouettes(rows, [by.codes, *by.shuffled])
    found = clustering.find_clusters(rows, len(by.classes), by.seed)

    def judge(measure: Callable[..., np.ndarray], *arguments: np.ndarray) -> Measured:
        return measure_labels(lambda codes, weights: measure(*arguments, codes, weights), by)

    return {
        "silhouette": measure_mean(widths[0], by.samples, mean_of(widths[1:])),
        "davies_bouldin": judge(clustering.davies_bouldin, rows),
        "calinski_harabasz": judge(clustering.calinski_harabasz, rows),
        "nmi": judge(clustering.normalised_mutual_information, found),
        "ari": judge(clustering.adjusted_rand, found),
    }


def measure_labels(statistic: Callable[[np.ndarray, np.ndarray], np.ndarray], by: Labelling) -> Measured:
    """statistic(codes, weights); its chance is that of shuffled codes."""
    once = np.ones((1, len(by.labels)), np.float32)
    chance = np.array([statistic(codes, once)[0] for codes in by.shuffled])
    return measure_statistic(lambda weights: statistic(by.codes, weights), by.samples, mean_of(chance))


def judge_hubs(rows: np.ndarray, by: Labelling) -> dict[str, Measured]:
    """Among all tracks: whose neighbours an artist's other tracks are does not matter here."""
    hubs = hubness(find_neighbors(rows, by.k)[0])
    counts, k = hubs.occurrences, max(1, hubs.k)
    random = draw_occurrences(len(counts), k, by.seed)
    judged = {
        name: measure_statistic(partial(of_samples, measure, counts), by.samples, measure(random))
        for name, measure in {"hub_skewness": skewness, "robin_hood": robin_hood}.items()
    }
    never = (counts == 0).astype(np.float64)
    return judged | {"anti_hubs": measure_mean(never, by.samples, float((random == 0).mean()))}


def of_samples(
    measure: Callable[[np.ndarray, np.ndarray], float], values: np.ndarray, samples: np.ndarray
) -> np.ndarray:
    return np.array([measure(values, weights) for weights in samples])


def judge_dimension(rows: np.ndarray, by: Labelling) -> Measured:
    ratios = distance_ratios(rows)
    return measure_statistic(lambda weights: intrinsic_dimension(ratios, weights), by.samples)


def confuse(neighbors: np.ndarray, by: Labelling) -> np.ndarray:
    voted = vote(neighbors, by.codes)
    counts = np.zeros((len(by.classes), len(by.classes)))
    np.add.at(counts, (by.codes[voted >= 0], voted[voted >= 0]), 1)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def judge_map(vectors: np.ndarray, coords: np.ndarray, by: Labelling) -> dict[str, Measured]:
    """coords: [n, 2 or 3], a map of the vectors. Chance: the same places dealt to other tracks."""
    rows = to_unit_length(vectors)
    k = largest_k(len(rows), by.k)
    near = find_neighbors(rows, k)[0]
    quality = measure_map(rows, coords, near)
    dealt = measure_map(rows, np.random.default_rng(by.seed).permutation(coords), near)
    names = ("trustworthiness", "continuity", "kept")
    faithful = {
        name: measure_mean(getattr(quality, name), by.samples, mean_of(getattr(dealt, name)))
        for name in names
    }
    shown = find_neighbors(coords, by.k)[0]
    return faithful | {"neighbourhood_hit": judge_ranking("precision", shown, by, None)}


def mean_of(values: np.ndarray) -> float:
    return float(np.nanmean(values)) if values.size and not np.isnan(values).all() else math.nan
