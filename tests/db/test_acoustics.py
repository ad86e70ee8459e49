"""Brightness and tempo of every track: heard once, or taken from what the acoustic model has heard."""

import numpy as np
import pytest

from db.acoustics import extract_acoustics, plan_acoustics
from db.preprocessing import extract, plan_extraction
from ML import registry
from ML.acoustic_summary import NO_PULSE, summarise
from ML.inference import load_model
from tests.sounds import SAMPLE_RATE, noise, tone, write_sound

TEMPO_TOLERANCE = 0.02  # a whole frame of the onset envelope is 4 % of a beat at 100 BPM


def click_track(bpm: float, seconds: float = 24.0) -> np.ndarray:
    samples = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    for beat in np.arange(0.1, seconds - 0.1, 60 / bpm):
        start = round(beat * SAMPLE_RATE)
        samples[start : start + 600] += noise(1, 600 / SAMPLE_RATE)
    return samples


@pytest.fixture
def measure(database, music, index):
    """Index, then measure what lacks its features."""

    def run(force: bool = False, reuse: bool = True):
        index()
        with database.read() as session:
            plans = plan_acoustics(session, force)
        return extract_acoustics(database, music, plans, reuse)

    return run


def test_a_pulse_has_its_tempo_and_a_tone_its_brightness(music, measure, tracks):
    write_sound(music / "pulse.wav", click_track(100.0))
    write_sound(music / "tone.wav", tone(2000.0, 12.0))
    assert measure().n_heard == 2
    found = tracks()
    assert found["pulse.wav"].tempo == pytest.approx(100.0, rel=TEMPO_TOLERANCE)
    assert found["tone.wav"].spectral_centroid == pytest.approx(2000.0, rel=0.02)  # the ends hold clicks
    assert found["tone.wav"].tempo == NO_PULSE


def test_what_the_acoustic_model_heard_is_not_heard_again(database, music, measure, tracks, monkeypatch):
    write_sound(music / "pulse.ogg", click_track(90.0, 25.0) + tone(300.0, 25.0, level=0.05))
    measure(force=True, reuse=False)
    heard = tracks()["pulse.ogg"]
    spec = registry.get("acoustic")
    with database.read() as session:
        plans = plan_extraction(session, [spec])
    extract(database, music, plans, {spec.key: load_model("acoustic")})
    monkeypatch.setattr("ML.track_reading.isolated_items", lambda *_: pytest.fail("decoded again"))
    assert measure(force=True).n_reused == 1
    reused = tracks()["pulse.ogg"]
    # What is reused was stored in half precision, 5e-4 of each value.
    assert reused.tempo == pytest.approx(heard.tempo, abs=0.1)
    assert reused.spectral_centroid == pytest.approx(heard.spectral_centroid, rel=1e-3)


def test_what_the_acoustic_model_hears_has_its_tempo_at_once(database, music, index, tracks):
    """Maps are coloured and tables sorted by it without a further command."""
    write_sound(music / "pulse.wav", click_track(100.0))
    index()
    spec = registry.get("acoustic")
    with database.read() as session:
        plans = plan_extraction(session, [spec])
    extract(database, music, plans, {spec.key: load_model("acoustic")})
    found = tracks()["pulse.wav"]
    assert found.tempo == pytest.approx(100.0, rel=TEMPO_TOLERANCE) and found.spectral_centroid > 1000
    with database.read() as session:
        assert plan_acoustics(session) == []


def test_nothing_is_done_twice_and_a_pulse_that_is_not_there_is_not_looked_for_again(music, measure):
    write_sound(music / "tone.wav", tone(500.0, 1.0))
    assert measure().n_heard == 1
    assert measure().n_heard == 0
    assert measure(force=True).n_heard == 1


def test_a_song_that_changed_is_measured_again(music, measure, tracks):
    write_sound(music / "song.wav", tone(500.0, 1.0))
    measure()
    write_sound(music / "song.wav", tone(3000.0, 1.5))
    assert measure().n_heard == 1
    # The frames at both ends of a tone hold a click, which is brighter than the tone.
    assert tracks()["song.wav"].spectral_centroid == pytest.approx(3000.0, rel=0.05)


def test_broken_files_are_named_and_stop_nobody(music, measure, tracks):
    write_sound(music / "a.wav", tone(500.0, 1.0))
    write_sound(music / "c.wav", tone(500.0, 1.0))
    (music / "b.mp3").write_bytes(b"no music")
    summary = measure()
    assert summary.n_heard == 2 and list(summary.failures) == ["b.mp3"]
    assert tracks()["b.mp3"].tempo is None


def test_a_file_gone_since_the_index_is_named(database, music, index):
    write_sound(music / "a.wav")
    index()
    with database.read() as session:
        plans = plan_acoustics(session)
    (music / "a.wav").unlink()
    assert list(extract_acoustics(database, music, plans).failures) == ["a.wav"]


def test_a_tempo_is_one_that_was_heard_and_silence_has_no_say():
    """The mean of 60, 120 and 120 would be a tempo that nobody plays."""
    found = summarise(np.array([[1000.0, 120.0], [2000.0, 60.0], [3000.0, 120.0], [0.0, 0.0]]))
    assert (found.tempo, found.spectral_centroid) == (120.0, 1500.0)
