"""The table of tracks tells what the music folder holds, through every change a person makes to it."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from db import folder
from db.embeddings import load_matrix
from db.library import genres, readable_filenames
from db.pipelines import stored_pipelines
from db.preprocessing import extract, plan_extraction
from ML import registry
from ML.errors import LibraryError
from tests.sounds import noise, tag, tone, write_sound

PAIR = ("acoustic", "librosa")
EVERY_FORMAT = (".mp3", ".wav", ".ogg", ".flac", ".m4a")


@pytest.fixture
def hear(database, music, fake_models):
    """Extract what is missing with one model; returns how many vectors were made."""

    def run() -> int:
        models = fake_models("acoustic")
        with database.read() as session:
            plans = plan_extraction(session, [model.spec for model in models.values()])
        return extract(database, music, plans, models).n_extracted

    return run


def names_on_map(database) -> set[str]:
    with database.read() as session:
        ids = set(load_matrix(session, PAIR, "embeddings").track_ids.tolist())
        return {name for name, id_ in ids_by_name(database).items() if id_ in ids}


def ids_by_name(database) -> dict[str, int]:
    from db.library import present_tracks

    with database.read() as session:
        return {track.filename: track.id for track in present_tracks(session)}


def vectors(database) -> dict[str, bytes]:
    names = {id_: name for name, id_ in ids_by_name(database).items()}
    with database.read() as session:
        matrix = load_matrix(session, PAIR, "embeddings")
    return {
        names[id_]: row.tobytes() for id_, row in zip(matrix.track_ids.tolist(), matrix.values, strict=True)
    }


def playlist(database) -> list[str]:
    with database.read() as session:
        return readable_filenames(session)


def test_new_songs_appear_with_duration_and_are_left_alone_afterwards(index, tracks, songs):
    assert index().counts == {"new": 3, "unchanged": 0, "gone": 0, "ignored": 0}
    assert sorted(tracks()) == sorted(songs)
    assert tracks()["a.wav"].duration == pytest.approx(0.5)  # WAV has the exact number of samples
    second = index()
    assert second.counts == {"unchanged": 3, "gone": 0, "ignored": 0}


def test_an_unchanged_file_is_not_opened_again(index, songs, monkeypatch):
    index()
    opened = []
    monkeypatch.setattr("db.track_files.read_facts", lambda file: opened.append(file.filename))
    index()
    assert opened == []


def test_progress_counts_the_files_to_open(database, music, songs):
    from db.indexing import index_library

    seen = []
    index_library(database, music, lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_changed_sound_forgets_its_vectors_and_no_others(index, hear, database, music, songs):
    index()
    hear()
    before = vectors(database)
    write_sound(music / "a.wav", noise(99, seconds=0.7))
    assert index().counts["changed"] == 1
    assert names_on_map(database) == {"album/b.flac", "c.ogg"}
    assert hear() == 1
    after = vectors(database)
    assert {name for name in after if after[name] != before[name]} == {"a.wav"}


def test_a_file_saved_again_with_the_same_sound_keeps_its_vectors(index, hear, music, songs):
    index()
    hear()
    os.utime(music / "a.wav", ns=(1, 1))
    assert index().counts["changed"] == 0
    assert hear() == 0


@pytest.mark.parametrize("extension", EVERY_FORMAT)
def test_new_tags_show_and_keep_the_vectors(extension, index, hear, tracks, music):
    path = write_sound(music / f"song{extension}", noise(1))
    tag(path, title="Before")
    index()
    hear()
    id_ = tracks()[path.name].id
    tag(path, title="After, and much longer than before " * 5, genre="Jazz")
    assert index().counts["retagged"] == 1
    track = tracks()[path.name]
    assert (track.id, track.genre) == (id_, "Jazz")
    assert track.title.startswith("After, and")
    assert hear() == 0


def test_an_old_id3v1_block_at_the_end_of_an_mp3_is_no_new_sound(index, music):
    from mutagen.id3 import ID3, TIT2

    path = write_sound(music / "song.mp3", noise(1))
    index()
    tags = ID3()
    tags.add(TIT2(encoding=3, text=["Both"]))
    tags.save(path, v1=2)
    assert path.read_bytes()[-128:-125] == b"TAG"
    assert index().counts == {"retagged": 1, "unchanged": 0, "gone": 0, "ignored": 0}


@pytest.mark.parametrize("target", ["new name.wav", "elsewhere/deep/a.wav"])
def test_a_moved_song_keeps_its_id_and_vectors(target, index, hear, database, tracks, music, songs):
    index()
    hear()
    id_, vector = tracks()["a.wav"].id, vectors(database)["a.wav"]
    (music / target).parent.mkdir(parents=True, exist_ok=True)
    (music / "a.wav").rename(music / target)
    summary = index()
    assert (summary.counts["moved"], summary.counts["gone"], summary.counts["new"]) == (1, 0, 0)
    assert "a.wav" not in tracks()
    assert (tracks()[target].id, vectors(database)[target]) == (id_, vector)
    assert hear() == 0


def test_a_renamed_folder_moves_every_song_in_it(index, hear, tracks, music):
    for seed in range(4):
        write_sound(music / "old" / f"{seed}.flac", noise(seed))
    index()
    hear()
    ids = {Path(name).name: track.id for name, track in tracks().items()}
    (music / "old").rename(music / "ünï / 新しい".replace("/", "·"))
    assert index().counts["moved"] == 4
    assert {Path(name).name: track.id for name, track in tracks().items()} == ids
    assert hear() == 0


def test_a_gone_song_leaves_lists_and_maps_but_not_the_database(index, hear, database, tracks, music, songs):
    index()
    hear()
    (music / "a.wav").unlink()
    assert index().counts["gone"] == 1
    assert playlist(database) == ["album/b.flac", "c.ogg"]
    assert names_on_map(database) == {"album/b.flac", "c.ogg"}
    gone = tracks()["a.wav"]
    assert gone.gone_at
    with database.read() as session:
        assert gone.id in stored_pipelines(session, PAIR)
    assert index().counts["gone"] == 0, "a song is missed once"


def test_a_returned_song_is_back_on_the_map_with_nothing_to_compute(
    index, hear, database, music, songs, tmp_path
):
    index()
    hear()
    shutil.move(music / "a.wav", tmp_path / "away.wav")
    index()
    shutil.move(tmp_path / "away.wav", music / "a.wav")
    assert index().counts["returned"] == 1
    assert names_on_map(database) == set(songs)
    assert hear() == 0


def test_a_song_that_returns_with_other_sound_is_heard_again(index, hear, music, songs):
    index()
    hear()
    (music / "a.wav").unlink()
    index()
    write_sound(music / "a.wav", noise(77))
    assert index().counts["changed"] == 1
    assert hear() == 1


def test_two_copies_of_a_file_are_two_songs(index, hear, database, music):
    write_sound(music / "one.wav", noise(1))
    (music / "copies").mkdir()
    shutil.copy(music / "one.wav", music / "copies/one.wav")
    assert index().counts["new"] == 2
    assert hear() == 2
    assert names_on_map(database) == {"one.wav", "copies/one.wav"}


def test_a_copy_made_later_does_not_steal_the_row_of_its_original(index, hear, tracks, music):
    write_sound(music / "z.wav", noise(1))
    index()
    id_ = tracks()["z.wav"].id
    shutil.copy(music / "z.wav", music / "a.wav")
    assert index().counts["new"] == 1
    assert tracks()["z.wav"].id == id_ != tracks()["a.wav"].id


def test_both_copies_moved_at_once_keep_a_row_each(index, hear, tracks, music):
    for name in ("1.wav", "2.wav"):
        write_sound(music / name, noise(1))
    index()
    hear()
    ids = {track.id for track in tracks().values()}
    (music / "new").mkdir()
    for name in ("1.wav", "2.wav"):
        (music / name).rename(music / "new" / name)
    assert index().counts["moved"] == 2
    assert {track.id for track in tracks().values()} == ids
    assert hear() == 0


def test_a_missing_folder_is_an_error_and_nothing_is_marked_gone(index, tracks, music, songs, tmp_path):
    index()
    music.rename(tmp_path / "unplugged")
    with pytest.raises(LibraryError, match="MELODEX_AUDIO_DIR") as caught:
        index()
    assert str(music) in str(caught.value)
    assert [track.gone_at for track in tracks().values()] == [None] * 3


def test_an_empty_folder_is_an_empty_library(index, tracks):
    assert index().counts == {"unchanged": 0, "gone": 0, "ignored": 0}
    assert tracks() == {}


@pytest.mark.parametrize("name", ["LOUD.MP3", "Mixed.FlaC", "take.WAV", "x.oGg", "y.M4A"])
def test_extensions_count_in_any_case(name, index, tracks, music):
    write_sound(music / name)
    index()
    assert tracks()[name].error is None


@pytest.mark.parametrize("name", ["._x.mp3", ".hidden.wav", "cover.jpg", "song.mp3.part", "notes.txt", "mp3"])
def test_what_is_no_song_is_passed_over(name, index, tracks, music):
    (music / name).write_bytes(b"not a song")
    assert index().unreadable == {}
    assert tracks() == {}


@pytest.mark.parametrize(
    "name",
    [
        "Ænima.wav",
        "夜に駆ける.flac",
        "Сплин.ogg",
        "a'b\"c %20 #1? & é.wav",
        " spaces .wav",
        "🎵.wav",
        "new\nline.wav",
    ],
)
def test_names_in_any_writing(name, index, hear, tracks, music):
    write_sound(music / "Mötley" / name, noise(5))
    index()
    assert list(tracks()) == [f"Mötley/{name}"]
    assert hear() == 1


def test_a_name_of_250_characters(index, hear, tracks, music):
    name = "x" * 246 + ".wav"
    write_sound(music / name, noise(5))
    index()
    assert len(next(iter(tracks()))) == 250
    assert hear() == 1


def test_a_name_that_is_no_utf8_is_reported_and_stops_nothing(index, tracks, music):
    write_sound(Path(os.fsdecode(os.fsencode(music) + b"/caf\xe9.wav")), noise(2))
    write_sound(music / "good.wav", noise(3))
    summary = index()
    assert list(tracks()) == ["good.wav"]
    (name, reason), *rest = summary.unreadable.items()
    assert (name, rest) == ("caf\\xe9.wav", [])
    assert "rename" in reason


def test_a_link_to_a_file_elsewhere_is_left_alone(index, tracks, music, tmp_path):
    secret = write_sound(tmp_path / "secret.wav", noise(1))
    (music / "link.wav").symlink_to(secret)
    (music / "loop.wav").symlink_to(music / "loop.wav")
    write_sound(music / "own.wav", noise(2))
    index()
    assert list(tracks()) == ["own.wav"]


def test_a_folder_named_like_a_song_is_a_folder(index, tracks, music):
    write_sound(music / "live.mp3" / "one.wav", noise(1))
    index()
    assert list(tracks()) == ["live.mp3/one.wav"]


def test_a_file_that_vanishes_while_the_folder_is_read_stops_nothing(
    index, tracks, music, songs, monkeypatch
):
    real_walk = folder.walk

    def walk(*arguments):
        for name, entry in real_walk(*arguments):
            if name == "a.wav":
                Path(entry.path).unlink()
            yield name, entry

    monkeypatch.setattr("db.folder.walk", walk)
    index()
    assert sorted(tracks()) == ["album/b.flac", "c.ogg"]


def test_selected_songs_win_over_the_tags_and_fall_back_when_removed(index, database, tracks, music):
    for name, genre in (("a.mp3", "Blues"), ("deep/b.mp3", "Jazz"), ("c.mp3", "Pop")):
        tag(write_sound(music / name, noise(len(name))), genre=genre)
    table = music / "selected_songs.csv"
    table.write_text("filename,genre\na.mp3,genre---rock\nb.mp3,Ska\nnot there.mp3,Folk\n")
    index()
    assert {name: track.genre for name, track in tracks().items()} == {
        "a.mp3": "genre---rock", "deep/b.mp3": "Ska", "c.mp3": "Pop",
    }  # fmt: skip
    with database.read() as session:
        assert genres(session) == ["Pop", "Ska", "genre---rock"]
    table.unlink()
    index()
    assert {name: track.genre for name, track in tracks().items()} == {
        "a.mp3": "Blues", "deep/b.mp3": "Jazz", "c.mp3": "Pop",
    }  # fmt: skip


def test_selected_songs_as_a_spreadsheet_saves_them(index, tracks, music):
    write_sound(music / "ä, b.wav")
    text = '\ufeffgenre,filename,notes\r\n " Soul ","ä, b.wav",x\r\n,"c.wav"\r\n\r\n'.replace(' "', '"', 1)
    (music / "selected_songs.csv").write_text(text, encoding="utf-8")
    index()
    assert tracks()["ä, b.wav"].genre == "Soul"


@pytest.mark.parametrize(
    "content",
    [
        b"song;genre\na.wav;Rock\n",
        b"",
        b"\xff\xfef\x00i\x00l\x00e\x00",
        b"filename\na.wav\n",
        b'filename,genre\n"' + b"x" * 200_000,
    ],
    ids=["other names", "empty", "UTF-16", "one column", "an endless cell"],
)
def test_a_genre_table_that_cannot_be_read_is_a_clear_error(content, index, tracks, music, songs):
    index()
    (music / "selected_songs.csv").write_bytes(content)
    with pytest.raises(LibraryError, match=r"selected_songs\.csv.*filename,genre"):
        index()
    assert [track.gone_at for track in tracks().values()] == [None] * 3


def test_unplayable_files_are_no_genre(index, database, music, songs):
    (music / "broken.mp3").write_bytes(b"")
    tag(music / "c.ogg", genre="Dub")
    index()
    with database.read() as session:
        assert genres(session) == ["Dub", "Unknown"]


def test_an_index_stopped_in_the_middle_goes_on_where_it_was(database, music, songs, tracks):
    from db.indexing import index_library

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_library(database, music, stop)
    assert len(tracks()) == 2
    assert index_library(database, music).counts == {"new": 1, "unchanged": 2, "gone": 0, "ignored": 0}


def test_a_damaged_copy_does_not_cost_a_song_its_vectors(index, hear, database, tracks, music, songs):
    index()
    hear()
    whole, before = (music / "a.wav").read_bytes(), vectors(database)["a.wav"]
    (music / "a.wav").write_bytes(b"")
    assert index().counts["unreadable"] == 1
    assert "a.wav" not in playlist(database)
    assert "empty" in tracks()["a.wav"].error
    (music / "a.wav").write_bytes(whole)
    index()
    assert vectors(database)["a.wav"] == before
    assert tracks()["a.wav"].error is None


def test_a_song_once_unreadable_is_told_from_one_with_new_tags(index, tracks, music):
    (music / "late.wav").write_bytes(b"")
    index()
    write_sound(music / "late.wav", tone())
    summary = index()
    assert summary.counts["retagged"] == 0
    assert summary.unreadable == {}
    assert tracks()["late.wav"].duration == pytest.approx(0.5)


def test_matrix_rows_follow_the_order_of_names(index, hear, database, music):
    for seed, name in enumerate(["c.wav", "a.wav", "b.wav"]):
        write_sound(music / name, noise(seed))
    index()
    hear()
    with database.read() as session:
        matrix = load_matrix(session, PAIR, "embeddings")
    ids = ids_by_name(database)
    assert matrix.track_ids.tolist() == [ids["a.wav"], ids["b.wav"], ids["c.wav"]]
    assert matrix.values.dtype == np.float32
    assert registry.get(*PAIR).key == "acoustic/librosa"


def test_all_genres_of_a_file_are_kept_and_the_first_is_shown(client, run, music, tracks):
    tag(write_sound(music / "a.flac", noise(1)), genre="Rock; Pop")
    write_sound(music / "b.flac", noise(2))
    run("index-audio")
    assert tracks()["a.flac"].genre == "Rock"
    listed = {track["filename"]: track for track in client.get("/tracks").get_json()["tracks"]}
    assert listed["a.flac"]["genres"] == ["Rock", "Pop"]
    assert listed["b.flac"]["genres"] == []
    tag(music / "a.flac", genre="Dub")
    run("index-audio")
    assert client.get("/tracks").get_json()["tracks"][0]["genres"] == ["Dub"]


def test_spellings_of_one_genre_are_one_genre(index, database, music):
    for number, genre in enumerate(["Hip-Hop", "hiphop", "Hip Hop", "Hip-Hop"]):
        tag(write_sound(music / f"{number}.flac", noise(number)), genre=genre)
    index()
    with database.read() as session:
        assert genres(session) == ["Hip-Hop"]


def test_the_spelling_of_the_persons_own_table_is_shown(index, database, music):
    for number in range(3):
        tag(write_sound(music / f"{number}.flac", noise(number)), genre="Hip-Hop")
    (music / "selected_songs.csv").write_text("filename,genre\n0.flac,hip hop\n")
    index()
    with database.read() as session:
        assert genres(session) == ["hip hop"]
