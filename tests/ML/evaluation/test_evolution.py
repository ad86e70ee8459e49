"""A path through the years: long where the music moves, not where only few tracks make it seem so."""

import numpy as np
import pytest

from ML.evaluation.evolution import compute_evolution, describe_year, permute, typical_distance

YEARS = np.repeat([2000, 2002, 2005], [6, 5, 4])


def cloud(n: int, seed: int, width: int = 12) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, width)) * 0.1 + np.eye(width)[0]


def moving(step: float = 0.3) -> np.ndarray:
    """Every year further along one axis."""
    rows = cloud(len(YEARS), 0)
    rows[:, 1] += step * (YEARS - 2000)
    return rows


def slow_path(rows: np.ndarray, years: np.ndarray) -> tuple[float, float]:
    """(length of the path, share of the variance between years), by a loop."""
    unit = [row / np.sqrt(sum(value**2 for value in row)) for row in rows]
    middle = sum(unit) / len(unit)
    length, between, before = 0.0, 0.0, None
    for year in sorted(set(years.tolist())):
        own = [row for row, label in zip(unit, years.tolist(), strict=True) if label == year]
        centroid = sum(own) / len(own)
        between += len(own) * ((centroid - middle) ** 2).sum()
        if before is not None:
            length += float(np.sqrt(((centroid - before) ** 2).sum()))
        before = centroid
    return length, between / sum(((row - middle) ** 2).sum() for row in unit)


def test_music_that_moves_is_told_from_music_that_does_not():
    moved = compute_evolution(moving(), YEARS, seed=1)
    still = compute_evolution(cloud(len(YEARS), 3), YEARS, seed=1)
    assert moved.test.p_value < 0.01 and moved.drift.low > 0
    assert still.test.p_value > 0.05
    assert moved.drift.low > still.drift.high


def test_the_path_is_that_of_a_slow_obvious_loop():
    rows = moving()
    order = np.random.default_rng(2).permutation(len(rows))
    for labels in (YEARS, YEARS[order]):
        found = compute_evolution(rows, labels, seed=0)
        length, explained = slow_path(rows, labels)
        assert sum(step.distance for step in found.steps) == pytest.approx(length)
        assert found.test.observed == pytest.approx(explained)


def test_shuffled_years_are_no_discovery():
    """Of many libraries that do not move, about one in twenty seems to at p < 0.05."""
    years = YEARS[1:13]
    p_values = []
    for seed in range(25):
        rows = cloud(12, seed)
        passed = [describe_year(rows, years, year) for year in (2000, 2002, 2005)]
        p_values.append(permute(rows, passed, np.random.default_rng(seed)).p_value)
    assert sum(p < 0.05 for p in p_values) <= 4  # of 25 fair tests, more than 4 in 1 of 140 runs
    assert 0.3 < np.mean(p_values) < 0.7  # 3.5 standard errors of the mean of 25 uniform numbers


def test_few_tracks_do_not_pose_as_drift():
    found = compute_evolution(cloud(len(YEARS), 5), YEARS, seed=0)
    path = sum(step.distance for step in found.steps) / 5
    assert found.drift.mean < 0.8 * path  # the path has the noise of the centroids in it, the drift has not
    assert found.drift.low <= found.drift.mean <= found.drift.high


def test_the_track_that_left_comes_first_and_years_keep_their_tracks():
    rows = cloud(len(YEARS), 6)
    rows[8] = -rows[8]
    found = compute_evolution(rows, YEARS, seed=0)
    assert (found.moves[0].row, found.moves[0].year) == (8, 2002)
    assert len(found.moves) == 9  # nothing came before the first year
    assert [(year.year, year.rows.tolist()) for year in found.years][1] == (2002, [6, 7, 8, 9, 10])
    assert found.years[1].spread > found.years[0].spread


def test_one_year_and_one_track_have_no_drift():
    found = compute_evolution(cloud(3, 0), [1999] * 3, seed=0)
    assert (found.drift, found.net, found.test, found.steps, found.moves) == (None, None, None, [], [])
    single = compute_evolution(cloud(1, 0), [1999], seed=0)
    assert single.years[0].spread is None and single.spread == 0
    with pytest.raises(ValueError, match="at least one"):
        compute_evolution(cloud(0, 0), [], seed=0)


def test_the_same_seed_gives_the_same_answer():
    one, other = (compute_evolution(moving(), YEARS, seed=4) for _ in range(2))
    assert (one.drift, one.test, one.steps) == (other.drift, other.test, other.steps)


def test_typical_distance_is_that_of_random_pairs():
    rows = cloud(60, 1)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = np.linalg.norm(unit[:, None] - unit[None], axis=2)
    assert typical_distance(rows) == pytest.approx(np.sqrt((pairs**2).mean()))
