"""A track of any length is read in the memory of some seconds, to the sample as if it were read whole."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from ML import registry
from ML.audio import decode, resample, stream_at
from ML.errors import AudioDecodeError, AudioTooShortError
from ML.inference import LoadedModel
from ML.segments import SegmentCutter, SegmentOutput, join_segments, pool_segments, split_segments
from ML.spec import Framing
from ML.track_reading import chunks_at, cut_chunks, read_chunks
from tests.sounds import noise, write_sound

RATES = (16_000, 24_000, 22_050, 44_100)
OVERLAPPING = Framing(100, 300, hop_samples=200, keeps_tail=False)


@pytest.fixture(scope="module")
def song(tmp_path_factory) -> Path:
    """Two minutes of stereo."""
    samples = np.stack([noise(1, 120.0, 44_100), noise(2, 120.0, 44_100)], axis=1)
    return write_sound(tmp_path_factory.mktemp("long") / "song.wav", samples, 44_100)


@pytest.mark.parametrize("rate", RATES)
def test_resampling_while_decoding_changes_no_sample(rate, song):
    """Equal bits: soxr computes in blocks of its own, wherever its input is cut."""
    heard = np.concatenate([blocks[rate] for blocks in stream_at(song, RATES)])
    assert np.array_equal(heard, resample(decode(song), rate))


@pytest.mark.parametrize(
    "key",
    [
        "musicnn/mtat",
        "musicnn/mtat@won2020",
        "vgg/mtat",
        "vgg/mtat@won2020",
        "whisper/base",
        "vggish/pretrained",
        "mert/95m",
    ],
)
def test_segments_of_a_file_are_those_of_its_waveform(key, song):
    model = LoadedModel(registry.get_by_key(key)[0], lambda segments: None)
    framing = model.spec.framing
    parts = [chunk.by_framing[framing] for chunk in read_chunks(song, [framing, Framing(8_000, 80)])]
    read, whole = join_segments(parts), model.split(decode(song))
    assert np.array_equal(read.samples, whole.samples)
    assert read.lengths.tolist() == whole.lengths.tolist()
    assert read.starts.tolist() == whole.starts.tolist()
    assert sum(len(part) > 0 for part in parts) > 1


@pytest.mark.parametrize("framing", [Framing(100, 300), Framing(100, 300, keeps_tail=False), OVERLAPPING])
@pytest.mark.parametrize("n_samples", [1, 299, 300, 449, 450, 501, 1000])
@pytest.mark.parametrize("block", [1, 37, 300, 800])
def test_cutting_blocks_is_cutting_the_whole(block, n_samples, framing):
    song, cutter = np.arange(n_samples, dtype=np.float32) + 1, SegmentCutter(framing)
    parts = [cutter.push(song[start : start + block]) for start in range(0, n_samples, block)]
    cut, whole = join_segments([*parts, cutter.finish()]), split_segments(song, framing)
    assert cut.samples.tolist() == whole.samples.tolist()
    assert cut.lengths.tolist() == whole.lengths.tolist()
    assert cut.starts.tolist() == whole.starts.tolist()


def test_memory_is_that_of_some_seconds(monkeypatch):
    """Half an hour at three rates would be 430 MB."""
    n_blocks = 600

    def half_an_hour(path, rates, digest):
        return ({rate: np.zeros(3 * rate, np.float32) for rate in rates} for _ in range(n_blocks))

    monkeypatch.setattr("ML.track_reading.stream_at", half_an_hour)
    framings = [
        registry.get_by_key(key)[0].framing for key in ("musicnn/mtat@won2020", "whisper/base", "mfcc_cnn")
    ]
    rates = [framing.sample_rate for framing in framings]
    tracemalloc.start()
    n_segments = [
        [len(chunk.by_framing[framing]) for framing in framings]
        for chunk in cut_chunks(chunks_at(Path("any"), set(rates), 24), framings)
    ]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.sum(n_segments, axis=0).tolist() == [600, 60, 61]
    assert peak < 40e6


def test_damage_is_told_as_ever(tmp_path):
    (tmp_path / "empty.wav").touch()
    with pytest.raises(AudioDecodeError, match="0 bytes"):
        next(stream_at(tmp_path / "empty.wav", [16_000]))


def test_overlapping_segments_start_every_hop():
    song = np.arange(1000, dtype=np.float32) + 1
    segments = split_segments(song, OVERLAPPING)
    assert segments.samples[:, 0].tolist() == [1, 201, 401, 601]
    assert segments.starts.tolist() == [0, 2, 4, 6]
    assert segments.lengths.tolist() == [300] * 4
    assert len(split_segments(song[:100], OVERLAPPING)) == 1


def test_a_file_without_a_sample_is_too_short():
    with pytest.raises(AudioTooShortError):
        list(cut_chunks([], [OVERLAPPING]))


def test_a_mean_of_directions_is_a_direction():
    output = SegmentOutput(np.array([[1.0, 0.0], [0.0, 1.0]], np.float32), np.ones((2, 1), np.float32))
    track = pool_segments(output, np.array([0.0, 30.0]), normalise=True)
    assert np.allclose(track.embedding, np.sqrt(0.5)) and track.embedding.dtype == np.float32
    nothing = SegmentOutput(np.zeros((1, 2), np.float32), np.ones((1, 1), np.float32))
    assert pool_segments(nothing, np.array([0.0]), normalise=True).embedding.tolist() == [0.0, 0.0]
