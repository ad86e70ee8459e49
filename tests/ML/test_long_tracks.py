"""An hour of music is heard in the memory of its samples at the rate a model needs, and nothing besides."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from ML import registry
from ML.audio import decode, decode_at, resample
from ML.errors import AudioDecodeError
from ML.inference import LoadedModel
from ML.segments import SegmentOutput, join_segments, pool_segments, split_segments
from tests.sounds import noise, write_sound

RATES = (16_000, 24_000, 22_050, 44_100)


@pytest.fixture(scope="module")
def song(tmp_path_factory) -> Path:
    """Two minutes of stereo."""
    samples = np.stack([noise(1, 120.0, 44_100), noise(2, 120.0, 44_100)], axis=1)
    return write_sound(tmp_path_factory.mktemp("long") / "song.wav", samples, 44_100)


@pytest.mark.parametrize("rate", RATES)
def test_resampling_while_decoding_changes_no_sample(rate, song):
    expected = resample(decode(song), rate)
    heard = decode_at(song, RATES).by_rate[rate]
    assert (heard.n_samples, heard.sample_rate) == (len(expected), rate)
    assert np.array_equal(heard.samples[: heard.n_samples], expected)
    assert not heard.samples[heard.n_samples :].any()
    assert heard.duration_seconds == pytest.approx(120, abs=0.01)


@pytest.mark.parametrize("key", ["musicnn/mtat", "vgg/mtat", "whisper/base", "vggish/pretrained", "mert/95m"])
def test_segments_of_a_decoded_file_are_those_of_its_waveform(key, song):
    model = LoadedModel(registry.get_by_key(key)[0], lambda segments: None)
    streamed, whole = model.split(decode_at(song, [model.spec.sample_rate])), model.split(decode(song))
    assert np.array_equal(streamed.samples, whole.samples)
    assert streamed.lengths.tolist() == whole.lengths.tolist()
    assert streamed.starts.tolist() == whole.starts.tolist()


def test_a_track_lies_in_memory_once(song):
    """At 16 kHz, segments included; the file at its own rate would be 21 MB."""
    n_bytes = 120 * 16_000 * 4
    models = [
        LoadedModel(registry.get_by_key(key)[0], lambda segments: None)
        for key in ("musicnn/mtat", "vgg/mtat", "whisper/base", "vggish/pretrained")
    ]
    decode_at(song, [16_000])  # libraries load once
    tracemalloc.start()
    track = decode_at(song, [16_000])
    parts = [join_segments([model.split(track)]) for model in models]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(part.samples.nbytes for part in parts) > 3.9 * n_bytes
    assert peak < 1.7 * n_bytes


def test_damage_is_told_as_ever(tmp_path):
    (tmp_path / "empty.wav").touch()
    with pytest.raises(AudioDecodeError, match="0 bytes"):
        decode_at(tmp_path / "empty.wav", [16_000])


def test_overlapping_segments_start_every_hop():
    song = np.arange(1000, dtype=np.float32) + 1
    segments = split_segments(song, 300, 100, hop_samples=200, keeps_tail=False)
    assert segments.samples[:, 0].tolist() == [1, 201, 401, 601]
    assert segments.starts.tolist() == [0, 2, 4, 6]
    assert segments.lengths.tolist() == [300] * 4
    assert len(split_segments(song[:100], 300, 100, hop_samples=200, keeps_tail=False)) == 1


def test_a_mean_of_directions_is_a_direction():
    output = SegmentOutput(np.array([[1.0, 0.0], [0.0, 1.0]], np.float32), np.ones((2, 1), np.float32))
    track = pool_segments(output, np.array([0.0, 30.0]), normalise=True)
    assert np.allclose(track.embedding, np.sqrt(0.5)) and track.embedding.dtype == np.float32
    nothing = SegmentOutput(np.zeros((1, 2), np.float32), np.ones((1, 1), np.float32))
    assert pool_segments(nothing, np.array([0.0]), normalise=True).embedding.tolist() == [0.0, 0.0]
