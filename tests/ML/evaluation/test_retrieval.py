"""Retrieval metrics equal slow obvious loops, score 1 on perfect clusters and chance on noise."""

import itertools

import numpy as np
import pytest

from ML.errors import ModelOutputError
from ML.evaluation.hubness import hubness
from ML.evaluation.intervals import bootstrap_interval
from ML.evaluation.knn import chance_knn_accuracy, knn_accuracy, knn_vote
from ML.evaluation.ranking import count_visible, own_groups, rank_neighbors, rank_own_neighbors
from ML.evaluation.retrieval import METRICS, count_relevant, relevance
from tests.ML.evaluation import slow
from tests.ML.evaluation.clusters import clusters, random_vectors

TAGS = ("guitar", "piano", "voice", "drums")
ARTISTS = [None, "Ana", "Ben", None, "Ana", "Cy"]
ROUNDING = 1e-12  # float64 sums of at most 50 terms, in another order


def random_tags(n: int, seed: int = 0) -> list[set[str]]:
    """Some rows have no tag at all."""
    drawn = np.random.default_rng(seed).random((n, len(TAGS))) < 0.3
    return [{tag for tag, has in zip(TAGS, row, strict=True) if has} for row in drawn]


@pytest.mark.parametrize("groups", [None, ARTISTS * 5])
@pytest.mark.parametrize("k", [1, 7, 29, 40])
def test_neighbours_equal_a_sorted_loop(k, groups):
    vectors = random_vectors(30)
    neighbors = rank_own_neighbors(vectors, k, groups)
    for query, found in enumerate(neighbors):
        expected = slow.rank(vectors, query, groups)[:k]
        assert found.tolist() == expected + [-1] * (k - len(expected))


def test_a_corpus_of_others_is_searched_whole_but_for_the_own_group():
    queries, corpus = random_vectors(3), random_vectors(5, seed=1)
    found = rank_neighbors(queries, corpus, 5, ["Ana", None, None], ["Ana", None, "Ben", "Ana", None])
    assert set(found[0]) == {1, 2, 4, -1} and set(found[1]) == {0, 1, 2, 3, 4}
    assert count_visible(3, 5, ["Ana", None, None], ["Ana", None, "Ben", "Ana", None]).tolist() == [3, 5, 5]


def test_copies_of_a_song_are_ties_and_come_in_order():
    vectors = np.tile(random_vectors(1), (9, 1)) * np.arange(1, 10)[:, None]
    found = rank_own_neighbors(vectors, 3)
    assert found[0].tolist() == [1, 2, 3] and found[8].tolist() == [0, 1, 2]
    assert found[1].tolist() == [0, 2, 3]


def test_blocks_change_nothing(monkeypatch):
    vectors, tags = random_vectors(50), random_tags(50)
    whole = rank_own_neighbors(vectors, 5), count_relevant(tags, tags, *own_groups(50))
    monkeypatch.setattr("ML.evaluation.ranking.BLOCK_VALUES", 60)
    assert (rank_own_neighbors(vectors, 5) == whole[0]).all()
    assert (count_relevant(tags, tags, *own_groups(50)) == whole[1]).all()


def test_a_silent_track_is_near_nobody_and_a_broken_one_is_an_error():
    vectors = random_vectors(4)
    vectors[2] = 0
    assert rank_own_neighbors(vectors, 3)[2].tolist() == [0, 1, 3]
    vectors[2, 0] = np.nan
    with pytest.raises(ModelOutputError, match="1 of 4 vectors"):
        rank_own_neighbors(vectors, 3)


