"""Every part of a song is heard, none twice, and the end is not drowned in padding."""

import numpy as np
import pytest

from ML.errors import AudioTooShortError
from ML.segments import SegmentCutter, SegmentOutput, join_segments, pool_segments, split_segments
from ML.spec import Framing

RATE, LENGTH = 100, 300  # 3 s
FRAMING = Framing(RATE, LENGTH)


@pytest.mark.parametrize(
    ("n_samples", "n_segments"),
    [
        (1, 1),
        (149, 1),
        (299, 1),
        (300, 1),
        (449, 1),
        (450, 2),
        (599, 2),
        (600, 2),
        (749, 2),
        (750, 3),
        (3000, 10),
    ],
)
def test_the_end_is_kept_when_it_is_half_a_segment_or_all_there_is(n_samples, n_segments):
    segments = split_segments(np.ones(n_samples, np.float32), FRAMING)
    assert len(segments) == n_segments
    assert segments.samples.shape == (n_segments, LENGTH)
    assert segments.samples.dtype == np.float32
    assert segments.starts.tolist() == [3.0 * number for number in range(n_segments)]


def test_segments_put_together_are_the_song():
    song = np.random.default_rng(1).standard_normal(800).astype(np.float32)
    segments = split_segments(song, FRAMING)
    np.testing.assert_array_equal(segments.samples.reshape(-1)[:800], song)
    assert not segments.samples.reshape(-1)[800:].any(), "what is added is silence"
    assert segments.lengths.tolist() == [300, 300, 200]


def test_lengths_count_real_audio_only():
    for n_samples in (1, 299, 300, 301, 450, 1000):
        segments = split_segments(np.ones(n_samples, np.float32), FRAMING)
        assert segments.lengths.tolist() == segments.samples.sum(axis=1).tolist()


def test_no_samples_are_too_short():
    with pytest.raises(AudioTooShortError):
        split_segments(np.zeros(0, np.float32), FRAMING)


def test_the_song_itself_is_left_alone():
    song = np.ones(450, np.float32)
    samples = split_segments(song, FRAMING).samples
    assert not (samples.flags.writeable and np.shares_memory(samples, song))
    assert song.tolist() == [1.0] * 450


# --- with context -------------------------------------------------------------------------------------------
CONTEXT = 20
WITH_CONTEXT = Framing(RATE, LENGTH, keeps_tail=False, context_samples=CONTEXT)
OVERLAPPING = WITH_CONTEXT._replace(hop_samples=110, keeps_tail=True)


def frames_of(reflected: np.ndarray) -> np.ndarray:
    """Windows of twice the context, once a context."""
    return np.lib.stride_tricks.sliding_window_view(reflected, 2 * CONTEXT)[::CONTEXT]


@pytest.mark.parametrize("n_samples", [280, 281, 299, 300, 301, 579, 580, 599, 600, 601, 3000, 3017])
def test_segments_with_context_are_parts_of_the_reflected_signal(n_samples):
    """Frames of the whole signal, centered and reflected as librosa does, then cut to whole segments."""
    song = np.random.default_rng(n_samples).standard_normal(n_samples).astype(np.float32)
    segments = split_segments(song, WITH_CONTEXT)
    frames = frames_of(np.pad(song, CONTEXT, mode="reflect"))
    n_frames = LENGTH // CONTEXT
    assert len(segments) == len(frames) // n_frames
    for number, segment in enumerate(segments.samples):
        expected = frames[number * n_frames : (number + 1) * n_frames]
        np.testing.assert_array_equal(frames_of(segment), expected)
    assert segments.starts.tolist() == [3.0 * number for number in range(len(segments))]
    assert segments.lengths.tolist() == [CONTEXT + LENGTH] * len(segments)


@pytest.mark.parametrize("n_samples", [1, CONTEXT, CONTEXT + 1, 150, LENGTH - CONTEXT - 1])
def test_a_song_shorter_than_a_segment_is_followed_by_silence(n_samples):
    song = np.random.default_rng(n_samples).standard_normal(n_samples).astype(np.float32)
    segments = split_segments(song, WITH_CONTEXT)
    silent = np.pad(song, (0, LENGTH - n_samples))
    np.testing.assert_array_equal(segments.samples, np.pad(silent, (CONTEXT, 0), mode="reflect")[None])
    assert segments.lengths.tolist() == [CONTEXT + n_samples] and segments.starts.tolist() == [0.0]


@pytest.mark.parametrize("framing", [FRAMING, WITH_CONTEXT, OVERLAPPING])
@pytest.mark.parametrize("n_samples", [5, CONTEXT, 285, 590, 1499])
@pytest.mark.parametrize("block", [1, 7, CONTEXT, 299, 301, 640, 5000])
def test_blocks_of_any_size_give_the_same_segments(framing, n_samples, block):
    song = np.random.default_rng(n_samples).standard_normal(n_samples).astype(np.float32)
    cutter, parts = SegmentCutter(framing), []
    for start in range(0, n_samples, block):
        parts.append(cutter.push(song[start : start + block]))
    joined, whole = join_segments([*parts, cutter.finish()]), split_segments(song, framing)
    np.testing.assert_array_equal(joined.samples, whole.samples)
    assert joined.lengths.tolist() == whole.lengths.tolist()
    assert joined.starts.tolist() == whole.starts.tolist()


def test_joined_segments_keep_order_lengths_and_starts():
    first, second = (split_segments(np.full(n, n, np.float32), FRAMING) for n in (500, 100))
    joined = join_segments([first, second])
    assert joined.samples[:, 0].tolist() == [500, 500, 100]
    assert joined.lengths.tolist() == [300, 200, 100]
    assert joined.starts.tolist() == [0.0, 3.0, 0.0]


def test_a_track_is_the_mean_of_its_segments():
    output = SegmentOutput(
        np.array([[0.0, 2.0], [4.0, 2.0]], np.float32), np.array([[1.0], [0.0]], np.float32)
    )
    track = pool_segments(output, np.array([0.0, 3.0]))
    assert track.embedding.tolist() == [2.0, 2.0]
    assert track.taggram.tolist() == [0.5]
    assert track.segment_embeddings.tolist() == [[0.0, 2.0], [4.0, 2.0]]
    assert track.segment_starts.tolist() == [0.0, 3.0]
    assert track.embedding.dtype == np.float32
