"""Batches mix the segments of many songs, and every song gets back its own."""

import numpy as np
import pytest

from ML.batching import SegmentBatcher
from ML.errors import MelodexError
from ML.inference import LoadedModel
from ML.registry import get
from ML.segments import SegmentOutput, split_segments

LENGTH = 10


class Echo:
    """Answers every segment with its first sample; remembers the batch sizes; trips over a given value."""

    def __init__(self, trips_over: float | None = None, answers_nan_to: float | None = None):
        self.batch_sizes: list[int] = []
        self.trips_over, self.answers_nan_to = trips_over, answers_nan_to

    def __call__(self, segments):
        self.batch_sizes.append(len(segments))
        first = segments.samples[:, :1]
        if self.trips_over in first:
            raise ValueError("cannot hear this")
        answer = np.where(first == self.answers_nan_to, np.nan, first)
        return SegmentOutput(answer, -answer)


def song(number: int, n_segments: int):
    """Segments whose first samples are number, number + 0.25, …"""
    samples = np.repeat(number + 0.25 * np.arange(n_segments), LENGTH)
    return split_segments(samples.astype(np.float32), LENGTH, LENGTH)


def run(model: Echo, n_segments: list[int], batch_segments: int):
    batcher = SegmentBatcher(LoadedModel(get("acoustic"), model), batch_segments)
    results = []
    for number, n in enumerate(n_segments, start=1):
        results += list(batcher.add(number, song(number, n)))
    return results + list(batcher.flush())


@pytest.mark.parametrize("batch_segments", [1, 2, 3, 8, 100])
@pytest.mark.parametrize("n_segments", [[1], [1, 1, 1], [3, 1, 2, 5], [7, 1, 1, 1, 9], [20]])
def test_every_song_gets_its_own_segments_back(n_segments, batch_segments):
    results = run(Echo(), n_segments, batch_segments)
    assert [result.track_id for result in results] == list(range(1, len(n_segments) + 1))
    for result, n in zip(results, n_segments, strict=True):
        expected = result.track_id + 0.25 * np.arange(n)
        assert result.outcome.segment_embeddings[:, 0].tolist() == expected.tolist()
        assert result.outcome.segment_taggrams[:, 0].tolist() == (-expected).tolist()
        assert result.outcome.segment_starts.tolist() == list(range(n))
        assert result.outcome.embedding[0] == pytest.approx(expected.mean())


def test_batches_are_full_and_never_larger_than_asked():
    model = Echo()
    run(model, [1] * 10, 4)
    assert model.batch_sizes == [4, 4, 2]
    model = Echo()
    run(model, [11], 4)
    assert model.batch_sizes == [4, 4, 3]


def test_a_long_song_waits_for_nobody():
    batcher = SegmentBatcher(LoadedModel(get("acoustic"), Echo()), 4)
    assert list(batcher.add(1, song(1, 1))) == []
    assert [result.track_id for result in batcher.add(2, song(2, 9))] == [1, 2]
    assert list(batcher.flush()) == []


@pytest.mark.parametrize("batch_segments", [1, 2, 4, 100])
@pytest.mark.parametrize("trouble", [{"trips_over": 3.0}, {"answers_nan_to": 3.0}, {"trips_over": 3.25}])
def test_a_song_that_fails_does_not_take_its_neighbours_along(trouble, batch_segments):
    results = run(Echo(**trouble), [1, 1, 2, 1, 1], batch_segments)
    assert sorted(result.track_id for result in results) == [1, 2, 3, 4, 5]
    failed = [result.track_id for result in results if isinstance(result.outcome, MelodexError)]
    assert failed == [3]
    for result in results:
        if result.track_id != 3:
            assert result.outcome.embedding.tolist() == [result.track_id]


def test_the_reason_names_the_model():
    (result,) = run(Echo(trips_over=1.0), [1], 2)
    assert str(result.outcome) == "acoustic/librosa failed: cannot hear this"