@pytest.mark.parametrize("groups", [None, ARTISTS * 5])
@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("k", [1, 10, 50])
def test_metrics_equal_a_loop(name, k, groups):
    vectors, tags = random_vectors(30), random_tags(30)
    seen = own_groups(30, groups)
    relevant = relevance(rank_own_neighbors(vectors, k, groups), tags, tags)
    per_query = METRICS[name].per_query(relevant, count_relevant(tags, tags, *seen))
    assert np.isnan(per_query).any() and not np.isnan(per_query).all()
    for query, value in enumerate(per_query):
        hits = [bool(tags[query] & tags[row]) for row in slow.rank(vectors, query, groups)]
        if sum(hits):
            assert value == pytest.approx(slow.SLOW[name](hits, sum(hits), k), abs=ROUNDING)
        else:
            assert np.isnan(value)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(("n_visible", "n_relevant", "k"), [(6, 2, 3), (5, 5, 2), (4, 1, 4), (4, 2, 9)])
def test_chance_is_the_mean_over_every_ranking_there_is(name, n_visible, n_relevant, k):
    """Enumerated, not sampled: the closed forms are exact."""
    marks = [True] * n_relevant + [False] * (n_visible - n_relevant)
    scores = [slow.SLOW[name](list(order), n_relevant, k) for order in itertools.permutations(marks)]
    chance = METRICS[name].chance(np.array([n_relevant]), np.array([n_visible]), k)
    assert chance == pytest.approx(np.mean(scores))


@pytest.mark.parametrize("name", METRICS)
def test_random_vectors_score_at_chance(name):
    """The original program's nDCG gave them 0.33."""
    n, k = 400, 10
    tags = random_tags(n)
    relevant = relevance(rank_own_neighbors(random_vectors(n, 32), k), tags, tags)
    n_relevant = count_relevant(tags, tags, *own_groups(n))
    interval = bootstrap_interval(METRICS[name].per_query(relevant, n_relevant), seed=1)
    chance = np.nanmean(METRICS[name].chance(n_relevant, np.full(n, n - 1), k))
    assert interval.low < chance < interval.high


@pytest.mark.parametrize("name", METRICS)
def test_perfect_clusters_score_one(name):
    vectors, names = clusters()
    labels = [{name} for name in names]
    relevant = relevance(rank_own_neighbors(vectors, 10), labels, labels)
    n_relevant = count_relevant(labels, labels, *own_groups(len(labels)))
    assert METRICS[name].per_query(relevant, n_relevant) == pytest.approx(1.0)
    assert knn_accuracy(rank_own_neighbors(vectors, 10), names, names).mean() == 1.0


def test_more_places_than_relevant_songs_cost_precision_alone():
    """Three songs of a genre can fill two of ten places: precision says so, MAP and nDCG ask for no more."""
    vectors, names = clusters(n_clusters=4, size=3)
    labels = [{name} for name in names]
    relevant = relevance(rank_own_neighbors(vectors, 10), labels, labels)
    n_relevant = count_relevant(labels, labels, *own_groups(len(labels)))
    scores = {name: METRICS[name].per_query(relevant, n_relevant).mean() for name in METRICS}
    assert scores == {"precision": pytest.approx(0.2), "map": pytest.approx(1), "ndcg": pytest.approx(1)}


def test_the_only_song_of_its_genre_has_nothing_to_find():
    labels = [{"jazz"}, {"rock"}, {"rock"}]
    relevant = relevance(rank_own_neighbors(random_vectors(3), 2), labels, labels)
    n_relevant = count_relevant(labels, labels, *own_groups(3))
    for metric in METRICS.values():
        per_query = metric.per_query(relevant, n_relevant)
        assert np.isnan(per_query[0]) and bootstrap_interval(per_query, seed=0).n == 2


@pytest.mark.parametrize(("n", "k"), [(0, 10), (1, 10), (5, 0)])
def test_nothing_in_gives_nothing_out(n, k):
    labels = [{"rock"}] * n
    neighbors = rank_own_neighbors(random_vectors(n), k)
    relevant = relevance(neighbors, labels, labels)
    assert neighbors.shape == relevant.shape == (n, k) and not relevant.any()
    for metric in METRICS.values():
        assert metric.per_query(relevant, count_relevant(labels, labels, *own_groups(n))).shape == (n,)
    names = ["rock"] * n
    assert knn_accuracy(neighbors, names, names).tolist() == [0.0] * n
    assert hubness(neighbors).skewness == 0.0


