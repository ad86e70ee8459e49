"""Metrics of a space against scikit-learn and slow loops; noise scores at chance, clusters score 1."""

import numpy as np
import pytest
from sklearn import metrics

from ML.errors import LibraryError, ModelOutputError
from ML.evaluation import clustering
from ML.evaluation.agreement import linear_cka, rank_biased_overlap
from ML.evaluation.dimension import distance_ratios, intrinsic_dimension
from ML.evaluation.hubness import robin_hood, skewness
from ML.evaluation.intervals import paired_interval
from ML.evaluation.judgement import Labelling, judge_map, judge_space
from ML.evaluation.metric_table import METRIC_ROWS
from ML.evaluation.probe import split_folds
from ML.evaluation.ranking import own_groups, rank_own_neighbors, to_unit_length
from ML.evaluation.resampling import draw_samples, measure_mean, paired_difference
from ML.evaluation.retrieval import METRICS, count_relevant, relevance
from tests.ML.evaluation.clusters import clusters, random_vectors

FRACTIONS = ("knn_accuracy", "precision", "map", "ndcg", "probe_accuracy")
AGAINST_CHANCE = (*FRACTIONS, "silhouette", "davies_bouldin", "calinski_harabasz", "nmi", "ari")


@pytest.fixture(scope="module")
def mixed() -> tuple[np.ndarray, np.ndarray]:
    """float64 [60, 6] in three classes that overlap, and their codes."""
    codes = np.arange(60) % 3
    return random_vectors(60) + np.eye(3, 6)[codes], codes


@pytest.fixture(scope="module")
def noise():
    """200 random vectors with random labels, judged."""
    labels = np.random.default_rng(1).choice(list("abcd"), 200).tolist()
    return judge_space(random_vectors(200, 12), Labelling(labels, None, 10, 0))


def once(n: int) -> np.ndarray:
    return np.ones((1, n))


def test_clusters_are_measured_as_scikit_learn_does(mixed):
    rows, codes = mixed
    shuffled = np.random.default_rng(0).permutation(codes)
    widths = clustering.silhouettes(rows, [codes, shuffled])
    np.testing.assert_allclose(widths[0], metrics.silhouette_samples(rows, codes))
    np.testing.assert_allclose(widths[1], metrics.silhouette_samples(rows, shuffled))
    assert clustering.davies_bouldin(rows, codes, once(60)) == pytest.approx(
        metrics.davies_bouldin_score(rows, codes)
    )
    assert clustering.calinski_harabasz(rows, codes, once(60)) == pytest.approx(
        metrics.calinski_harabasz_score(rows, codes)
    )
    found = clustering.find_clusters(rows, 4, 0)
    for ours, theirs in (
        (clustering.normalised_mutual_information, metrics.normalized_mutual_info_score),
        (clustering.adjusted_rand, metrics.adjusted_rand_score),
    ):
        assert ours(codes, found, once(60)) == pytest.approx(theirs(codes, found))


def test_a_track_drawn_twice_is_two_tracks_there(mixed, monkeypatch):
    monkeypatch.setattr("ML.evaluation.ranking.BLOCK_VALUES", 30)  # several samples, one at a time
    rows, codes = mixed
    samples = draw_samples(60, 3, 4)
    for ours, theirs in (
        (clustering.davies_bouldin, metrics.davies_bouldin_score),
        (clustering.calinski_harabasz, metrics.calinski_harabasz_score),
    ):
        drawn = [np.repeat(np.arange(60), weights.astype(int)) for weights in samples]
        expected = [theirs(rows[own], codes[own]) for own in drawn]
        np.testing.assert_allclose(ours(rows, codes, samples), expected)


def test_hubs_and_dimension_are_what_loops_say(mixed):
    counts, weights = np.array([0, 4, 1, 7, 0]), np.array([2, 1, 0, 1, 3])
    drawn = np.repeat(counts, weights)
    excess = sum(count - drawn.mean() for count in drawn if count > drawn.mean())
    assert robin_hood(counts, weights) == pytest.approx(excess / drawn.sum())
    assert skewness(counts, weights) == pytest.approx(skewness(drawn))
    rows, _ = mixed
    logs = []
    for row in rows:
        nearest = np.sort(np.linalg.norm(rows - row, axis=1))
        logs.append(np.log(nearest[2] / nearest[1]))
    assert intrinsic_dimension(distance_ratios(rows), once(60)) == pytest.approx(60 / sum(logs))


