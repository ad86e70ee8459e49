"""How far a map lies about each of its points, against the definition and scikit-learn."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from ML.evaluation.agreement import neighbour_overlap
from ML.evaluation.map_quality import largest_k, measure_map
from ML.neighbors import find_neighbors

K = 7
ROUNDING = 1e-12  # sums of integer ranks, divided in another order in float64


def slow_order(points: np.ndarray, i: int) -> list[int]:
    """All other points, nearest first."""
    others = [j for j in range(len(points)) if j != i]
    return sorted(others, key=lambda j: sum((points[i] - points[j]) ** 2))


def slow_intrusion(points: np.ndarray, seen: np.ndarray, k: int) -> list[float]:
    """1 - what Venna & Kaski's sum takes off for each point seen near without being it."""
    n, told = len(points), []
    for i in range(n):
        order = slow_order(points, i)
        false = [j for j in slow_order(seen, i)[:k] if j not in order[:k]]
        told.append(1 - 2 / (k * (2 * n - 3 * k - 1)) * sum(order.index(j) + 1 - k for j in false))
    return told


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray]:
    """float32 [50, 9] and a map of them that lies here and there."""
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((50, 9)).astype(np.float32)
    return rows, (rows[:, :2] + 0.4 * rng.standard_normal((50, 2))).astype(np.float32)


def measured(rows: np.ndarray, coords: np.ndarray, k: int = K):
    return measure_map(rows, coords, find_neighbors(rows, k)[0])


def test_every_point_is_what_the_definition_says(drawn):
    rows, coords = drawn
    quality = measured(rows, coords)
    np.testing.assert_allclose(quality.trustworthiness, slow_intrusion(rows, coords, K), atol=ROUNDING)
    np.testing.assert_allclose(quality.continuity, slow_intrusion(coords, rows, K), atol=ROUNDING)
    kept = [len({*slow_order(rows, i)[:K]} & {*slow_order(coords, i)[:K]}) / K for i in range(len(rows))]
    np.testing.assert_allclose(quality.kept, kept)
    assert 0 < quality.kept.mean() < 1 and np.ptp(quality.trustworthiness) > 0.1


def test_the_mean_is_scikit_learns(drawn):
    rows, coords = drawn
    quality = measured(rows, coords)
    assert quality.trustworthiness.mean() == pytest.approx(trustworthiness(rows, coords, n_neighbors=K))
    assert quality.continuity.mean() == pytest.approx(trustworthiness(coords, rows, n_neighbors=K))


def test_large_maps_are_ranked_in_blocks_and_single_precision_as_well(drawn, monkeypatch):
    """Ranks are equal: squared distances here differ by 2e-5 or more, and float32 rounds them by 2e-6."""
    rows, coords = drawn
    exact = measured(rows, coords)
    monkeypatch.setattr("ML.evaluation.map_quality.BLOCK_VALUES", 150)
    monkeypatch.setattr("ML.evaluation.map_quality.FLOAT64_VALUES", 0)
    np.testing.assert_allclose(measured(rows, coords).trustworthiness, exact.trustworthiness)


def test_of_a_very_large_map_a_sample_is_ranked_and_each_of_it_as_among_all(drawn, monkeypatch):
    """Equal bits: what is compared are sums of integer ranks."""
    rows, coords = drawn
    exact = measured(rows, coords)
    assert exact.n_sampled is None
    monkeypatch.setattr("ML.evaluation.map_quality.MOST_PAIRS", 20 * len(rows))
    sampled, again = measured(rows, coords), measured(rows, coords)
    assert sampled.n_sampled == 20
    np.testing.assert_array_equal(sampled.kept, exact.kept)
    for name in ("trustworthiness", "continuity"):
        told, true = getattr(sampled, name), getattr(exact, name)
        is_known = np.isfinite(told)
        assert is_known.sum() == 20
        np.testing.assert_array_equal(told[is_known], true[is_known])
        np.testing.assert_array_equal(told, getattr(again, name))


def test_a_neighbour_that_an_index_did_not_find_is_no_fault_of_the_map(drawn):
    rows, coords = drawn
    near = find_neighbors(rows, K)[0]
    whole = measure_map(rows, coords, near)
    near[5, -1] = -1
    holed = measure_map(rows, coords, near)
    assert holed.continuity[5] >= whole.continuity[5]
    np.testing.assert_array_equal(np.delete(holed.continuity, 5), np.delete(whole.continuity, 5))


def test_a_faithful_map_is_without_fault_and_a_torn_cluster_shows_where(drawn):
    rows, _ = drawn
    quality = measured(rows, 3 * rows + 5)
    assert all((field == 1).all() for field in (quality.kept, quality.trustworthiness, quality.continuity))
    plane = np.column_stack([np.repeat(np.arange(10.0), 10), np.tile(np.arange(10.0), 10)])
    plane += np.random.default_rng(0).uniform(-0.2, 0.2, plane.shape)
    torn = plane.copy()
    torn[33] += 40
    found = measured(plane, torn)
    assert found.kept[33] < 1 and found.continuity.argmin() == 33


def test_few_points_have_few_neighbours():
    assert [largest_k(n, 10) for n in (0, 1, 2, 3, 4, 21, 48)] == [0, 0, 0, 1, 1, 10, 10]
    alone = measure_map(np.zeros((2, 3)), np.zeros((2, 2)), np.zeros((2, 0), np.int64))
    assert alone.kept.tolist() == [1, 1]


def test_overlap_is_what_sets_say(monkeypatch):
    monkeypatch.setattr("ML.evaluation.agreement.COMPARED_AT_ONCE", 3)
    rng = np.random.default_rng(1)
    left, right = (np.stack([rng.permutation(12)[:5] for _ in range(40)]) for _ in range(2))
    left[0], right[0] = right[0, ::-1], right[0]
    left[1, 2:] = -1
    right[2] = left[2] = -1
    sets = [({*a} - {-1}, {*b} - {-1}) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    told = neighbour_overlap(left, right)
    expected = [len(a & b) / len(a | b) if a | b else np.nan for a, b in sets]
    np.testing.assert_allclose(told, expected)
    assert told[0] == 1 and np.isnan(told[2])
