"""What comes out of a file is what a listener would call the same sound, whatever the format."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ML.audio import Waveform, decode, is_audio_file, probe, resample
from ML.errors import AudioDecodeError
from tests.conftest import REPOSITORY
from tests.sounds import FLOAT_FORMAT, noise, tag, tone, wav_bytes, write_sound

LIBRARY = REPOSITORY.parent / "shared" / "audio" / "library"
LAME_ATTENUATION = 0.06  # the encoder scales by 0.95 against clipping; √2 and 2 are far from that
BITS_16 = 1e-4  # files of 16 bits hold steps of 1 / 2**15 = 3e-5; writers scale by 32767 or 32768
LOSSLESS, LOSSY = (".wav", ".flac"), (".ogg", ".mp3", ".m4a")


def level(samples: np.ndarray) -> float:
    """Amplitude of a tone: √2 times its RMS, without the edges that encoders blur."""
    inner = samples[len(samples) // 8 : -len(samples) // 8]
    return float(np.sqrt(2 * np.mean(inner.astype(np.float64) ** 2)))


def loudest_frequency(samples: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


@pytest.mark.parametrize("extension", LOSSLESS + LOSSY)
def test_one_silent_channel_halves_the_sound(extension, tmp_path):
    """The mean of the channels: FFmpeg's own down-mix would give 0.35, a sum 0.5."""
    left = tone(seconds=1.0)
    path = write_sound(tmp_path / f"left{extension}", np.stack([left, np.zeros_like(left)], axis=1))
    assert level(decode(path).samples) == pytest.approx(0.25, rel=LAME_ATTENUATION)


@pytest.mark.parametrize("extension", LOSSLESS)
def test_opposite_channels_cancel(extension, tmp_path):
    left = noise(1)
    path = write_sound(tmp_path / f"opposite{extension}", np.stack([left, -left], axis=1))
    assert np.abs(decode(path).samples).max() < BITS_16


def test_equal_channels_are_the_one_sound(tmp_path):
    left = tone(seconds=1.0)
    path = write_sound(tmp_path / "both.wav", np.stack([left, left], axis=1))
    np.testing.assert_allclose(decode(path).samples, left, atol=BITS_16)


@pytest.mark.parametrize("n_channels", [1, 2, 3, 6, 8])
def test_any_number_of_channels_is_their_mean(n_channels, tmp_path):
    channels = np.stack([tone(200 * (number + 1), level=0.3) for number in range(n_channels)], axis=1)
    waveform = decode(write_sound(tmp_path / "many.wav", channels))
    np.testing.assert_allclose(waveform.samples, channels.mean(axis=1), atol=BITS_16)
    assert (waveform.samples.dtype, waveform.samples.ndim) == (np.float32, 1)


def int24(samples: np.ndarray) -> bytes:
    wide = np.round(samples * (2**23 - 1)).astype("<i4")
    return wide.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


# Bits, format, encoder and tolerance: two or three steps, since 1.0 is written as 127 of 128 steps and so on.
# From 24 bits on, the steps of float32 count: 6e-8.
PCM = {
    "8-bit": (8, 1, lambda x: np.round(x * 127 + 128).astype(np.uint8).tobytes(), 2 / 127),
    "16-bit": (16, 1, lambda x: np.round(x * 32767).astype("<i2").tobytes(), BITS_16),
    "24-bit": (24, 1, int24, 1e-6),
    "32-bit": (32, 1, lambda x: np.round(x * (2**31 - 1)).astype("<i4").tobytes(), 1e-6),
    "float": (32, FLOAT_FORMAT, lambda x: x.astype("<f4").tobytes(), 1e-7),
    "double": (64, FLOAT_FORMAT, lambda x: x.astype("<f8").tobytes(), 1e-7),
}


