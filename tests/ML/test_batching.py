"""Batches mix the segments of many songs, and every song gets back its own."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ML.batch_size import choose_batch_segments
from ML.batching import Part, SegmentBatcher, TrackCollector, hear
from ML.errors import MelodexError
from ML.inference import LoadedModel
from ML.registry import get
from ML.segments import SegmentOutput, TrackOutput, split_segments
from ML.spec import Framing

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
    return split_segments(samples.astype(np.float32), Framing(LENGTH, LENGTH))


def run(model: Echo, n_segments: list[int], batch_segments: int) -> dict[int, TrackOutput | MelodexError]:
    """What becomes of songs 1, 2, … of so many segments; their batches are heard last to first."""
    loaded = LoadedModel(get("acoustic"), model, batch_segments)
    batcher, batches = SegmentBatcher(loaded), []
    collectors = {number: TrackCollector() for number in range(1, len(n_segments) + 1)}
    for (number, collector), n in zip(collectors.items(), n_segments, strict=True):
        for first in range(0, n, 3):  # as they are read
            segments = song(number, n).take(slice(first, first + 3))
            batches += batcher.add(collector.number(number, segments))
        collector.is_read = True
    batches += batcher.flush()
    failed: dict[int, MelodexError] = {}
    for batch in reversed(batches):
        for heard in hear(loaded, batch):
            if isinstance(heard.outcome, MelodexError):
                failed[heard.part.track_id] = heard.outcome
            else:
                collectors[heard.part.track_id].collect(heard.part, heard.outcome)
    assert all(collector.is_complete != (number in failed) for number, collector in collectors.items())
    return failed | {
        number: collector.pool(False) for number, collector in collectors.items() if number not in failed
    }


@pytest.mark.parametrize("batch_segments", [1, 2, 3, 8, 100])
@pytest.mark.parametrize("n_segments", [[1], [1, 1, 1], [3, 1, 2, 5], [7, 1, 1, 1, 9], [20]])
def test_every_song_gets_its_own_segments_back(n_segments, batch_segments):
    outcomes = run(Echo(), n_segments, batch_segments)
    for number, n in enumerate(n_segments, start=1):
        expected = number + 0.25 * np.arange(n)
        outcome = outcomes[number]
        assert outcome.segment_embeddings[:, 0].tolist() == expected.tolist()
        assert outcome.segment_taggrams[:, 0].tolist() == (-expected).tolist()
        assert outcome.segment_starts.tolist() == list(range(n))
        assert outcome.embedding[0] == pytest.approx(expected.mean())


@pytest.mark.parametrize("n_segments", [[1] * 10, [11], [3, 9, 1], [5, 5]])
def test_batches_are_full_whatever_tracks_they_are_of(n_segments):
    model = Echo()
    run(model, n_segments, 4)
    n_full, rest = divmod(sum(n_segments), 4)
    assert sorted(model.batch_sizes, reverse=True) == [4] * n_full + [rest] * bool(rest)


@pytest.mark.parametrize("batch_segments", [1, 2, 4, 100])
@pytest.mark.parametrize("trouble", [{"trips_over": 3.0}, {"answers_nan_to": 3.0}, {"trips_over": 3.25}])
def test_a_song_that_fails_does_not_take_its_neighbours_along(trouble, batch_segments):
    outcomes = run(Echo(**trouble), [1, 1, 2, 1, 1], batch_segments)
    assert {number for number, outcome in outcomes.items() if isinstance(outcome, MelodexError)} == {3}
    for number in outcomes.keys() - {3}:
        assert outcomes[number].embedding.tolist() == [number]


def test_the_reason_names_the_model():
    outcomes = run(Echo(trips_over=1.0), [1], 2)
    assert str(outcomes[1]) == "acoustic/librosa failed: cannot hear this"


class SmallMemory(Echo):
    """A device that holds three segments at once."""

    def __call__(self, segments):
        if len(segments) > 3:
            self.batch_sizes.append(len(segments))
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB.")
        return super().__call__(segments)


def test_a_batch_too_large_for_the_device_is_halved_and_so_are_those_after_it():
    model = SmallMemory()
    outcomes = run(model, [10, 10, 10], 16)
    for number in (1, 2, 3):
        expected = number + 0.25 * np.arange(10)
        assert outcomes[number].segment_embeddings[:, 0].tolist() == expected.tolist()
    # Cut before the trouble: one batch of 16, one of 14. What is cut after it is small.
    assert [size for size in model.batch_sizes if size > 3] == [14, 7, 16]
    assert sum(size for size in model.batch_sizes if size <= 3) == 30
    loaded = LoadedModel(get("acoustic"), SmallMemory(), 16)
    loaded.embed_segments(song(1, 16))
    loaded.run.batch_sizes.clear()
    batches = list(SegmentBatcher(loaded).add(Part(1, 0, song(1, 9))))
    assert loaded.batch_segments == 2 and [len(part.segments) for (part,) in batches] == [2] * 4


def test_one_segment_too_large_for_the_device_is_a_failure():
    class NoMemory(Echo):
        def __call__(self, segments):
            raise torch.OutOfMemoryError("CUDA out of memory.")

    assert "out of memory" in str(run(NoMemory(), [4], 4)[1])


@pytest.mark.parametrize(("n_fits", "chosen"), [(1000, 64), (40, 32), (8, 8), (4, 4), (1, 1)])
def test_the_size_of_a_batch_on_a_gpu_is_found_by_trying(monkeypatch, n_fits, chosen):
    """Up to 64 segments take one second, so larger batches pay until there."""
    now = [0.0]

    class Gpu(Echo):
        def __call__(self, segments):
            if len(segments) > n_fits:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            now[0] += max(1.0, len(segments) / 64)
            return super().__call__(segments)

    monkeypatch.setattr("ML.batch_size.time.perf_counter", lambda: now[0])
    model = LoadedModel(replace(get("acoustic"), segment_samples=LENGTH), Gpu())
    assert choose_batch_segments(model, "cuda", 0) == chosen
    assert choose_batch_segments(model, "cuda", 5) == 5
    assert choose_batch_segments(model, "cpu", 0) == 2
    assert choose_batch_segments(LoadedModel(get("whisper"), Gpu()), "cpu", 0) == 1