def test_a_plane_in_many_columns_has_two_dimensions():
    """Within three standard errors: that of the estimate is 2 / √2000 = 0.045."""
    plane = np.random.default_rng(0).random((2000, 2)) @ random_vectors(2, 40)
    assert intrinsic_dimension(distance_ratios(plane), once(2000)) == pytest.approx(2, abs=0.15)


def test_cka_and_rankings_are_what_their_definitions_say():
    left, right = random_vectors(30, 5), random_vectors(30, 7, seed=1)
    centre = np.eye(30) - 1 / 30
    one, other = (centre @ rows @ rows.T @ centre for rows in (left, right))
    expected = (one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum())
    assert linear_cka(left, right) == pytest.approx(expected)
    turned = np.linalg.qr(random_vectors(5, 5, seed=2))[0]
    assert linear_cka(left, 3 * left @ turned + 1) == pytest.approx(1)
    assert np.isnan(linear_cka(left, np.ones((30, 2))))
    ranks = np.array([[1, 2, 3], [1, 2, 3], [1, 2, 3]])
    others = np.array([[1, 2, 3], [3, 2, 1], [7, 8, 9]])
    weights = [1, 0.9, 0.81]
    agreed = [[1, 1, 1], [0, 1 / 2, 1], [0, 0, 0]]
    told = [sum(w * a for w, a in zip(weights, row, strict=True)) / sum(weights) for row in agreed]
    np.testing.assert_allclose(rank_biased_overlap(ranks, others), told)


def test_noise_scores_at_chance(noise):
    for key in AGAINST_CHANCE:
        measured = noise.metrics[key]
        slack = 0.25 * (
            measured.interval.high - measured.interval.low
        )  # ten of these: one misses 95 % by chance
        assert measured.interval.low - slack <= measured.chance <= measured.interval.high + slack, key


def test_the_chance_of_a_ranking_is_what_labels_dealt_anew_give_on_average():
    """Why none are dealt: a place then holds one of the others as often as in a random order."""
    labels = np.random.default_rng(3).choice(list("aaabbc"), 40).tolist()
    vectors = random_vectors(40, 5)
    expected = judge_space(vectors, Labelling(labels, None, 6, 0)).metrics
    generator = np.random.default_rng(4)
    neighbors = rank_own_neighbors(to_unit_length(vectors), 6)
    dealt = [Labelling(generator.permutation(labels).tolist(), None, 6, 0) for _ in range(300)]
    for name in METRICS:
        found = [METRICS[name].per_query(*seen(neighbors, by)).mean() for by in dealt]
        error = np.std(found) / np.sqrt(len(found))  # standard error: 3.5 of them in 1 of 2000 runs
        assert np.mean(found) == pytest.approx(expected[name].chance, abs=3.5 * error), name


def seen(neighbors: np.ndarray, by: Labelling) -> tuple[np.ndarray, np.ndarray]:
    own = own_groups(len(by.labels), None)
    return relevance(neighbors, by.sets, by.sets), count_relevant(by.sets, by.sets, *own)


def test_clusters_that_nobody_can_confuse_score_1():
    rows, labels = clusters(4, 12)
    by = Labelling(labels, None, 10, 0)
    judged = judge_space(rows, by)
    for key in (*FRACTIONS, "nmi", "ari"):
        assert judged.metrics[key].interval.mean == pytest.approx(1), key
        assert judged.metrics[key].chance < 0.5, key
    assert judged.metrics["silhouette"].interval.mean > 0.9
    np.testing.assert_array_equal(judged.confusion, np.eye(4))
    faithful = judge_map(rows, to_unit_length(rows), by)
    assert all(faithful[key].interval.mean > 0.99 > faithful[key].chance + 0.2 for key in faithful)
    assert {*judged.metrics, *faithful} == {row.key for row in METRIC_ROWS}


def test_an_artist_cannot_be_recognised_in_place_of_a_genre():
    """Every artist is of one genre and sounds like itself; genres sound like nothing."""
    artists = np.repeat(np.arange(40), 5)
    rows = np.eye(40)[artists] + 0.01 * random_vectors(200, 40)
    labels = [f"genre {artist % 4}" for artist in artists]
    fooled = judge_space(rows, Labelling(labels, None, 4, 0)).metrics
    told = judge_space(rows, Labelling(labels, artists.tolist(), 4, 0)).metrics
    for key in ("knn_accuracy", "probe_accuracy"):
        assert fooled[key].interval.mean == pytest.approx(1) and told[key].interval.mean < 0.5
    for train, test in split_folds(np.array(artists) % 4, artists.tolist(), 0):
        assert not {*artists[train]} & {*artists[test]}


