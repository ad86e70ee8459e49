"""The search finds what a slow and obvious loop finds, in the same order."""

import dataclasses

import numpy as np
import pytest

from ML.search import METRICS, between, blend, build_space, scale_locally

ROUNDING = 1e-6  # of cosines: rows of length 1 are kept in float32, which rounds by 1e-7


def obvious_distance(metric: str, a: np.ndarray, b: np.ndarray) -> float:
    a, b = a.astype(np.float64), b.astype(np.float64)
    if metric == "euclidean":
        return float(np.sqrt(((a - b) ** 2).sum()))
    return float(1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def clustered(n_rows: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = 4 * rng.standard_normal((8, width))
    return (centres[rng.integers(8, size=n_rows)] + rng.standard_normal((n_rows, width))).astype(np.float32)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("k", [1, 7, 300, 1000])
def test_neighbours_are_those_of_the_obvious_loop(metric, k):
    values = clustered(300, 24)
    space = build_space(values, METRICS[metric])
    for row in (0, 17, 299):
        loop = sorted((obvious_distance(metric, values[row], other), at) for at, other in enumerate(values))
        nearest = space.nearest(space.rows[row].astype(np.float64), k)
        assert nearest.owners[1:].tolist() == [at for _, at in loop[:k]][1:]
        # Centered rows of up to 20 are kept in float32, which rounds each column by 1e-6.
        np.testing.assert_allclose(nearest.distances, [d for d, _ in loop[:k]], atol=1e-5)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_small_differences_between_large_values_are_not_lost(metric, offset):
    """Float32 products alone would shuffle these: the differences are far below their rounding."""
    rng = np.random.default_rng(1)
    line = np.linspace(0, 0.3, 200)[rng.permutation(200)]
    values = np.column_stack([np.full((200, 99), 1 + offset), 1 + offset + line]).astype(np.float32)
    space = build_space(values, METRICS[metric])
    lowest = int(line.argmin())
    found = space.nearest(space.rows[lowest].astype(np.float64), 200).owners
    rows = space.rows.astype(np.float64)  # float32 sums would make ties of their own
    expected = np.lexsort((np.arange(200), np.square(rows - rows[lowest]).sum(axis=1)))
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("metric", METRICS)
def test_equal_tracks_come_in_order_and_at_distance_zero(metric):
    values = clustered(60, 10)
    values[[5, 40, 21]] = values[30]
    space = build_space(values, METRICS[metric])
    nearest = space.nearest(space.rows[30].astype(np.float64), 5)
    assert nearest.owners[:4].tolist() == [5, 21, 30, 40]
    assert nearest.distances[:4].tolist() == [0.0] * 4


def test_silence_is_as_far_as_can_be_without_a_direction():
    values = np.vstack([clustered(20, 6), np.zeros((2, 6), np.float32)])
    space = build_space(values, METRICS["cosine"])
    nearest = space.nearest(space.rows[20].astype(np.float64), 22)
    assert nearest.owners[:2].tolist() == [20, 21]
    np.testing.assert_allclose(nearest.distances[2:], 1.0, atol=ROUNDING)
    loud = space.nearest(space.rows[0].astype(np.float64), 22)
    assert loud.distances[list(loud.owners).index(20)] == pytest.approx(1.0, abs=ROUNDING)


@pytest.mark.parametrize("metric", METRICS)
def test_segments_answer_with_the_best_of_each_track(metric):
    values = clustered(120, 12).astype(np.float16)
    owners = np.sort(np.random.default_rng(3).integers(30, size=120))
    owners = np.unique(owners, return_inverse=True)[1]
    space = build_space(values, METRICS[metric], owners)
    point = space.rows[50].astype(np.float64)
    squares = np.square(space.rows.astype(np.float64) - point).sum(axis=1)
    best = sorted((squares[owners == owner].min(), owner) for owner in range(space.n_owners))
    nearest = space.nearest(point, 9)
    assert nearest.owners.tolist() == [owner for _, owner in best[:9]]
    assert owners[nearest.rows].tolist() == nearest.owners.tolist()
    np.testing.assert_allclose(
        np.square(space.rows[nearest.rows] - point).sum(axis=1), [d for d, _ in best[:9]]
    )


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("n_rows", [0, 1])
def test_a_library_of_none_or_one(metric, n_rows):
    space = build_space(clustered(n_rows, 5), METRICS[metric])
    assert space.nearest(np.zeros(5), 10).owners.tolist() == list(range(n_rows))


@pytest.mark.parametrize("metric", METRICS)
def test_radii_are_distances_to_the_kth_neighbour(metric):
    space = build_space(clustered(80, 16), METRICS[metric])
    radii = space.radii(space.rows[[3, 9]], 11)
    expected = [space.nearest(space.rows[row].astype(np.float64), 11).distances[-1] for row in (3, 9)]
    # |x|² - 2xy + |y|² in float32 rounds by 1e-7 of the squared lengths, not of the squared distance.
    np.testing.assert_allclose(radii, expected, rtol=1e-3)


def test_local_scaling_puts_the_hub_behind_the_friend():
    """Equally far, but one of them is as near to everybody."""
    scores = scale_locally(np.array([0.5, 0.5]), 0.5, np.array([0.1, 0.6]))
    assert scores[0] > scores[1]
    assert np.all((scores > 0) & (scores < 1))
    assert scale_locally(np.array([0.0]), 0.0, np.array([0.0])).tolist() == [0.0]


def test_a_blend_has_what_both_have_and_not_what_is_taken_away():
    rock, calm, vocal = np.eye(3, dtype=np.float32)
    values = np.stack([rock, calm, rock + vocal, calm + vocal, rock + calm, rock + calm + vocal])
    space = build_space(values, METRICS["cosine"])
    assert space.nearest(blend(space, [0, 1], []), 1).owners.tolist() == [4]
    without_voice = space.nearest(blend(space, [2, 1], [3]), 6).owners.tolist()
    assert without_voice.index(0) < without_voice.index(2), "rock that nobody sings to"


@pytest.mark.parametrize("metric", METRICS)
def test_a_way_leads_evenly_from_one_to_the_other(metric):
    space = build_space(clustered(40, 8), METRICS[metric])
    ends = space.rows[[4, 30]].astype(np.float64)
    points = between(space, 4, 30, 5)
    from_start = [np.linalg.norm(point - ends[0]) for point in points]
    to_end = [np.linalg.norm(point - ends[1]) for point in points]
    assert from_start == sorted(from_start) and to_end == sorted(to_end, reverse=True)
    assert len(points) == 5


def wide(n_rows: int, n_directions: int, seed: int = 0) -> np.ndarray:
    """float32 [n, 300] that mostly lie in a few directions, in clusters."""
    rng = np.random.default_rng(seed)
    axes = rng.standard_normal((n_directions, 300)) / np.sqrt(n_directions)
    return (clustered(n_rows, n_directions, seed) @ axes + 0.1 * rng.standard_normal((n_rows, 300))).astype(
        np.float32
    )


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("n_directions", [20, 300])
def test_few_columns_find_the_same_as_all(metric, n_directions, monkeypatch):
    """Also where rows differ in every direction, and few columns tell nothing."""
    # Equal bits: whichever rows are proposed, each is measured by the same float64 sum.
    monkeypatch.setattr("ML.short_rows.FEWEST_ROWS", 1000)
    values = wide(4000, n_directions)
    values[2000] = values[3]
    space = build_space(values, METRICS[metric])
    assert space.short is not None
    whole = dataclasses.replace(space, short=None)
    for row in range(0, 4000, 400):
        point = space.rows[row].astype(np.float64) + (0.01 if row % 800 else 0.0)
        for k in (1, 10, 3999):
            ours, obvious = space.nearest(point, k), whole.nearest(point, k)
            assert ours.owners.tolist() == obvious.owners.tolist()
            assert ours.distances.tolist() == obvious.distances.tolist()


def test_few_columns_spare_most_of_the_rows(monkeypatch):
    monkeypatch.setattr("ML.short_rows.FEWEST_ROWS", 1000)
    space = build_space(wide(4000, 20), METRICS["cosine"])
    proposed = [space.propose_short(space.rows[row].astype(np.float64), 10) for row in range(0, 4000, 200)]
    assert all(10 <= len(rows) <= 200 for rows in proposed)


def test_a_lower_bound_is_never_above_the_distance():
    from ML.short_rows import shorten

    values = wide(20_000, 80)
    values[:100] = shorten(values).axes[:, 0]  # nothing left over
    short = shorten(values)
    for point in (values[5], values[7000], values[9] + values[11], np.zeros(300)):
        true = np.square(values.astype(np.float64) - point).sum(axis=1)
        longest = max(np.square(values).sum(axis=1).max(), np.square(point).sum())
        # Bounds are float32 sums over 300 columns: 300 times 6e-8 of the longest at the worst.
        assert np.all(short.lower_bounds(point.astype(np.float64)) <= true + 1e-5 * longest)
