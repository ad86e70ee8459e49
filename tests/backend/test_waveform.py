"""/waveform: the outline of the sound that is heard, decoded once."""

import threading
from pathlib import Path

import numpy as np
import pytest

import db.waveforms
from tests.sounds import SAMPLE_RATE, noise, tone, write_sound


@pytest.fixture
def decoded(monkeypatch) -> list[str]:
    """Names of the files that are really decoded."""
    names = []
    real = db.waveforms.isolated

    def isolated(read, path: Path) -> np.ndarray:
        names.append(path.name)
        return real(read, path)

    monkeypatch.setattr(db.waveforms, "isolated", isolated)
    return names


def outline(client, name: str, points: int | None = None) -> np.ndarray:
    """[n, 2]"""
    answer = client.get(f"/waveform/{name}" + (f"?points={points}" if points else "")).get_json()
    assert set(answer) == {"min", "max", "duration"}
    return np.column_stack([answer["min"], answer["max"]])


def test_loud_and_quiet_are_where_they_are_heard(client, music):
    quiet, loud = tone(seconds=5, level=0.1), tone(seconds=5, level=0.8)
    write_sound(music / "song.flac", np.concatenate([quiet, loud]))
    peaks = outline(client, "song.flac", 100)
    assert peaks.shape == (100, 2)
    # Half precision and three decimals round by 5e-4 each, and no sample need be at the tone's very peak.
    np.testing.assert_allclose(peaks[:49], [[-0.1, 0.1]] * 49, atol=0.01)
    np.testing.assert_allclose(peaks[50:], [[-0.8, 0.8]] * 50, atol=0.01)


def test_a_click_is_seen_at_any_width(client, music):
    samples = np.zeros(60 * SAMPLE_RATE, np.float32)
    samples[20 * SAMPLE_RATE] = 0.9
    write_sound(music / "click.wav", samples)
    for points in (1, 7, 800, 4000):
        peaks = outline(client, "click.wav", points)
        assert len(peaks) == points
        assert peaks.max() == pytest.approx(0.9, abs=1e-3)  # half precision, then three decimals
        assert peaks[:, 1].argmax() / points == pytest.approx(1 / 3, abs=1 / points)


def test_peaks_are_those_of_all_samples(client, music):
    samples = noise(3, seconds=47.3)
    write_sound(music / "noise.wav", np.column_stack([samples, -samples / 2]))  # stereo: mono is the mean
    peaks = outline(client, "noise.wav")
    assert len(peaks) == 800
    # Kept in half precision, told with three decimals: 5e-4 and 5e-4 of values up to 1
    assert peaks[:, 0].min() == pytest.approx(samples.min() / 4, abs=2e-3)
    assert peaks[:, 1].max() == pytest.approx(samples.max() / 4, abs=2e-3)


def test_half_a_file_is_as_long_in_the_library_as_its_outline(client, music, run):
    """The header of the FLAC still says 20 s: the player's time axis would be twice as long as the sound."""
    content = write_sound(music / "half.flac", noise(1, seconds=20)).read_bytes()
    (music / "half.flac").write_bytes(content[: len(content) // 2])
    assert run("index-audio").exit_code == 0
    (track,) = client.get("/tracks").get_json()["tracks"]
    drawn = client.get("/waveform/half.flac").get_json()["duration"]
    # Noise takes the same bytes every second, so half of them are half of it; a frame is 0.2 s at this rate.
    assert drawn == pytest.approx(10, abs=0.3)
    assert track["duration"] == pytest.approx(drawn, abs=0.01)


def test_a_very_short_sound_has_as_many_points_as_there_is_to_show(client, music):
    write_sound(music / "short.wav", np.full(300, 0.5, np.float32))
    assert outline(client, "short.wav").tolist() == [[0.5, 0.5]] * 2


def test_a_file_is_decoded_once_however_many_ask_and_after_a_restart(client, app, music, decoded):
    write_sound(music / "song.wav")
    start = threading.Barrier(4)

    def ask() -> None:
        start.wait()
        assert app.test_client().get("/waveform/song.wav?points=50").status_code == 200

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    app.extensions.clear()
    outline(client, "song.wav", 200)
    assert decoded == ["song.wav"]


def test_another_sound_under_the_same_name_is_another_outline(client, app, music, decoded):
    write_sound(music / "song.wav", tone(level=0.2))
    assert outline(client, "song.wav").max() == pytest.approx(0.2, abs=0.01)  # samples beside the very peak
    write_sound(music / "song.wav", tone(level=0.7, seconds=0.6))
    assert outline(client, "song.wav").max() == pytest.approx(0.7, abs=0.01)
    assert len(decoded) == 2
    kept = list(app.config["DATABASE_PATH"].parent.glob("*.derived/waveforms/*/*"))
    assert len(kept) == 1, "the outline of what is no more takes no room"


def test_clean_db_leaves_no_outline(client, app, music, run):
    write_sound(music / "song.wav")
    outline(client, "song.wav")
    assert run("clean-db").exit_code == 0
    assert not list(app.config["DATABASE_PATH"].parent.glob("*.derived"))


@pytest.mark.parametrize("name", ["none.wav", "../library.db", "notes.txt"])
def test_what_is_no_song_is_404(name, client, music):
    (music / "notes.txt").write_text("la la la")
    assert client.get(f"/waveform/{name}").status_code == 404


def test_a_file_that_holds_no_sound_says_so(client, app, music):
    (music / "broken.mp3").write_bytes(b"no sound" * 100)
    response = client.get("/waveform/broken.mp3")
    assert response.status_code == 404
    assert "Cannot decode broken.mp3" in response.get_json()["error"]
    assert not list(app.config["DATABASE_PATH"].parent.glob("*.derived/*/*/*.part"))


@pytest.mark.parametrize("points", ["0", "4001", "-1", "many", "8.5", "9" * 3000])
def test_a_senseless_number_of_points_names_the_range(points, client, music):
    write_sound(music / "song.wav")
    response = client.get(f"/waveform/song.wav?points={points}")
    assert (response.status_code, response.get_json()["choices"]) == (400, ["1 to 4000"])