class TestVote:
    def test_equals_a_loop(self):
        vectors, names = random_vectors(40), [TAGS[index % 3] for index in range(40)]
        voted = knn_vote(rank_own_neighbors(vectors, 6), names)
        assert voted == [
            slow.vote([names[row] for row in slow.rank(vectors, query)[:6]]) for query in range(40)
        ]

    def test_of_equally_common_genres_the_nearest_wins(self):
        assert knn_vote(np.array([[0, 1, 2, 3], [1, 0, -1, -1]]), ["pop", "folk", "folk", "pop"]) == [
            "pop",
            "folk",
        ]

    def test_a_query_without_neighbours_is_not_right(self):
        assert knn_vote(np.array([[-1, -1]]), ["pop"]) == [None]
        assert knn_accuracy(np.array([[-1, -1]]), ["pop"], ["pop"]).tolist() == [0.0]

    def test_chance_is_what_random_vectors_reach(self):
        names = [TAGS[index % 4] for index in range(400)]
        neighbors = rank_own_neighbors(random_vectors(400, 32), 5)
        chance = chance_knn_accuracy(neighbors, names, seed=3)
        assert chance == pytest.approx(0.25, abs=0.01)  # four genres; estimated from shuffled names
        reached = bootstrap_interval(knn_accuracy(neighbors, names, names), seed=0)
        assert reached.low < chance < reached.high

    def test_chance_of_strangers_follows_the_corpus(self):
        """A corpus of rock alone makes every vote rock."""
        neighbors = rank_neighbors(random_vectors(4), random_vectors(20, seed=1), 3)
        assert chance_knn_accuracy(neighbors, ["rock", "rock", "rock", "pop"], ["rock"] * 20) == 0.75


class TestHubness:
    def test_a_hub_is_counted(self):
        found = hubness(np.array([[2], [2], [0], [2]]))
        assert found.occurrences.tolist() == [1, 0, 3, 0]
        assert found.largest == 3 and found.n_anti_hubs == 2

    def test_skewness_equals_scipy(self):
        from scipy.stats import skew

        found = hubness(rank_own_neighbors(random_vectors(200, 40) + 1.0, 5))
        assert found.skewness == pytest.approx(skew(found.occurrences)) and found.skewness > 1

    def test_chance_is_the_skewness_of_random_neighbours(self):
        n, k = 40, 4
        generator = np.random.default_rng(0)
        orders = [generator.random((n, n - 1)).argsort(axis=1)[:, :k] for _ in range(200)]
        shifted = [order + (order >= np.arange(n)[:, None]) for order in orders]  # never oneself
        # One skewness of 40 counts varies by 0.4, the mean of 200 by 0.03.
        skews = [hubness(neighbors).skewness for neighbors in shifted]
        assert hubness(shifted[0]).chance_skewness == pytest.approx(np.mean(skews), abs=0.05)


class TestInterval:
    def test_covers_the_truth_as_often_as_it_says(self):
        """95 % of 200, whose standard error is 1.5 %; skewed samples are covered a little less often."""
        generator = np.random.default_rng(0)
        samples = [generator.exponential(1.0, 80) for _ in range(200)]
        intervals = [bootstrap_interval(sample, seed, n_rounds=200) for seed, sample in enumerate(samples)]
        assert 0.88 <= np.mean([found.low < 1.0 < found.high for found in intervals]) <= 0.98

    def test_is_the_same_for_the_same_seed_and_prints(self):
        values = np.array([0.0, 1.0, 1.0, np.nan])
        assert bootstrap_interval(values, seed=5) == bootstrap_interval(values, seed=5)
        assert str(bootstrap_interval(np.ones(4), seed=0)) == "1.000 [1.000, 1.000]"

    def test_of_nothing_says_so(self):
        nothing = bootstrap_interval(np.array([np.nan]), seed=0)
        assert str(nothing) == "nothing to measure" and nothing.as_json()["mean"] is None
