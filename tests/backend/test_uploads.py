"""A file sent to the server: into the music folder whole, heard by the models, or nowhere at all."""

import errno
import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from db.database import open_database
from db.track_files import FileFacts
from ML.inference import LoadedModel
from ML.spec import ModelSpec
from ML.tags import TrackTags
from tests.conftest import REPOSITORY, CountingModel, process_environment
from tests.sounds import noise, tone, write_sound


def sound(folder: Path, extension: str = ".wav", seed: int = 1) -> bytes:
    path = write_sound(folder / f"made-{seed}{extension}", noise(seed))
    content = path.read_bytes()
    path.unlink()
    return content


def send(client, content: bytes, name: str, **options):
    return client.post("/upload", data={"file": (io.BytesIO(content), name)}, **options)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def settle(client, work_off):
    """What GET /uploads tells of an answer's track once the worker has done its work."""

    def wait(answer) -> dict:
        work_off()
        return client.get(f"/uploads/{answer.get_json()['id']}").get_json()

    return wait


@pytest.fixture
def refused(client, music, tmp_path):
    """Sends something that must leave no trace; returns the answer."""
    before = files_in(music)

    def check(content: bytes, name: str, status: int):
        answer = send(client, content, name)
        body = answer.get_json()
        assert (answer.status_code, body["success"], body["status"]) == (status, False, status)
        assert files_in(music) == before
        assert files_in(tmp_path / "library.db.uploads") == {}
        assert client.get("/audios").get_json() == []
        return body["error"]

    return check


def test_a_song_is_stored_indexed_and_put_on_the_map(client, music, tmp_path, loads, settle):
    content = sound(tmp_path)
    answer = send(client, content, "夜に駆ける – Ænima.wav")
    body = answer.get_json()
    assert (answer.status_code, body["success"]) == (200, True)
    assert body["filename"] == "夜に駆ける – Ænima.wav"
    assert files_in(music) == {body["filename"]: content}
    status = settle(answer)
    assert status["status"] == "ready"
    assert status["models"] == {"acoustic/librosa": "heard"}
    points = client.get("/embeddings?red=acoustic&metodo=pca").get_json()["data"]
    assert [point["name"] for point in points] == [body["filename"]]


def test_it_joins_every_map_there_is_and_nothing_else_is_heard_again(
    app, client, music, songs, run, loads, settle
):
    assert run("index-audio").exit_code == 0
    assert run("preprocess-all", "--models", "acoustic,mfcc_cnn", "--no-progress").exit_code == 0
    loads.clear()
    app.config["WEIGHTS_DIR"] = REPOSITORY / "ML/pesos"
    answer = send(client, sound(music.parent), "new.wav")
    assert set(settle(answer)["models"]) == {"acoustic/librosa", "mfcc_cnn/genres10"}
    assert loads == {"acoustic/librosa": 1, "mfcc_cnn/genres10": 1}
    points = client.get("/embeddings?red=mfcc_cnn&metodo=pca").get_json()["data"]
    assert {point["name"] for point in points} == {*songs, "new.wav"}


@pytest.mark.parametrize("name", ["../../escape.wav", "/etc/cron.d/escape.wav", "a\0/..\\escape.wav"])
def test_no_name_leads_out_of_the_folder(name, client, music, tmp_path, loads):
    content = sound(tmp_path)
    outside = set(tmp_path.rglob("*"))
    assert send(client, content, name).get_json()["filename"] == "escape.wav"
    assert files_in(music) == {"escape.wav": content}
    new = {path for path in tmp_path.rglob("*") if "library.db" not in path.name} - outside
    assert new == {music / "escape.wav"}


def test_the_extension_is_that_of_the_content(client, tmp_path, loads):
    names = ["song.mp3", "song.exe.flac", "SONG.M4A", "b.wma", "a.ogg"]
    extensions = [".mp3", ".wav", ".ogg", ".flac", ".m4a"]
    for extension, name in zip(extensions, names, strict=True):
        body = send(client, sound(tmp_path, extension), name).get_json()
        assert body["filename"] == Path(name).stem + extension
        assert client.get(f"/audio/{body['filename']}").status_code == 200


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
NO_MUSIC = {
    "text": b"This is a text, and no song at all. " * 500,
    "nothing": b"",
    "a page": b"<html><script>alert(1)</script></html>",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(2000),
    "a list that names other files": PLAYLIST,
    "a header without sound": b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00",
    "zeros": bytes(100_000),
}


