"""The audio decides how long a track is, whatever its header says, and every second keeps its pitch."""

import errno
import hashlib
import os
import struct
from pathlib import Path

import av
import numpy as np
import pytest

from ML.audio import decode, hash_audio, probe, stream_at
from ML.errors import AudioDecodeError, AudioOutOfReachError
from ML.peaks import read_peaks
from tests.sounds import noise, tone, wav_bytes, write_encoded, write_sound

RATE = 44_100
# Encoders pad to whole frames, with a delay of up to two: 3,457 samples, 78 ms at 44.1 kHz and 157 at 22.05.
PADDING_SECONDS = 0.16
NO_XING = {"write_xing": "0"}
VARIABLE_RATE = {"flags": "+qscale", "global_quality": "236"}  # LAME's V2, in FFmpeg's steps of 118


def half(path: Path) -> Path:
    """A download that was cut off."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def hollow(path: Path) -> Path:
    """A download with a fifth of zeros: the pieces in the middle never came."""
    content = path.read_bytes()
    start, length = len(content) // 3, len(content) // 5
    path.write_bytes(content[:start] + bytes(length) + content[start + length :])
    return path


def half_a_flac(folder: Path) -> Path:
    return half(write_sound(folder / "song.flac", noise(1, 20, RATE), RATE))


def flac_without_total(folder: Path) -> Path:
    """As encoders write it that do not know where a stream ends: 36 bits of zeros in STREAMINFO."""
    path = write_sound(folder / "song.flac", noise(1, 10, RATE), RATE)
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    path.write_bytes(content)
    return path


def join(folder: Path, extension: str, *parts: tuple[np.ndarray, int]) -> Path:
    """Files one after another in one, as `cat` writes them; parts: samples and sample rate (Hz)."""
    content = b""
    for number, (samples, rate) in enumerate(parts):
        path = folder / f"part {number}{extension}"
        if extension == ".mp3":
            write_encoded(path, samples, rate, NO_XING)
        else:
            write_sound(path, samples, rate)
        content += path.read_bytes()
    joined = folder / f"joined{extension}"
    joined.write_bytes(content)
    return joined


def chained_ogg(folder: Path) -> Path:
    return join(folder, ".ogg", (tone(300, 5, RATE), RATE), (tone(400, 5, RATE), RATE))


def chained_ogg_of_two_rates(folder: Path) -> Path:
    return join(folder, ".ogg", (tone(440, 5, RATE), RATE), (tone(440, 5, 48_000), 48_000))


def chained_ogg_of_mono_and_stereo(folder: Path) -> Path:
    stereo = np.stack([tone(400, 5, RATE)] * 2, axis=1)
    return join(folder, ".ogg", (tone(300, 5, RATE), RATE), (stereo, RATE))


def mp3_of_two_rates(folder: Path) -> Path:
    return join(folder, ".mp3", (tone(440, 5, RATE), RATE), (tone(440, 5, 22_050), 22_050))


def variable_mp3_without_xing(folder: Path) -> Path:
    """Silence first: its few bits a second make FFmpeg's and every browser's estimate twice as long."""
    samples = np.concatenate([np.zeros(5 * RATE, np.float32), noise(1, 5, RATE)])
    return write_encoded(folder / "song.mp3", samples, RATE, NO_XING, VARIABLE_RATE)


def half_an_mp3(folder: Path) -> Path:
    return half(write_sound(folder / "song.mp3", noise(1, 20, RATE), RATE))


def half_an_m4a(folder: Path) -> Path:
    """The index in front, as in files for the web; behind the sound it would be lost with the other half."""
    return half(write_encoded(folder / "song.m4a", noise(1, 20, RATE), RATE, {"movflags": "+faststart"}))


def hollow_flac(folder: Path) -> Path:
    return hollow(write_sound(folder / "song.flac", noise(1, 12, RATE), RATE))


def hollow_mp3(folder: Path) -> Path:
    return hollow(write_sound(folder / "song.mp3", noise(1, 12, RATE), RATE))


def hollow_m4a(folder: Path) -> Path:
    return hollow(write_sound(folder / "song.m4a", noise(1, 12, RATE), RATE))


def wav_of_size(size: int, folder: Path) -> Path:
    """10 s, in whose header the size of the data is what a recorder leaves that was switched off."""
    data = (noise(1, 10, RATE) * 32767).astype("<i2").tobytes()
    content = bytearray(wav_bytes(data, RATE))
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", size)
    path = folder / "song.wav"
    path.write_bytes(content)
    return path


def wav_without_size(folder: Path) -> Path:
    return wav_of_size(0, folder)


def endless_wav(folder: Path) -> Path:
    return wav_of_size(2**32 - 1, folder)


WRONG_HEADERS = {  # what is written, and the seconds of sound in it
    half_a_flac: 10, flac_without_total: 10, chained_ogg: 10, chained_ogg_of_two_rates: 10,
    chained_ogg_of_mono_and_stereo: 10, mp3_of_two_rates: 10, variable_mp3_without_xing: 10, half_an_mp3: 10,
    half_an_m4a: 10, hollow_flac: 9.6, hollow_mp3: 9.6, hollow_m4a: 9.6, wav_without_size: 10,
    endless_wav: 10,
}  # fmt: skip


@pytest.mark.parametrize("write", WRONG_HEADERS, ids=lambda write: write.__name__)
def test_the_length_is_that_of_the_sound(write, tmp_path):
    path = write(tmp_path)
    seconds = probe(path).duration_seconds
    # Half the bytes are half the sound but for the headers in front, and what is cut within a frame.
    assert seconds == pytest.approx(WRONG_HEADERS[write], abs=0.5)
    # One frame: the decoders begin and end within it.
    assert decode(path).duration_seconds == pytest.approx(seconds, abs=0.03)
    assert read_peaks(path).duration_seconds == pytest.approx(seconds, abs=0.03), "the waveform is as long"
    read = sum(len(blocks[16_000]) for blocks in stream_at(path, [16_000])) / 16_000
    assert read == pytest.approx(seconds, abs=0.03), "the tags are as long"


def pitch_at(samples: np.ndarray, rate: int, second: float) -> float:
    """Hz of the loudest frequency in half a second; bins are 2 Hz apart."""
    part = samples[round(second * rate) :][: rate // 2]
    return float(np.abs(np.fft.rfft(part * np.hanning(len(part)))).argmax() * rate / len(part))


JOINED = [(RATE, 22_050), (22_050, RATE), (48_000, 32_000)]


@pytest.mark.parametrize("extension", [".mp3", ".ogg"])
@pytest.mark.parametrize("rates", JOINED)
def test_a_file_joined_from_two_sample_rates_keeps_its_pitch(extension, rates, tmp_path):
    path = join(tmp_path, extension, *((tone(440, 4, rate), rate) for rate in rates))
    waveform = decode(path)
    assert waveform.sample_rate == probe(path).sample_rate == rates[0]
    assert waveform.duration_seconds == pytest.approx(8, abs=2 * PADDING_SECONDS)
    resampled = np.concatenate([blocks[16_000] for blocks in stream_at(path, [16_000])])
    for second in (1, 2, 5, 6):
        assert pitch_at(waveform.samples, rates[0], second) == pytest.approx(440, abs=2)
        assert pitch_at(resampled, 16_000, second) == pytest.approx(440, abs=2)


def test_links_of_a_chain_sound_one_after_another(tmp_path):
    waveform = decode(chained_ogg_of_mono_and_stereo(tmp_path))
    assert pitch_at(waveform.samples, RATE, 2) == pytest.approx(300, abs=2)
    assert pitch_at(waveform.samples, RATE, 7) == pytest.approx(400, abs=2)


def test_a_link_that_is_damaged_costs_only_itself(tmp_path):
    parts = [write_sound(tmp_path / f"{number}.ogg", tone(300, 4, RATE), RATE) for number in range(3)]
    first, second, third = (part.read_bytes() for part in parts)
    path = tmp_path / "chain.ogg"
    # The first page names the codec; without it nothing of the link can be opened.
    path.write_bytes(first + second.replace(b"vorbis", b"broken") + b"no page" * 20 + third)
    assert probe(path).duration_seconds == pytest.approx(8, abs=0.03)
    path.write_bytes(first.replace(b"vorbis", b"broken") + second)
    assert probe(path).duration_seconds == pytest.approx(4, abs=0.03)


def test_the_hash_of_a_file_is_what_it_always_was(tmp_path):
    """Computed before lengths were measured: a library must not lose its vectors."""
    saw = (np.arange(RATE) % 441 / 441 - 0.5).astype(np.float32)
    assert hash_audio(write_sound(tmp_path / "saw.wav", saw, RATE)) == "ac07d317bbe8485692a97bfa51f15e71"


@pytest.mark.parametrize("extension", [".wav", ".flac", ".ogg", ".mp3", ".m4a", "chain.ogg"])
def test_the_hash_is_that_of_all_packets_as_ffmpeg_reads_them(extension, tmp_path):
    """Of a chain of equal links, too: FFmpeg reads it as one stream, and so did libraries of before."""
    path = chained_ogg(tmp_path) if extension == "chain.ogg" else write_sound(tmp_path / f"song{extension}")
    digest = hashlib.blake2b(digest_size=16)
    with av.open(str(path)) as container:
        for packet in container.demux(audio=0):
            digest.update(bytes(packet))
    assert hash_audio(path) == digest.hexdigest()


def test_a_disk_that_fails_in_the_middle_of_a_file_is_not_its_end(tmp_path, monkeypatch):
    """FFmpeg takes the error for the end of the file; half a file would be stored as another sound."""

    def fail(path: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    path = half_a_flac(tmp_path)
    assert probe(path).duration_seconds > 0
    monkeypatch.setattr("ML.audio.check_readable", fail)
    with pytest.raises(OSError, match="Input/output error"):
        probe(path)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE])
def test_a_file_that_the_disk_does_not_give_may_be_tried_again(number, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    path = write_sound(tmp_path / "song.wav")
    monkeypatch.setattr(av, "open", fail)
    if number == errno.EIO:  # FFmpeg has this error for damaged content, too
        with pytest.raises(AudioDecodeError) as raised:
            decode(path)
        assert type(raised.value) is AudioDecodeError
        monkeypatch.setattr("ML.containers.check_readable", fail)
    with pytest.raises(AudioOutOfReachError, match=os.strerror(number)):
        decode(path)