@pytest.mark.parametrize("kind", PCM)
@pytest.mark.parametrize("n_channels", [1, 2])
def test_wav_of_every_sample_format(kind, n_channels, tmp_path):
    bits, code, encode, tolerance = PCM[kind]
    samples = tone(seconds=0.3, level=0.9).astype(np.float64)
    interleaved = np.repeat(samples, n_channels)
    path = tmp_path / "pcm.wav"
    path.write_bytes(wav_bytes(encode(interleaved), 44_100, bits, n_channels, code))
    waveform = decode(path)
    assert (waveform.sample_rate, len(waveform.samples)) == (44_100, len(samples))
    np.testing.assert_allclose(waveform.samples, samples, atol=tolerance)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("extension", LOSSLESS)
def test_a_file_keeps_its_own_rate(rate, extension, tmp_path):
    samples = tone(440, 0.5, rate)
    waveform = decode(write_sound(tmp_path / f"song{extension}", samples, rate))
    assert (waveform.sample_rate, waveform.duration_seconds) == (rate, 0.5)
    np.testing.assert_allclose(waveform.samples, samples, atol=BITS_16)


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("extension", LOSSY)
def test_lossy_formats_come_back_near_the_original(extension, rate, tmp_path):
    samples = tone(440, 2.0, rate) * 0.6 + tone(1500, 2.0, rate) * 0.3
    waveform = decode(write_sound(tmp_path / f"song{extension}", samples, rate))
    assert waveform.sample_rate == rate
    # Encoders pad to whole frames: 26 ms of MP3, with a delay of up to two. Bins of 2 s lie 0.5 Hz apart.
    assert waveform.duration_seconds == pytest.approx(2.0, abs=0.1)
    assert loudest_frequency(waveform.samples, rate) == pytest.approx(440, abs=2)
    assert level(waveform.samples) == pytest.approx(level(samples), rel=LAME_ATTENUATION)
    wave = np.correlate(waveform.samples[: rate // 2], samples[2000 : 2000 + rate // 4], "valid").max()
    own = float((samples[2000 : 2000 + rate // 4] ** 2).sum())
    # LAME scales by 0.95.
    assert wave / own > 0.93, "the wave itself, not only its loudness"


def test_formats_agree_with_one_another(tmp_path):
    samples = noise(3, 1.0) + tone(seconds=1.0)
    decoded = [decode(write_sound(tmp_path / f"song{each}", samples)).samples for each in LOSSLESS]
    np.testing.assert_allclose(*decoded, atol=1.01 / 2**15)  # one step of 16 bits


@pytest.mark.parametrize("extension", [".mp3", ".ogg", ".flac", ".wav"])
def test_another_decoder_hears_the_same(extension, tmp_path):
    import soundfile

    channels = np.stack([tone(440, 1.0), tone(660, 1.0, level=0.2)], axis=1)
    path = write_sound(tmp_path / f"song{extension}", channels)
    ours, (theirs, rate) = decode(path), soundfile.read(path, dtype="float32")
    assert ours.sample_rate == rate
    shared = slice(2000, 20_000)  # without the edges, where decoders treat an encoder's delay differently
    # FFmpeg and libsndfile have decoders of their own for MP3 and Vorbis: 1e-3 is 33 steps of 16 bits.
    np.testing.assert_allclose(ours.samples[shared], theirs.mean(axis=1)[shared], atol=1e-3)


@pytest.mark.parametrize(
    ("frequency", "rate", "target"),
    [(9_000, 44_100, 16_000), (12_000, 44_100, 22_050), (20_000, 96_000, 24_000)],
)
def test_what_a_rate_cannot_hold_vanishes(frequency, rate, target):
    """Without a filter, 9 kHz at 16 kHz would come back as a tone of 7 kHz."""
    waveform = Waveform(tone(frequency, 1.0, rate), rate)
    resampled = resample(waveform, target)
    assert level(resampled) < 1e-3  # 54 dB below the tone of 0.5; soxr's HQ promises 100 dB


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("target", [16_000, 22_050, 24_000])
def test_what_a_rate_can_hold_stays(rate, target):
    resampled = resample(Waveform(tone(1000, 1.0, rate), rate), target)
    assert len(resampled) == pytest.approx(target, abs=1)
    assert resampled.dtype == np.float32
    assert loudest_frequency(resampled, target) == pytest.approx(1000, abs=2)  # bins of 1 s: 1 Hz
    assert level(resampled) == pytest.approx(0.5, abs=0.002)  # the RMS of a part of a period: 1 in 1000


def test_the_same_rate_changes_nothing():
    samples = noise(1)
    assert resample(Waveform(samples, 16_000), 16_000) is samples


def test_no_system_ffmpeg_is_needed(tmp_path):
    paths = [str(write_sound(tmp_path / f"song{extension}")) for extension in LOSSLESS + LOSSY]
    code = "import sys; from pathlib import Path; from ML.audio import decode\n"
    code += "print([len(decode(Path(path)).samples) > 10_000 for path in sys.argv[1:]])"
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"} | {
        "PATH": ""
    }
    done = subprocess.run(
        [sys.executable, "-c", code, *paths], cwd=REPOSITORY, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.stdout.strip() == str([True] * 5), done.stderr


def test_a_truncated_flac_gives_its_beginning(tmp_path):
    samples = noise(1, 4.0)
    path = write_sound(tmp_path / "whole.flac", samples)
    cut = tmp_path / "cut.flac"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    salvaged = decode(cut).samples
    assert 0.3 * len(samples) < len(salvaged) < 0.6 * len(samples)
    np.testing.assert_allclose(salvaged[:20_000], samples[:20_000], atol=BITS_16)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_refused(value, tmp_path):
    samples = tone()
    samples[77] = value
    path = tmp_path / "bad.wav"
    path.write_bytes(wav_bytes(samples.tobytes(), 44_100, 32, 1, FLOAT_FORMAT))
    with pytest.raises(AudioDecodeError, match="bad.wav.*not finite"):
        decode(path)


@pytest.mark.parametrize("function", [decode, probe])
def test_a_file_that_is_not_there(function, tmp_path):
    with pytest.raises(AudioDecodeError, match="No such file"):
        function(tmp_path / "none.mp3")


def test_a_video_without_sound_is_no_song(tmp_path):
    import av

    path = tmp_path / "silent film.m4a"
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(AudioDecodeError, match="no audio stream"):
        decode(path)


@pytest.mark.parametrize("extension", LOSSLESS + LOSSY)
def test_the_hash_follows_the_sound_not_the_tags_or_the_name(extension, tmp_path):
    first = write_sound(tmp_path / f"first{extension}", noise(1))
    copy = write_sound(tmp_path / f"copy{extension}", noise(1))
    other = write_sound(tmp_path / f"other{extension}", noise(2))
    before = probe(first).content_hash
    tag(first, title="New title " * 50, artist="Someone")
    assert probe(first).content_hash == before
    assert probe(other).content_hash != before
    assert probe(copy).content_hash == before


@pytest.mark.parametrize("extension", LOSSLESS + LOSSY)
def test_the_header_knows_length_rate_and_channels(extension, tmp_path):
    samples = np.stack([noise(1, 1.5, 44_100)] * 2, axis=1)
    found = probe(write_sound(tmp_path / f"song{extension}", samples, 44_100))
    assert (found.sample_rate, found.n_channels) == (44_100, 2)
    assert found.duration_seconds == pytest.approx(1.5, abs=0.1)  # lossy formats pad to whole frames


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("a.mp3", True),
        ("A.FLAC", True),
        ("._a.mp3", False),
        (".mp3", False),
        ("a.aiff", False),
        ("mp3", False),
    ],
)
def test_what_counts_as_a_song(name, is_one):
    assert is_audio_file(Path(name)) is is_one


@pytest.mark.skipif(not LIBRARY.is_dir(), reason="needs ../shared/audio/library")
def test_real_songs_decode_to_the_length_they_say():
    paths = [path for path in sorted(LIBRARY.rglob("*")) if is_audio_file(path)]
    assert len({path.suffix for path in paths}) == 5
    for path in paths[::6]:
        waveform, said = decode(path), probe(path).duration_seconds
        # MP3 headers without a count of frames give an estimate from the bit rate.
        assert waveform.duration_seconds == pytest.approx(said, rel=0.02, abs=0.1), path.name
        assert 0.01 < np.abs(waveform.samples).max() < 2.0, path.name  # lossy decoders overshoot 1