def test_what_is_no_music_is_refused_whatever_its_name(refused):
    for content in NO_MUSIC.values():
        assert "song.mp3" in refused(content, "song.mp3", 415)


def test_a_form_without_a_file_says_what_to_send(client):
    for data in ({}, {"file": "text"}, {"other": (io.BytesIO(b"x"), "a.wav")}):
        answer = client.post("/upload", data=data, content_type="multipart/form-data")
        assert (answer.status_code, answer.get_json()["success"]) == (400, False)
        assert "`file`" in answer.get_json()["error"]


def test_a_file_too_large_is_refused_with_the_limit(app, refused):
    app.config["MAX_UPLOAD_MB"] = 1
    assert "1 MB" in refused(bytes(2**20 + 20_000), "long.wav", 413)


def test_a_file_of_the_largest_size_is_taken(app, client, tmp_path, loads):
    app.config["MAX_UPLOAD_MB"] = 3
    content = write_sound(tmp_path / "long.wav", noise(1, 60)).read_bytes()
    assert 2 * 2**20 < len(content) < 3 * 2**20, "beyond what other requests may have"
    assert send(client, content, "long.wav").status_code == 200


def test_the_same_name_twice_overwrites_nothing(client, music, tmp_path, loads):
    first, second = sound(tmp_path, seed=1), sound(tmp_path, seed=2)
    names = [send(client, content, "song.wav").get_json()["filename"] for content in (first, second)]
    assert names == ["song.wav", "song (2).wav"]
    assert files_in(music) == dict(zip(names, [first, second], strict=True))


def test_a_song_sent_again_is_the_one_that_is_there(client, music, tmp_path, loads, settle):
    first, second = sound(tmp_path, seed=1), sound(tmp_path, seed=2)
    answers = [send(client, content, "song.wav") for content in (first, second, first, second)]
    bodies = [answer.get_json() for answer in answers]
    assert bodies[2:] == bodies[:2]
    assert files_in(music) == {"song.wav": first, "song (2).wav": second}
    assert settle(answers[2])["status"] == "ready"
    assert send(client, first, "other.wav").get_json()["filename"] == "other.wav", "its sender calls it so"


def test_a_song_that_a_kill_left_unindexed_is_indexed_when_it_is_sent_again(client, music, tmp_path, loads):
    content = sound(tmp_path)
    (music / "song.wav").write_bytes(content)
    assert send(client, content, "song.wav").get_json()["filename"] == "song.wav"
    assert client.get("/audios").get_json() == ["song.wav"]


def test_nobody_learns_what_is_behind_a_link(client, music, tmp_path, loads):
    content = sound(tmp_path)
    (tmp_path / "secret.wav").write_bytes(content)
    (music / "song.wav").symlink_to(tmp_path / "secret.wav")
    assert send(client, content, "song.wav").get_json()["filename"] == "song (2).wav"


def test_a_track_that_is_gone_comes_back_with_all_it_had(client, music, songs, run, loads, tracks, settle):
    assert run("index-audio").exit_code == 0
    assert run("preprocess-all", "--no-maps").exit_code == 0
    content = (music / "a.wav").read_bytes()
    before = tracks()["a.wav"].id
    (music / "a.wav").unlink()
    assert run("index-audio").exit_code == 0
    loads.clear()
    answer = send(client, content, "a.wav")
    assert answer.get_json()["id"] == before
    assert settle(answer)["status"] == "ready"
    assert not loads, "its vectors were still there"