def test_an_interval_holds_the_truth_as_often_as_it_says():
    """95 % of 200, whose standard error is 1.5 %; the bootstrap of 80 values covers a little less."""
    rng = np.random.default_rng(0)
    held = 0
    for seed in range(200):
        interval = measure_mean((rng.random(80) < 0.3).astype(float), draw_samples(80, seed, 200)).interval
        held += interval.low <= 0.3 <= interval.high
    assert 0.88 <= held / 200 <= 0.99


def test_models_that_differ_on_the_same_tracks_are_told_apart_where_intervals_overlap():
    hard = np.random.default_rng(0).random(60)
    samples = draw_samples(60, 0)
    better, worse = (measure_mean(hard + step, samples) for step in (0.05, 0.0))
    assert better.interval.low < worse.interval.high, "judged one by one they overlap"
    difference = paired_difference(better, worse)
    assert difference.is_clear and difference.interval.low > 0
    assert difference.interval.mean == pytest.approx(0.05)


def measure_hits(hits: np.ndarray, seed: int = 0):
    return measure_mean(hits.astype(float), draw_samples(len(hits), seed, 200))


@pytest.mark.parametrize("seed", range(10))
def test_one_track_of_42_tells_no_models_apart(seed):
    """A sign test gives p = 1; the percentiles of bootstrap samples left out 0 in 11 of 20 seeds."""
    left = np.arange(42) < 22
    right = left & (np.arange(42) != 21)
    difference = paired_difference(measure_hits(left, seed), measure_hits(right, seed))
    assert not difference.is_clear
    assert difference.interval.low < 0 < difference.interval.high


SHARES = [(0.02, 0.02), (0.05, 0.02), (0.1, 0.1), (0.25, 0.1), (0.3, 0.3)]  # of tracks won and lost


@pytest.mark.parametrize("n_tracks", [20, 42, 131])
@pytest.mark.parametrize(("p_won", "p_lost"), SHARES)
def test_intervals_of_paired_differences_hold_as_often_as_they_say(n_tracks, p_won, p_lost):
    """4,000 simulated pairs of models: of 1,000 the share itself would be uncertain by 0.014."""
    rng = np.random.default_rng(n_tracks)
    won = rng.choice([1.0, 0.0, -1.0], size=(4000, n_tracks), p=[p_won, 1 - p_won - p_lost, p_lost])
    found = [paired_interval(row) for row in won]
    share = np.mean([each.low <= p_won - p_lost <= each.high for each in found])
    assert share >= 0.93
    if n_tracks * (p_won + p_lost) >= 8:  # of fewer differences no interval can say just 95 %
        assert share <= 0.97


def test_a_difference_that_is_clear_alone_may_not_be_among_many():
    won = np.zeros(42)
    won[:8], won[8] = 1, -1
    left, right = measure_hits(won > 0), measure_hits(won < 0)
    assert paired_difference(left, right).is_clear
    assert not paired_difference(left, right, n_comparisons=100).is_clear


def test_labels_of_one_track_limit_the_accuracy_of_neighbors():
    labels = ["rock"] * 3 + ["jazz"] * 3 + ["solo", "duo"]
    assert Labelling(labels, None, 2, 0).knn_ceiling == 0.75
    artists = ["a", "b", "c", "d", "d", "d", None, None]
    assert Labelling(labels, artists, 2, 0).knn_ceiling == 0.375, "all jazz is by one artist"


def test_more_neighbours_than_tracks_are_as_many_as_there_are():
    rows, labels = clusters(2, 3)
    judged = judge_space(rows, Labelling(labels, None, 50, 0))
    assert judged.metrics["knn_accuracy"].interval.n == 6
    assert judged.neighbors.shape == (6, 50)
    assert judge_map(rows, rows[:, :2], Labelling(labels, None, 50, 0))["kept"].interval.n == 6


@pytest.mark.parametrize("labels", [[], ["rock"], ["rock", "rock"], ["rock", "jazz"]])
def test_labels_that_cannot_judge_are_refused(labels):
    with pytest.raises(LibraryError, match="needs two"):
        Labelling(labels, None, 10, 0)


def test_vectors_that_are_not_finite_are_refused():
    rows, labels = clusters(2, 3)
    rows[1, 1] = np.nan
    with pytest.raises(ModelOutputError, match="not finite"):
        judge_space(rows, Labelling(labels, None, 3, 0))


def test_tracks_that_are_all_alike_have_an_answer():
    judged = judge_space(np.ones((8, 3)), Labelling(list("aabbaabb"), None, 3, 0))
    assert judged.metrics["silhouette"].interval.mean == 0
    assert judged.metrics["intrinsic_dimension"].interval.n == 0
