"""The frozen encoder hears every window once, and as extraction hears it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from ML import registry
from ML.audio import decode
from ML.inference import LoadedModel, build
from ML.models.whisper import WhisperEncoder
from ML.training.contrastive.hearing import HeardMusic, Workplace, hear
from ML.training.contrastive.music import GenreTrack
from ML.training.contrastive.settings import ContrastiveSettings
from ML.training.contrastive.team import Team
from ML.training.reporter import Reporter
from tests.jamendo import write_whisper
from tests.sounds import noise, tone, write_sound

SETTINGS = ContrastiveSettings(model_name="tiny")
ROUNDING = 1e-5  # batches of another size sum in another order in float32; features are of size 1
pytestmark = pytest.mark.xdist_group("contrastive")


@pytest.fixture(scope="module")
def whisper(tmp_path_factory) -> Path:
    return write_whisper(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def place(whisper, tmp_path) -> Workplace:
    return Workplace(whisper, Team("cpu"), 0, tmp_path / "runs", tmp_path / "logs", tmp_path / "cache", 10**9)


@pytest.fixture
def n_heard(monkeypatch) -> Callable[[], int]:
    """Windows that went through the encoder itself, whatever the program says."""
    counts: list[int] = []
    frames = WhisperEncoder.block_frames

    def counted(self, waveform):
        counts.append(len(waveform))
        return frames(self, waveform)

    monkeypatch.setattr(WhisperEncoder, "block_frames", counted)
    return lambda: sum(counts)


def tracks_of(*paths: Path, split: str = "training") -> list[GenreTrack]:
    return [GenreTrack(path, ("genre---rock",), None, split) for path in paths]


def listen(tracks: list[GenreTrack], place: Workplace, **changes: object) -> HeardMusic:
    return hear(replace(SETTINGS, **changes), tracks, place, Reporter())  # type: ignore[arg-type]


def test_every_window_is_heard_once_ever(place, tmp_path, n_heard):
    songs = [write_sound(tmp_path / f"{n}.wav", tone(200.0 + n, 1.0)) for n in range(2)]
    songs.append(write_sound(tmp_path / "long.wav", noise(1, 50.0)))
    first = listen(tracks_of(*songs), place)
    assert first.n_windows == first.n_passes == n_heard() == 4
    copy = Path(shutil.copy(songs[0], tmp_path / "another name.wav"))
    again = listen(tracks_of(*songs, copy), place)  # equal bits: all is read from the cache
    assert again.n_passes == 0 and n_heard() == 4
    assert all(np.array_equal(again.whole[song], first.whole[song]) for song in songs)
    assert np.array_equal(again.whole[copy], first.whole[songs[0]])


def test_features_are_what_extraction_hears(place, whisper, tmp_path):
    song = write_sound(tmp_path / "song.flac", noise(3, 46.0))
    spec = registry.get("whisper", "tiny")
    model = LoadedModel(spec, build(spec, whisper, "cpu"))
    output = model.embed_segments(model.split(decode(song)))
    heard = listen(tracks_of(song), place)
    assert heard.whole[song].shape == (2, 384)
    assert np.allclose(heard.whole[song], output.taggram, atol=ROUNDING)


def test_another_encoder_or_window_is_heard_anew(place, tmp_path):
    song = write_sound(tmp_path / "song.wav", tone(300.0, 1.0))
    first = listen(tracks_of(song), place)
    other = replace(place, whisper=write_whisper(tmp_path / "other", seed=2))
    second = listen(tracks_of(song), other)
    assert second.n_passes == 1 and not np.allclose(first.whole[song], second.whole[song])
    shorter = listen(tracks_of(song), place, duration=0.5)
    assert shorter.n_passes == 2 and shorter.n_windows == 3
    assert np.array_equal(shorter.whole[song], first.whole[song]), "judged as extraction hears"
    assert len(shorter.drawn[song]) == 2


def test_of_a_long_track_windows_all_over_it_are_kept(place, tmp_path):
    parts = [tone(200.0 * (n + 1), 1.0) for n in range(5)]
    song = write_sound(tmp_path / "song.wav", np.concatenate(parts))
    every = listen(tracks_of(song), place, duration=1.0)
    some = listen(tracks_of(song), place, duration=1.0, max_windows=3)
    assert len(every.drawn[song]) == 5
    assert np.allclose(some.drawn[song], every.drawn[song][[0, 2, 4]], atol=ROUNDING)


def test_judged_tracks_need_no_short_windows(place, tmp_path):
    song = write_sound(tmp_path / "song.wav", tone(300.0, 1.0))
    heard = listen(tracks_of(song, split="test"), place, duration=0.5)
    assert heard.n_passes == 1 and not heard.drawn


def test_what_cannot_be_heard_has_no_features(place, tmp_path):
    song, broken = write_sound(tmp_path / "song.wav", tone(300.0, 1.0)), tmp_path / "broken.mp3"
    broken.write_bytes(b"ID3 and no more")
    gone = tmp_path / "gone.mp3"
    heard = listen(tracks_of(broken, song, gone), place)
    assert set(heard.whole) == {song} and set(heard.unheard) == {broken, gone}
    assert "Cannot decode" in heard.unheard[broken] and "No such file" in heard.unheard[gone]


def test_without_a_cache_nothing_is_left_behind(place, tmp_path):
    song = write_sound(tmp_path / "song.wav", tone(300.0, 1.0))
    bare = replace(place, cache_root=None)
    assert [listen(tracks_of(song), bare).n_passes for _ in range(2)] == [1, 1]
    assert not (tmp_path / "cache").exists()


def test_who_waits_for_another_training_may_give_up(place, tmp_path):
    song = write_sound(tmp_path / "song.wav", tone(300.0, 1.0))
    (tmp_path / "cache").mkdir()
    said: list[str] = []

    def give_up() -> None:
        raise KeyboardInterrupt

    with FileLock(tmp_path / "cache" / ".lock"), pytest.raises(KeyboardInterrupt):
        hear(SETTINGS, tracks_of(song), place, Reporter(said.append, check=give_up))
    assert "Another training is listening" in said[0]
    assert len(listen(tracks_of(song), place).whole) == 1


def test_the_cache_stays_within_its_bounds(place, tmp_path):
    songs = [write_sound(tmp_path / f"{n}.wav", tone(200.0 + n, 1.0)) for n in range(3)]
    said: list[str] = []
    small = replace(place, cache_bytes=4000)
    heard = hear(SETTINGS, tracks_of(*songs), small, Reporter(said.append))
    assert len(heard.whole) == 3 and len(list((tmp_path / "cache").rglob("*.npy"))) == 2
    assert "1 files" in said[0]