def test_two_at_once_are_both_stored_and_heard(app, music, tmp_path, loads, settle):
    contents = [sound(tmp_path, seed=seed) for seed in range(6)]
    answers: list = [None] * len(contents)

    def post(at: int) -> None:
        answers[at] = send(app.test_client(), contents[at], "song.wav")

    threads = [threading.Thread(target=post, args=(at,)) for at in range(len(contents))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 6
    assert sorted(files_in(music).values()) == sorted(contents)
    client = app.test_client()
    assert {settle(answer)["status"] for answer in answers} == {"ready"}
    assert len(client.get("/embeddings?red=acoustic&metodo=pca").get_json()["data"]) == 6


def test_a_model_that_cannot_hear_it_says_why(client, tmp_path, monkeypatch, settle):
    def load_deaf(spec: ModelSpec, **_: object) -> LoadedModel:
        return LoadedModel(spec, CountingModel(deaf_above=0.01))

    monkeypatch.setattr("backend.loading.load_spec", load_deaf)
    status = settle(send(client, sound(tmp_path), "song.wav"))
    assert status["status"] == "incomplete"
    assert "shape mismatch" in status["models"]["acoustic/librosa"]


def test_a_track_nobody_sent_has_no_status(client):
    for number in ("7", "99999999999999999999999"):
        answer = client.get(f"/uploads/{number}")
        assert (answer.status_code, answer.get_json()["success"]) == (404, False)


def test_the_genre_table_names_its_genre(client, music, tmp_path, loads):
    (music / "selected_songs.csv").write_text("filename,genre\nsong.wav,polka\n")
    send(client, sound(tmp_path), "song.wav")
    assert [track["genre"] for track in client.get("/tracks").get_json()["tracks"]] == ["polka"]


def test_without_a_music_folder_nothing_is_stored(app, client, music, tmp_path):
    app.config["AUDIO_DIR"] = tmp_path / "unplugged"
    answer = send(client, sound(tmp_path), "song.wav")
    assert answer.status_code == 400
    assert "unplugged" in answer.get_json()["error"]
    assert not (tmp_path / "unplugged").exists()


def test_pages_from_elsewhere_may_not_send_files(client, music, tmp_path, loads):
    content = sound(tmp_path)
    for origin in ("https://evil.example", "null", "http://localhost:1"):
        answer = send(client, content, "song.wav", headers={"Origin": origin})
        assert (answer.status_code, answer.get_json()["success"]) == (403, False)
    assert files_in(music) == {}
    for origin in ("http://localhost", "http://localhost:3000"):
        assert send(client, content, "song.wav", headers={"Origin": origin}).status_code == 200


def test_another_file_system_makes_no_difference(client, music, tmp_path, monkeypatch, loads):
    link = Path.hardlink_to

    def across(self, target):
        if self.parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", across)
    content = sound(tmp_path)
    assert send(client, content, "song.wav").status_code == 200
    assert files_in(music) == {"song.wav": content}


def test_a_file_system_without_links_makes_no_difference(client, music, tmp_path, monkeypatch, loads):
    def refuse(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    first, second = sound(tmp_path, seed=1), sound(tmp_path, seed=2)
    for content in (first, second):
        assert send(client, content, "song.wav").status_code == 200
    assert files_in(music) == {"song.wav": first, "song (2).wav": second}


def test_a_name_that_another_program_takes_meanwhile_is_left_to_it(
    client, music, tmp_path, monkeypatch, loads
):
    link = Path.hardlink_to

    def late(self, target):
        (music / "song.wav").write_bytes(b"copied here a moment ago")
        return link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", late)
    content = sound(tmp_path)
    assert send(client, content, "song.wav").get_json()["filename"] == "song (2).wav"
    assert files_in(music) == {"song.wav": b"copied here a moment ago", "song (2).wav": content}


def test_a_request_brings_one_file(client, music, tmp_path):
    two = [(io.BytesIO(sound(tmp_path)), "a.wav"), (io.BytesIO(sound(tmp_path)), "b.wav")]
    answer = client.post("/upload", data={"file": two})
    assert (answer.status_code, answer.get_json()["success"]) == (400, False)
    many = {f"field{number}": "x" for number in range(1000)}
    assert client.post("/upload", data=many, content_type="multipart/form-data").status_code == 413
    assert files_in(music) == {}


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def locked_database(*_: object) -> None:
    raise OperationalError("INSERT", {}, Exception("database is locked"))


def unexpected(*_: object) -> None:
    raise ZeroDivisionError


def unreadable(file) -> FileFacts:
    return FileFacts(TrackTags(), error=f"Cannot decode {file.filename}: the system ended the decoder.")


FAILURES = {  # what fails once the file is in the folder, and the answer
    "recording, on a full disk": ("db.uploads.index_file", full_disk, 507),
    "recording, with the database locked": ("db.indexing.update_rows", locked_database, 503),
    "recording, in a way that nobody expects": ("db.indexing.store", unexpected, 500),
    "the second reading": ("db.indexing.read_facts", unreadable, 415),
    "writing the folder to the disk": ("db.uploads.sync_folder", full_disk, 507),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_song_that_cannot_be_recorded_is_not_kept(failure, refused, client, music, tmp_path, monkeypatch):
    place, fail, status = FAILURES[failure]
    content = sound(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(place, fail)
        refused(content, "song.wav", status)
    assert send(client, content, "song.wav").get_json()["filename"] == "song.wav", "its name is free"
    assert files_in(music) == {"song.wav": content}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_song_that_was_there_stays_when_recording_it_again_fails(
    failure, client, music, tmp_path, monkeypatch, loads
):
    place, fail, _ = FAILURES[failure]
    content = sound(tmp_path)
    first = send(client, content, "song.wav").get_json()
    with monkeypatch.context() as patch:
        patch.setattr(place, fail)
        send(client, content, "song.wav")
    assert files_in(music) == {"song.wav": content}
    assert send(client, content, "song.wav").get_json() == first


def test_a_genre_table_that_cannot_be_read_does_not_refuse_a_song(client, music, tmp_path, loads):
    (music / "selected_songs.csv").write_bytes(b"\x00\xff no table at all")
    content = sound(tmp_path)
    assert send(client, content, "song.wav").status_code == 200
    assert files_in(music)["song.wav"] == content
    assert client.get("/audios").get_json() == ["song.wav"]


SENDER = """
import os, signal, sys
from pathlib import Path
import db.uploads
from db.database import open_database

moment, database, music, source = sys.argv[1:]
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if moment != "while it comes in":
    setattr(db.uploads, moment, die)

class Stream:
    def __init__(self, file): self.file = file
    def read(self, n):
        data = self.file.read(4096)
        if moment == "while it comes in" and self.file.tell() > 10_000: die()
        return data

with open(source, "rb") as file:
    db.uploads.add_upload(open_database(Path(database)), Path(music), Stream(file), "song.wav")
"""


@pytest.mark.parametrize("moment", ["while it comes in", "check_sound", "move_in", "index_file"])
def test_a_kill_leaves_nothing_half(moment, music, tmp_path, run):
    source = write_sound(tmp_path / "source.wav", tone(seconds=1))
    path = tmp_path / "library.db"
    open_database(path).close()
    killed = subprocess.run(
        [sys.executable, "-c", SENDER, moment, path, music, source],
        cwd=REPOSITORY, env=process_environment(music, path), timeout=60, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL
    whole = {"song.wav": source.read_bytes()} if moment == "index_file" else {}
    assert files_in(music) == whole
    assert run("index-audio").exit_code == 0


def test_what_a_kill_left_is_swept_by_later_uploads(client, music, tmp_path, loads):
    with subprocess.Popen(["true"]) as ended:
        pass
    uploads, token = tmp_path / "library.db.uploads", "0" * 32
    uploads.mkdir()
    dead, old, own = f"{ended.pid}-{token}.part", f"1-{token}.part", f"{os.getpid()}-{token}.part"
    left = [uploads / dead, uploads / old, music / f".{dead}"]
    kept = [uploads / own, music / f".{own}", music / "a person's own.part"]
    for path in left + kept:
        path.write_bytes(b"half")
    yesterday = time.time() - 90_000
    os.utime(uploads / old, (yesterday, yesterday))
    send(client, sound(tmp_path), "song.wav")
    assert [path.name for path in left if path.exists()] == []
    assert all(path.exists() for path in kept)
