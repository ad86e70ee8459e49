"""Do tracks lie with their genre? Centroids, agreement, and the genres of nearest neighbours, by cosine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ML.errors import LibraryError
from ML.evaluation.hubness import Hubness, hubness
from ML.evaluation.intervals import bootstrap_interval
from ML.evaluation.knn import encode_labels
from ML.evaluation.ranking import (
    DECIMALS,
    count_visible,
    own_groups,
    rank_own_neighbors,
    to_unit_length,
)
from ML.evaluation.retrieval import Score, count_relevant, relevance, score

N_SHUFFLES = 50


@dataclass(frozen=True)
class GenreSimilarity:
    """n tracks of g genres in one model's space.

    n_tracks: int64 [g].  codes: int64 [n], the place of each track's genre in genres.
    centroid_similarity: float64 [g, g], cosine between centroids.
    own_similarity: float64 [n], cosine to the own genre's centroid, the track part of it.
    nearest_genre: int64 [n], of the nearest centroid, the track not part of its own genre's.
    neighbors: int64 [n, k], -1 for none.
    neighbor_genres: float64 [g, g], the share that each genre has in the neighbours of a genre's tracks.
    hubness: of the neighbours.
    agreement_inclusive, agreement: share whose nearest centroid is the own genre's, as the original program
    counted (the track is part of the centroid) and without itself.
    """

    genres: list[str]
    codes: np.ndarray
    n_tracks: np.ndarray
    centroid_similarity: np.ndarray
    own_similarity: np.ndarray
    nearest_genre: np.ndarray
    neighbors: np.ndarray
    neighbor_genres: np.ndarray
    hubness: Hubness
    agreement_inclusive: Score
    agreement: Score
    precision: Score
    average_precision: Score

    @property
    def singles(self) -> list[str]:
        """Genres of one track: nothing can be found for it, and it has no centroid without itself."""
        return [genre for genre, n in zip(self.genres, self.n_tracks, strict=True) if n == 1]

    @property
    def best_precision(self) -> float:
        """What precision reaches where every track finds its whole genre; NaN where nothing can be found."""
        n_others = (self.n_tracks - 1)[self.codes]
        findable = n_others[n_others > 0]
        k = self.neighbors.shape[1]
        return float(np.minimum(findable, k).mean() / k) if len(findable) else float("nan")


def compute_genre_similarity(
    vectors: np.ndarray, genres: Sequence[str], k: int, seed: int
) -> GenreSimilarity:
    """vectors: [n, width].  genres: one a track.  k: neighbours that count.

    Raises LibraryError for fewer than two genres.
    """
    names, codes = encode_labels(genres)
    if len(names) < 2:
        raise LibraryError(
            f"{len(genres)} tracks with a genre are of {len(names)} genres: a comparison needs two. "
            "Name genres in selected_songs.csv (filename,genre) or in the files' tags, then run index-audio."
        )
    inclusive = centroid_cosines(vectors, codes, with_self=True)
    alone = centroid_cosines(vectors, codes, with_self=False)
    labels, groups = [{genre} for genre in genres], own_groups(len(genres))
    neighbors = rank_own_neighbors(vectors, k)
    found = relevance(neighbors, labels, labels), count_relevant(labels, labels, *groups)
    n_visible = count_visible(len(genres), len(genres), *groups)
    return GenreSimilarity(
        genres=names,
        codes=codes,
        n_tracks=np.bincount(codes),
        centroid_similarity=compare_centroids(vectors, codes),
        own_similarity=inclusive[np.arange(len(codes)), codes],
        nearest_genre=nearest(alone),
        neighbors=neighbors,
        neighbor_genres=count_neighbor_genres(neighbors, codes, len(names)),
        hubness=hubness(neighbors),
        agreement_inclusive=score_agreement(vectors, codes, seed, agree_inclusive),
        agreement=score_agreement(vectors, codes, seed, agree_alone),
        precision=score("precision", *found, n_visible, seed),
        average_precision=score("map", *found, n_visible, seed),
    )


def sum_genres(vectors: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """float64 [g, width]: a sum points where the mean does, and cosine sees no more than that."""
    return np.eye(codes.max() + 1)[codes].T @ np.asarray(vectors, dtype=np.float64)


def compare_centroids(vectors: np.ndarray, codes: np.ndarray) -> np.ndarray:
    centroids = to_unit_length(sum_genres(vectors, codes))
    return centroids @ centroids.T


def centroid_cosines(vectors: np.ndarray, codes: np.ndarray, with_self: bool) -> np.ndarray:
    """Cosine of every track to every genre's centroid: float64 [n, g].

    Without itself, the only track of a genre has no centroid to go to: -inf.
    """
    rows, sums = to_unit_length(vectors), sum_genres(vectors, codes)
    cosines = rows @ to_unit_length(sums).T
    if not with_self:
        others = to_unit_length(sums[codes] - vectors)
        own = np.where(np.bincount(codes)[codes] > 1, (rows * others).sum(axis=1), -np.inf)
        cosines[np.arange(len(codes)), codes] = own
    return cosines


def nearest(cosines: np.ndarray) -> np.ndarray:
    return cosines.round(DECIMALS).argmax(axis=1)


def agree_inclusive(vectors: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return (nearest(centroid_cosines(vectors, codes, with_self=True)) == codes).astype(np.float64)


def agree_alone(vectors: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """NaN for the only track of a genre."""
    agrees = nearest(centroid_cosines(vectors, codes, with_self=False)) == codes
    return np.where(np.bincount(codes)[codes] > 1, agrees, np.nan)


def score_agreement(
    vectors: np.ndarray, codes: np.ndarray, seed: int, agree: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> Score:
    """Chance is the mean over shuffled genres: it shows what a track gains by being in its own centroid."""
    interval = bootstrap_interval(agree(vectors, codes), seed)
    generator = np.random.default_rng(seed)
    shuffled = [agree(vectors, generator.permutation(codes)) for _ in range(N_SHUFFLES)] if interval.n else []
    return Score(interval, float(np.nanmean(shuffled)) if shuffled else float("nan"))


def count_neighbor_genres(neighbors: np.ndarray, codes: np.ndarray, n_genres: int) -> np.ndarray:
    """float64 [g, g]; a row sums to 1, or to 0 for a genre whose tracks have no neighbours."""
    counts = np.zeros((n_genres, n_genres))
    tracks, places = (neighbors >= 0).nonzero()
    np.add.at(counts, (codes[tracks], codes[neighbors[tracks, places]]), 1)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
