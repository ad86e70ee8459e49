"""Perfect clusters score 1, random vectors score at chance, and nobody is helped by his own artist."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ML.training.contrastive.batches import FeatureSet
from ML.training.contrastive.evaluation import KNN, NDCG, PRECISION, SILHOUETTE, evaluate, judge
from ML.training.contrastive.music import GenreTrack
from tests.ML.training.contrastive.features import GENRES, clouds


def raw(features: FeatureSet) -> np.ndarray:
    return features.pool(features.windows)


def test_perfect_clusters_score_one():
    found = evaluate(clouds(12, spread=0.01), clouds(4, "test", 0.01, 1), raw, seed=0)
    head = found.systems["trained_head"]
    assert [head[name].mean for name in (KNN, PRECISION, NDCG)] == [1.0, 1.0, 1.0]
    assert head[SILHOUETTE].mean > 0.99
    assert head[KNN].low < 1, "twelve right answers are no certainty"
    difference = found.systems["head_minus_raw"]
    assert all(interval.mean == 0 for interval in difference.values())


def test_random_vectors_score_at_chance():
    """600 tracks in three genres: a share of them has a standard error of 0.02, of which 0.06 is three."""
    training, test = clouds(200, spread=1000), clouds(200, "test", 1000, 1)
    found = evaluate(training, test, raw, seed=0)
    for name in (KNN, PRECISION, NDCG):
        assert found.systems["raw_whisper"][name].mean == pytest.approx(found.chance[name], abs=0.06)
    assert found.chance[PRECISION] == pytest.approx(1 / 3)
    assert abs(found.systems["raw_whisper"][SILHOUETTE].mean) < 0.05


def test_an_artists_own_tracks_do_not_answer():
    training, test = clouds(12, spread=0.01), clouds(4, "test", 0.01, 1)
    theirs = [
        replace(track, artist="one") if track.genres == ("jazz",) else track for track in training.tracks
    ]
    asked = [replace(track, artist="one") if track.genres == ("jazz",) else track for track in test.tracks]
    judged = judge(asked, theirs, raw(test), raw(training))
    jazz = np.array([track.genres == ("jazz",) for track in asked])
    assert (judged.per_track[KNN][jazz] == 0).all() and (judged.per_track[KNN][~jazz] == 1).all()
    assert np.isnan(judged.per_track[PRECISION][jazz]).all(), "nothing to find is not a failure"


def test_any_shared_genre_is_right():
    known = [GenreTrack(Path(f"{n}"), (genre,), None, "training") for n, genre in enumerate(GENRES * 2)]
    asked = [GenreTrack(Path("asks"), ("rock", "jazz"), None, "test")]
    corpus = np.array([[-1.0, 0], [1, 0.1], [1, 0]] * 2)
    judged = judge(asked, known, np.array([[1.0, 0.0]]), corpus)
    assert judged.per_track[KNN] == [1] and judged.per_track[NDCG] == [1]


def test_a_silhouette_needs_two_of_a_genre():
    found = evaluate(clouds(4), clouds(1, "test", seed=1), raw, seed=0)
    assert found.systems["trained_head"][SILHOUETTE].n == 0
    assert "nothing to measure" in "\n".join(found.lines())
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert told["systems"]["trained_head"][SILHOUETTE]["mean"] is None
    assert told["test_tracks"] == 3 and told["corpus_tracks"] == 12


def test_the_table_has_a_row_a_system_and_chance():
    lines = evaluate(clouds(4), clouds(2, "test", seed=1), raw, seed=0).lines()
    assert [line.split("  ")[0] for line in lines] == [
        "", "raw whisper", "trained head", "head minus raw", "chance",
    ]  # fmt: skip
