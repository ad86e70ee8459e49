"""Files that are damaged, odd or no sound at all: each is playable or has a reason a person can read."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from db.embeddings import load_matrix
from db.preprocessing import extract, plan_extraction
from db.schema import ExtractionFailure
from tests.conftest import REPOSITORY
from tests.sounds import FLOAT_FORMAT, noise, tone, wav_bytes, write_sound

BAD_FILES = REPOSITORY.parent / "shared" / "badfiles"


@pytest.fixture
def hear(database, music, fake_models):
    """Index and extract; returns {file name: None, or why it could not be heard}."""
    from db.indexing import index_library

    def run() -> dict[str, str | None]:
        index_library(database, music)
        models = fake_models("acoustic")
        with database.read() as session:
            plans = plan_extraction(session, [model.spec for model in models.values()])
        extract(database, music, plans, models)
        return {plan.filename: reason_of(database, plan.track_id) for plan in plans}

    return run


def reason_of(database, track_id: int) -> str | None:
    with database.read() as session:
        return session.scalar(select(ExtractionFailure.reason).where(ExtractionFailure.track_id == track_id))


def heard(database) -> list[np.ndarray]:
    with database.read() as session:
        return list(load_matrix(session, ("acoustic", "librosa"), "embeddings").values)


UNUSABLE = {
    "empty.mp3": (b"", "0 bytes"),
    "text.mp3": (b"Dear diary, this is no song at all.\n" * 50, "Invalid data|no audio|Cannot"),
    "page.flac": (b"<!doctype html><html><body>Not found</body></html>", "Invalid data|no audio|Cannot"),
    "zeros.ogg": (bytes(5000), "Invalid data|no audio|Cannot"),
    "header only.wav": (wav_bytes(b"", 44_100), "no audio frames"),
    "5 Hz.wav": (wav_bytes(bytes(400), 5), "sample rate is 5 Hz"),
    "2 GHz.wav": (wav_bytes(bytes(400), 2_000_000_000), "sample rate"),
    "0 Hz.wav": (wav_bytes(bytes(400), 0), "Invalid data|sample rate|no audio|Cannot"),
    "unknown codec.wav": (wav_bytes(bytes(4000), 44_100, kind=0x4D4D), "unknown kind"),
    "no channels.wav": (wav_bytes(bytes(400), 44_100, n_channels=0), "Invalid data|no audio|Cannot"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_file_has_a_reason_and_stops_nothing(name, index, database, tracks, music, hear):
    content, reason = UNUSABLE[name]
    (music / name).write_bytes(content)
    write_sound(music / "good.wav")
    assert list(index().unreadable) == [name]
    assert tracks()[name].error == index().unreadable[name], "told at every run, not only the first"
    assert name in tracks()[name].error
    assert any(part in tracks()[name].error for part in reason.split("|"))
    assert hear()["good.wav"] is None
    assert len(heard(database)) == 1


def test_a_decoder_that_answers_nonsense_costs_one_file_of_an_index(index, tracks, music, fake_worker):
    for number in range(5):
        write_sound(music / f"{number}.wav", noise(number))
    fake_worker("connection.sendall(bytes([64]) + bytes(11))")  # an answer of 2^62 bytes
    (name,) = index().unreadable
    assert "the decoder's answer is not ours" in tracks()[name].error
    assert sum(track.error is None for track in tracks().values()) == 4


def test_samples_that_are_no_numbers_are_told_when_the_song_is_heard(music, hear, database):
    samples = np.full(4000, np.nan, np.float32)
    samples[:2000] = 0.1
    content = wav_bytes(samples.tobytes(), 44_100, bits=32, kind=FLOAT_FORMAT)
    (music / "nan.wav").write_bytes(content)
    reason = hear()["nan.wav"]
    assert reason and "not finite" in reason and "nan.wav" in reason
    assert heard(database) == []


def test_a_truncated_flac_gives_what_is_left_of_it(music, hear, database):
    path = write_sound(music / "cut.flac", noise(1, seconds=20.0))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert hear() == {"cut.flac": None}
    assert len(heard(database)) == 1


def test_a_scratch_in_the_middle_of_an_mp3_is_passed_over(music, hear, database):
    path = write_sound(music / "scratch.mp3", noise(1, seconds=5.0))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 900] = bytes(range(225)) * 4
    path.write_bytes(data)
    assert hear() == {"scratch.mp3": None}


def test_eight_channels_are_mixed_to_one(music, hear, database):
    samples = np.zeros((22_050, 8), np.float32)
    samples[:, 6] = tone(seconds=1.0, level=0.8)
    write_sound(music / "surround.wav", samples)
    assert hear() == {"surround.wav": None}
    # The peak of a resampled tone: no sample need be at its very peak.
    assert heard(database)[0][-1] == pytest.approx(0.1, abs=0.002), "an eighth of the one channel that sounds"


@pytest.mark.parametrize("seconds", [0.2, 0.01])
def test_a_blip_is_a_song_too(seconds, music, hear, database):
    write_sound(music / "blip.wav", tone(seconds=seconds))
    assert hear() == {"blip.wav": None}
    assert len(heard(database)) == 1


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000, 192_000])
def test_any_usual_rate_is_heard_at_the_same_level(rate, music, hear, database):
    write_sound(music / "tone.wav", tone(seconds=1.0, rate=rate), rate)
    hear()
    # The peak of a resampled tone with its ends, where the filter rings.
    assert heard(database)[0][-1] == pytest.approx(0.5, abs=0.03)


def test_silence_is_heard(music, hear, database):
    (music / "silence.wav").write_bytes(wav_bytes(bytes(88_200), 44_100))
    assert hear() == {"silence.wav": None}
    assert heard(database)[0].tolist() == [0, 0, 0, 0]


def test_the_wrong_extension_does_not_matter(music, hear, database):
    path = write_sound(music / "really a.flac", noise(1))
    path.rename(music / "really a.mp3")
    assert hear() == {"really a.mp3": None}


def test_a_playlist_named_like_a_song_opens_no_other_file(music, hear, tmp_path):
    secret = write_sound(tmp_path / "secret.wav", noise(1, seconds=2.0))
    (music / "list.mp3").write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n"
    )
    (music / "concat.mp3").write_text(f"ffconcat version 1.0\nfile {secret}\n")
    assert all(hear().values())


def test_a_library_of_unusable_files_only_can_be_run_again_and_again(music, hear):
    (music / "a.mp3").write_bytes(b"")
    (music / "b.mp3").write_bytes(b"nothing")
    first = hear()
    assert all(first.values()) and len(first) == 2
    assert hear() == first


@pytest.mark.skipif(not BAD_FILES.is_dir(), reason="needs ../shared/badfiles")
def test_the_worst_files_of_other_programs_are_indexed_without_a_crash(music, index, tracks):
    shutil.copytree(BAD_FILES, music / "bad")
    index()
    assert len(tracks()) == 93
    readable = [track for track in tracks().values() if track.error is None]
    assert len(readable) > 75
    assert all(len(track.error) < 300 for track in tracks().values() if track.error)
    assert all(Path(name).name in track.error for name, track in tracks().items() if track.error)
