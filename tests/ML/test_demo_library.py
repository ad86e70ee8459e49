"""The demo library: does it look like a record shelf, sound like eight styles, and survive being stopped?"""

import base64
import io
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from ML.demo import library
from ML.demo.catalogue import ALBUMS, ARTISTS, STYLES, TRACKS, Track, build_piece
from ML.demo.covers import COVER_SIDE, render_cover
from ML.demo.harmony import build_chords, chord_at, scale_classes, voice_chords
from ML.demo.library import render_demo_library, render_track
from ML.demo.melody import compose_melody
from ML.demo.music import Piece
from ML.demo.styles import ARRANGERS
from ML.errors import LibraryError

STYLE_NAMES = [style.name for style in STYLES]
SHORT_SECONDS = 6.0
pytestmark = pytest.mark.xdist_group("demo library")  # one worker: tracks are rendered once


def first_track(style: str) -> Track:
    return next(track for track in TRACKS if track.album.style == style)


def tracks_of(artist: str, year: int) -> list[Track]:
    return [track for track in TRACKS if (track.album.artist, track.album.year) == (artist, year)]


@pytest.fixture(scope="module")
def short_renders() -> dict[Track, np.ndarray]:
    """Every track, its first seconds only: float32 [n_samples, 2]."""
    return {track: render_track(track, SHORT_SECONDS) for track in TRACKS}


@pytest.fixture
def small_shelf(monkeypatch: pytest.MonkeyPatch) -> list[Track]:
    """One album in each format, rendered in this process and cut short: what is tested is the shelf."""
    shelf = [
        next(track for track in TRACKS if track.album.extension == name) for name in ("wav", "flac", "ogg")
    ]
    monkeypatch.setattr(library, "TRACKS", tuple(shelf))
    monkeypatch.setattr(library, "render_track", lambda track: render_track(track, 2.0))
    monkeypatch.setattr(library.os, "cpu_count", lambda: 1)
    return shelf


# The catalogue


def test_the_shelf_holds_forty_eight_tracks_six_in_each_of_eight_styles():
    count = defaultdict(int)
    for track in TRACKS:
        count[track.album.style] += 1
    assert dict(count) == dict.fromkeys(STYLE_NAMES, 6)
    assert set(ARRANGERS) == set(STYLE_NAMES)
    assert len({track.path for track in TRACKS}) == 48


def test_several_artists_made_several_albums_over_the_years():
    years = defaultdict(set)
    for album in ALBUMS:
        years[album.artist].add(album.year)
    assert set(years) == {artist.name for artist in ARTISTS}
    assert 12 <= len(years) <= 16
    assert sum(max(spans) - min(spans) >= 10 for spans in years.values()) >= 5
    assert any(len({album.style for album in ALBUMS if album.artist == name}) > 1 for name in years)


def test_formats_rates_and_alphabets_are_mixed():
    assert {album.extension for album in ALBUMS} == {"wav", "flac", "ogg"}
    assert len({album.sample_rate for album in ALBUMS}) >= 3
    assert sum(not track.title.isascii() for track in TRACKS) >= 10


def test_paths_can_be_written_on_any_file_system():
    for track in TRACKS:
        assert len(track.path.parts) == 3
        assert not set('<>:"\\|?*') & set("".join(track.path.parts))


# The music


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_a_track_is_stereo_audible_and_undistorted(style: str, short_renders: dict[Track, np.ndarray]):
    waveform = short_renders[first_track(style)]
    assert waveform.dtype == np.float32 and waveform.ndim == 2 and waveform.shape[1] == 2
    assert np.isfinite(waveform).all()
    assert 0.3 < np.abs(waveform).max() <= 0.9
    assert np.abs(waveform.mean(axis=0)).max() < 2e-3, "no offset: 54 dB below full scale"
    assert np.abs(waveform[:, 0] - waveform[:, 1]).max() > 0.01
    assert np.abs(waveform[[0, -1]]).max() < 1e-3, "no click at the ends: 60 dB below full scale"


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_the_same_track_is_the_same_samples_every_time(style: str, short_renders: dict[Track, np.ndarray]):
    """Equal bits: the same operations on the same numbers, in one process."""
    track = first_track(style)
    np.testing.assert_array_equal(render_track(track, SHORT_SECONDS), short_renders[track])


def test_tracks_are_equally_loud(short_renders: dict[Track, np.ndarray]):
    level = [20 * np.log10(np.sqrt((waveform**2).mean())) for waveform in short_renders.values()]
    assert max(level) - min(level) < 8  # dB, of music of any style at one peak level


