"""Who meets whom in a batch, and which window of a track is heard."""

import numpy as np

from ML.training.contrastive.batches import balanced_batches, shuffled_batches
from tests.ML.training.contrastive.features import clouds

ROUNDING = 1e-6  # float32 means of three windows and sums of 12 squares, of vectors of length 1


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_every_track_comes_once_an_epoch_and_none_alone():
    for n_tracks in (4, 5, 8, 9, 13, 2):
        batches = shuffled_batches(n_tracks, 4, rng())
        assert sorted(np.concatenate(batches)) == list(range(n_tracks))
        assert all(2 <= len(batch) <= 5 for batch in batches)


def test_windows_are_drawn_from_the_track_and_all_have_their_turn():
    music, generator = clouds(4), rng()
    chosen = np.array([2, 5, 2])  # of three windows each
    seen = {tuple(row) for _ in range(60) for row in music.draw_windows(chosen[:1], generator)}
    assert seen == {tuple(row) for row in music.windows[music.first[2] : music.first[3]]}
    assert music.draw_windows(chosen, generator).shape == (3, music.windows.shape[1])


def test_a_track_is_the_direction_of_its_windows_mean():
    music = clouds(2)
    for index, pooled in enumerate(music.pool(music.windows)):
        mean = music.windows[music.first[index] : music.first[index + 1]].mean(axis=0)
        assert np.allclose(pooled, mean / np.linalg.norm(mean), atol=ROUNDING)


def test_every_second_track_keeps_its_own_windows_and_genres():
    music = clouds(4)
    half = music.every(2)
    assert half.tracks == music.tracks[::2] and np.array_equal(half.labels, music.labels[::2])
    assert np.allclose(half.pool(half.windows), music.pool(music.windows)[::2])


def test_balanced_batches_hold_as_many_of_a_rare_genre_as_of_a_common_one():
    labels = np.zeros((50, 3), bool)
    labels[:40, 0] = labels[40:48, 1] = labels[48:, 2] = True
    batches = balanced_batches(labels, 12, rng())
    assert len(batches) == 5
    for batch in batches:
        counts = labels[batch].sum(axis=0)
        assert counts[2] == 2 and counts[1] == counts[0] == 4
    assert len(np.unique(np.concatenate(batches))) > 25, "the common genre's tracks take turns"


def test_with_more_genres_than_places_each_genre_of_a_batch_has_company():
    labels = np.repeat(np.eye(30, dtype=bool), 4, axis=0)
    batches = balanced_batches(labels, 16, rng())
    for batch in batches:
        counts = labels[batch].sum(axis=0)
        assert len(batch) == 16 and set(counts) == {0, 2}


def test_a_genre_of_one_track_is_never_drawn_for_company():
    labels = np.eye(3, dtype=bool)[[0, 0, 0, 0, 1, 1, 1, 2]]
    assert all(7 not in batch for batch in balanced_batches(labels, 4, rng()))
