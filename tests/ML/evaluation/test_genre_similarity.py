"""Genres in a model's space: equal to loops, honest about small genres, readable as text and JSON."""

import json

import numpy as np
import pytest

from ML.errors import LibraryError
from ML.evaluation.genre_report import ModelGenres, genre_json, genre_text
from ML.evaluation.genre_similarity import compute_genre_similarity
from tests.ML.evaluation import slow
from tests.ML.evaluation.clusters import clusters, random_vectors

NAMES = ["rock", "jazz", "folk"]


def nearest_by_loop(vectors, genres: list[str], track: int, with_self: bool) -> str:
    """The genre whose mean vector points most where the track does."""
    best, nearest = -2.0, ""
    for genre in sorted(set(genres)):
        members = [row for row, own in enumerate(genres) if own == genre and (with_self or row != track)]
        if members:
            cosine = slow.cosine(vectors[track], np.mean([vectors[row] for row in members], axis=0))
            best, nearest = max((best, nearest), (cosine, genre), key=lambda pair: pair[0])
    return nearest


def report(vectors, genres: list[str], k: int = 10) -> ModelGenres:
    filenames = [f"{number}.mp3" for number in range(len(genres))]
    return ModelGenres("musicnn/mtat", filenames, 0, compute_genre_similarity(vectors, genres, k, seed=42))


class TestAgreement:
    vectors, genres = random_vectors(30), [NAMES[index % 3] for index in range(30)]

    def test_equals_a_loop_with_and_without_the_track_itself(self):
        found = compute_genre_similarity(self.vectors, self.genres, 5, seed=0)
        inclusive = [nearest_by_loop(self.vectors, self.genres, row, True) for row in range(30)]
        alone = [nearest_by_loop(self.vectors, self.genres, row, False) for row in range(30)]
        assert [found.genres[code] for code in found.nearest_genre] == alone
        right = [
            np.mean([a == b for a, b in zip(them, self.genres, strict=True)]) for them in (inclusive, alone)
        ]
        assert [found.agreement_inclusive.interval.mean, found.agreement.interval.mean] == pytest.approx(
            right
        )

    def test_counting_the_track_itself_flatters_noise(self):
        """Random vectors agree with a centroid they are part of; without themselves they do not."""
        found = compute_genre_similarity(random_vectors(60, 40), self.genres * 2, 5, seed=0)
        assert found.agreement_inclusive.interval.mean > 0.6
        assert found.agreement_inclusive.chance > 0.6, "and the chance level says so"
        assert found.agreement.interval.low < found.agreement.chance < found.agreement.interval.high

    def test_is_perfect_for_clusters(self):
        found = compute_genre_similarity(*clusters(), 10, seed=0)
        assert found.agreement.interval.mean == found.precision.interval.mean == 1.0
        assert found.average_precision.interval.mean == pytest.approx(1.0)
        assert found.neighbor_genres == pytest.approx(np.eye(4))
        assert found.centroid_similarity.diagonal() == pytest.approx(1.0)
        # Noise of 0.01 per column turns a vector by 0.03, a centroid by less.
        assert np.abs(found.centroid_similarity - np.eye(4)).max() < 0.1
        assert found.own_similarity.min() > 0.99


def test_own_similarity_and_matrix_equal_a_loop():
    vectors, genres = random_vectors(12), [NAMES[index % 3] for index in range(12)]
    found = compute_genre_similarity(vectors, genres, 3, seed=0)
    centroids = {name: vectors[[own == name for own in genres]].mean(axis=0) for name in NAMES}
    for row, genre in enumerate(genres):
        assert found.own_similarity[row] == pytest.approx(slow.cosine(vectors[row], centroids[genre]))
    for row, left in enumerate(found.genres):
        for column, right in enumerate(found.genres):
            expected = slow.cosine(centroids[left], centroids[right])
            assert found.centroid_similarity[row, column] == pytest.approx(expected)


def test_the_only_track_of_a_genre_is_named_and_left_out():
    vectors, genres = clusters(3, 5)
    model = report(np.vstack([vectors, np.ones(8)]), [*genres, "opera"])
    assert model.similarity.singles == ["opera"]
    assert model.similarity.agreement.interval.n == model.similarity.precision.interval.n == 15
    text = genre_text([model], seed=42)
    assert "Only one track each: opera" in text
    assert genre_json([model], seed=42)["models"]["musicnn/mtat"]["agreement_leave_one_out"]["mean"] == 1.0


def test_more_neighbours_than_tracks_are_told():
    model = report(*clusters(2, 3), k=10)
    assert model.similarity.neighbors.shape == (6, 10)
    assert "precision@10 can be 0.200 at most" in genre_text([model], seed=42)


@pytest.mark.parametrize("genres", [[], ["rock"] * 4])
def test_one_genre_is_no_comparison(genres):
    with pytest.raises(LibraryError, match="needs two.*selected_songs.csv"):
        compute_genre_similarity(random_vectors(len(genres)), genres, 10, seed=0)


def test_genres_of_one_track_each_leave_nothing_to_measure():
    model = report(random_vectors(3), NAMES)
    assert model.similarity.agreement.interval.n == 0
    assert "nothing to measure" in genre_text([model], seed=42)
    json.dumps(genre_json([model], seed=42), allow_nan=False)


def test_the_text_holds_the_figures_the_json_has():
    model = report(random_vectors(30), [NAMES[index % 3] for index in range(30)])
    text, facts = genre_text([model], seed=42), genre_json([model], seed=42)["models"]["musicnn/mtat"]
    for name in ("agreement_inclusive", "agreement_leave_one_out", "precision_at_k", "map_at_k"):
        low, high = facts[name]["interval_95"]
        assert (
            f"{facts[name]['mean']:.3f} [{low:.3f}, {high:.3f}], chance {facts[name]['chance']:.3f}" in text
        )
    strays = [track for track in facts["tracks"] if track["genre"] != track["nearest_genre"]]
    assert f"nearer to the centroid of another genre: {len(strays)} of 30" in text
    assert np.array(facts["neighbor_genres"]).sum(axis=1) == pytest.approx(1.0)
