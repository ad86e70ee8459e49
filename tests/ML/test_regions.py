"""Names on the regions of a map: what a listener would call the corner he is in."""

import numpy as np

from ML.regions import name_regions, score_names

CENTRES = np.array([[0, 0], [10, 0], [0, 10], [10, 10]])


def clustered(n_each: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Four heaps of points: coords [n, 2], and the heap of each."""
    owners = np.repeat(np.arange(4), n_each)
    return CENTRES[owners] + 0.5 * np.random.default_rng(0).standard_normal((4 * n_each, 2)), owners


def flags(owners: np.ndarray, *shares: tuple[float, ...]) -> np.ndarray:
    """bool [n, m]: name j in that share of each heap."""
    within = np.arange(len(owners)) % (len(owners) // 4) / (len(owners) // 4)
    return np.stack([within < np.array(share)[owners] for share in shares], axis=1)


def test_each_heap_bears_the_name_that_sets_it_apart():
    coords, owners = clustered()
    names = ["jazz", "piano", "techno", "folk", "music"]
    has = flags(owners, (1, 0, 0, 0), (0, 0.9, 0.1, 0), (0, 0, 0.8, 0), (0, 0, 0, 0.7), (1, 1, 1, 1))
    regions = name_regions(coords, names, has)
    for region in regions:
        heap = np.square(CENTRES - region.place).sum(axis=1).argmin()
        assert names.index(region.name) == heap, "and never what is heard everywhere"
    assert {region.name for region in regions} == {"jazz", "piano", "techno", "folk"}


def test_no_name_stands_twice():
    coords, owners = clustered()
    regions = name_regions(coords, ["left", "rare"], flags(owners, (1, 0, 1, 0), (0, 0.2, 0, 0)))
    assert [region.name for region in regions] == ["left"], "named once; a few are no region"


def test_the_same_map_gets_the_same_names_and_few_points_none():
    coords, owners = clustered()
    has = flags(owners, (1, 0, 0, 0), (0, 0.9, 0.1, 0))
    first, again = (name_regions(coords, ["a", "b"], has) for _ in range(2))
    assert [(r.name, r.n_points, *r.place) for r in first] == [(r.name, r.n_points, *r.place) for r in again]
    assert name_regions(coords[:11], ["a", "b"], has[:11]) == []
    assert name_regions(coords, [], has[:, :0]) == []


def test_scores_are_what_the_formula_says():
    owners = np.array([0, 0, 1, 1])
    has = np.array([[1, 1], [1, 0], [0, 1], [0, 1]], bool)
    np.testing.assert_allclose(score_names(owners, has), [[1.0, 0], [0, 0]])  # 0.5 and 1 of 0.75: too little