def listener_features(waveform: np.ndarray, sample_rate: int) -> np.ndarray:
    """Mean and deviation of 20 MFCC, and mean chroma: [52]."""
    import librosa

    mono = librosa.resample(waveform.mean(axis=1), orig_sr=sample_rate, target_sr=22_050)
    power = np.abs(librosa.stft(mono)) ** 2
    mel = librosa.power_to_db(librosa.feature.melspectrogram(S=power, sr=22_050))
    timbre = librosa.feature.mfcc(S=mel, n_mfcc=20)
    chroma = librosa.feature.chroma_stft(S=power, sr=22_050, tuning=0.0)
    return np.concatenate([timbre.mean(axis=1), timbre.std(axis=1), chroma.mean(axis=1)])


def test_a_listener_tells_the_eight_styles_apart(short_renders: dict[Track, np.ndarray]):
    features = np.array(
        [listener_features(wave, track.album.sample_rate) for track, wave in short_renders.items()]
    )
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    distances = ((features[:, None] - features[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    styles = np.array([track.album.style for track in short_renders])
    neighbours = styles[np.argsort(distances, axis=1)[:, :5]]
    guesses = [max(STYLE_NAMES, key=list(row).count) for row in neighbours]
    assert np.mean(np.array(guesses) == styles) > 0.8  # chance is 1 / 8
    artists = np.array([track.album.artist for track in short_renders])
    assert np.mean(artists[distances.argmin(axis=1)] == artists) > 0.5  # chance is below 1 / 8


def kick_tempo(waveform: np.ndarray, sample_rate: int) -> float:
    """Beats a minute at which the low end repeats itself over four to eight beats."""
    hop = sample_rate // 200
    low = np.cumsum(waveform.mean(axis=1) - waveform.mean())  # integration favours the lowest notes
    frames = np.abs(np.diff(low[: len(low) // hop * hop])[: len(low) // hop * hop - hop])
    energy = np.add.reduceat(frames, np.arange(0, len(frames), hop))
    onsets = np.maximum(np.diff(energy), 0)
    onsets = onsets - onsets.mean()
    repeats = np.correlate(onsets, onsets, "full")[len(onsets) - 1 :]
    candidates = np.arange(100, 160, 0.25)
    lags = 60 / candidates[:, None] * np.arange(4, 9) * sample_rate / hop
    return float(candidates[np.interp(lags, np.arange(len(repeats)), repeats).sum(axis=1).argmax()])


@pytest.mark.parametrize(
    "artist, year", [("Relay Orchard", 1996), ("Relay Orchard", 2013), ("Lumen Tarn", 2021)]
)
def test_techno_keeps_the_tempo_of_the_catalogue(artist: str, year: int):
    track = tracks_of(artist, year)[0]
    tempo = kick_tempo(render_track(track, 12.0), track.album.sample_rate)
    # Onsets are found in frames of 5 ms, 1.5 BPM of a beat at 135 BPM, and hits are moved by 0.008 beats.
    assert tempo == pytest.approx(build_piece(track).tempo_bpm, abs=3)


def brightness(tracks: list[Track], renders: dict[Track, np.ndarray]) -> float:
    """Where the energy of these tracks lies on average, in Hz."""
    centres = []
    for track in tracks:
        power = np.abs(np.fft.rfft(renders[track].mean(axis=1))) ** 2
        hertz = np.fft.rfftfreq(len(renders[track]), 1 / track.album.sample_rate)
        centres.append((power * hertz).sum() / power.sum())
    return float(np.mean(centres))


@pytest.mark.parametrize(
    "artist, duller, brighter",
    [
        ("Wren and Hollow", 2011, 1994),
        ("The Tin Harbours", 2016, 1994),
        ("Ottoline Five", 2014, 1998),
        ("Relay Orchard", 1996, 2013),
        ("Nibble Parade", 1994, 2010),
    ],
)
def test_an_artist_is_heard_to_change_over_the_years(artist, duller, brighter, short_renders):
    bright = brightness(tracks_of(artist, brighter), short_renders)
    assert brightness(tracks_of(artist, duller), short_renders) < 0.9 * bright


RHYTHMS = ((1.0, 1.0, 1.0, 1.0), (0.5, 0.5, 1.0, 2.0), (1.0, 3.0))


@pytest.mark.parametrize(
    "track", [tracks_of("Wren and Hollow", 1994)[0], tracks_of("Ottoline Five", 1998)[0]]
)
def test_melodies_stay_in_key_move_by_steps_and_rest_on_the_chord(track: Track):
    piece = build_piece(track)
    chords = build_chords(piece, "1 4 5 1", piece.beats_per_bar)
    tune = compose_melody(piece, chords, RHYTHMS, 60, 84)
    assert {note.pitch % 12 for note in tune} <= set(scale_classes(piece))
    leaps = np.abs(np.diff([note.pitch for note in tune]))
    assert np.mean(leaps <= 4) > 0.7 and leaps.max() <= 12
    cadences = [note for note in tune if note.length == 3.0]
    assert cadences and all(note.pitch % 12 in chord_at(chords, note.beat).tones for note in cadences)


def test_chords_move_smoothly():
    piece: Piece = build_piece(first_track("Jazz"))
    voicings = voice_chords(build_chords(piece, "2 5 1 6#", 4, 4), 60)
    moves = np.abs(np.diff(np.array(voicings), axis=0))
    assert moves.mean() < 2.5
    assert all(
        lower < upper for pitches in voicings for lower, upper in zip(pitches, pitches[1:], strict=False)
    )


# Files


ID3_FRAMES = {
    "title": "TIT2",
    "artist": "TPE1",
    "album": "TALB",
    "date": "TDRC",
    "genre": "TCON",
    "tracknumber": "TRCK",
}


def read_tags(path: Path) -> tuple[dict[str, str], bytes]:
    """The six texts and the front cover, whatever the format."""
    import mutagen
    from mutagen.flac import Picture

    file = mutagen.File(path)
    if path.suffix == ".wav":
        return {name: str(file[frame]) for name, frame in ID3_FRAMES.items()}, file.tags.getall("APIC")[
            0
        ].data
    texts = {name: file[name][0] for name in ID3_FRAMES}
    if path.suffix == ".ogg":
        return texts, Picture(base64.b64decode(file["metadata_block_picture"][0])).data
    return texts, file.pictures[0].data


def test_every_format_carries_its_tags_cover_and_sound(small_shelf: list[Track], tmp_path: Path):
    import soundfile
    from PIL import Image

    paths = render_demo_library(tmp_path)
    assert [path.suffix for path in paths] == [".wav", ".flac", ".ogg"]
    for path, track in zip(paths, small_shelf, strict=True):
        tags, cover = read_tags(path)
        assert tags == {
            "title": track.title,
            "artist": track.album.artist,
            "album": track.album.title,
            "date": str(track.album.year),
            "genre": track.album.style,
            "tracknumber": str(track.number),
        }
        assert Image.open(io.BytesIO(cover)).size == (COVER_SIDE, COVER_SIDE)
        waveform, sample_rate = soundfile.read(path)
        expected = render_track(track, 2.0)
        assert sample_rate == track.album.sample_rate and waveform.shape == expected.shape
        assert np.corrcoef(waveform[:, 0], expected[:, 0])[0, 1] > 0.99  # Vorbis is lossy
        assert np.abs(waveform).max() < 1.0


def test_two_folders_hold_the_same_bytes(small_shelf: list[Track], tmp_path: Path):
    first, second = (render_demo_library(tmp_path / name) for name in ("first", "second"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_every_album_has_a_cover_of_its_own():
    covers = {render_cover(album) for album in ALBUMS}
    assert len(covers) == len(ALBUMS)
    assert all(len(cover) < 40_000 for cover in covers)


def test_tracks_already_there_are_left_alone(small_shelf: list[Track], tmp_path: Path):
    kept = tmp_path / small_shelf[0].path
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"a listener's own file")
    progress = []
    render_demo_library(tmp_path, lambda done, total: progress.append((done, total)))
    assert kept.read_bytes() == b"a listener's own file"
    assert progress == [(2, 3), (3, 3)]


KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from pathlib import Path
from ML.demo import library, tagging
whole = library.render_track
library.render_track = lambda track: whole(track, 1.0)
library.TRACKS = library.TRACKS[:3]  # flac, flac, ogg
os.cpu_count = lambda: 1
tagging.TAGGERS["ogg"] = lambda path, track: os.kill(os.getpid(), signal.SIGKILL)
library.render_demo_library(Path(sys.argv[1]))
"""


def test_a_killed_run_leaves_whole_files_and_the_next_one_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    root = Path(library.__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(tmp_path)], cwd=root, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / TRACKS[0].path).is_file() and (tmp_path / TRACKS[1].path).is_file()
    assert list(tmp_path.rglob("*.part")), "killed too late to prove anything"
    assert not (tmp_path / TRACKS[2].path).exists()

    monkeypatch.setattr(library, "TRACKS", TRACKS[:4])
    paths = render_demo_library(tmp_path)  # on the real pool of workers
    assert [read_tags(path)[0]["title"] for path in paths] == [track.title for track in TRACKS[:4]]
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_that_cannot_be_written_is_named(small_shelf: list[Track], tmp_path: Path):
    occupied = tmp_path / "music"
    occupied.write_text("a file where the folder should be")
    with pytest.raises(LibraryError, match="Cannot write the demo library to .*music"):
        render_demo_library(occupied)
    assert list(tmp_path.iterdir()) == [occupied]
