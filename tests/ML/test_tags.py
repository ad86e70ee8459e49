"""Tags as players write them come out as a person reads them, from every format."""

import pytest

from ML.tags import TrackTags, read_cover, read_tags
from tests.sounds import noise, picture, tag, write_sound

EVERY_FORMAT = (".mp3", ".wav", ".ogg", ".flac", ".m4a")


@pytest.fixture
def song(tmp_path):
    return lambda extension: write_sound(tmp_path / f"song{extension}", noise(1))


@pytest.mark.parametrize("extension", EVERY_FORMAT)
def test_every_field_in_every_format(extension, song):
    path = tag(
        song(extension), title="Blå, & “more” 夜", artist="Ä/B", album="One", date="2006-05-01",
        genre="genre---rock", tracknumber="3/12", cover=picture(),
    )  # fmt: skip
    assert read_tags(path) == TrackTags("Blå, & “more” 夜", "Ä/B", "One", 2006, ("genre---rock",), 3, True)
    assert read_cover(path) == picture()


@pytest.mark.parametrize("extension", EVERY_FORMAT)
def test_a_song_without_tags_has_none(extension, song):
    path = song(extension)
    assert read_tags(path) == TrackTags()
    assert read_cover(path) is None


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("2006", 2006), ("2006-05-01", 2006), ("2006-05-01T10:00:00Z", 2006), ("01.05.1987", 1987),
        ("1685", 1685), ("c. 1975", 1975), ("87", None), ("unknown", None), ("20060", None), ("", None),
        ("2500", None), ("1987-06", 1987), ("20190321", 2019), ("198706", None), ("0000-00-00", None),
    ],
)  # fmt: skip
def test_the_year_of_a_date(date, year, song):
    assert read_tags(tag(song(".flac"), date=date)).year == year


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("03", 3), ("3/12", 3), ("A3", 3), ("side B", None), ("", None), ("/12", 12)],
)
def test_the_number_of_a_track(text, number, song):
    assert read_tags(tag(song(".ogg"), tracknumber=text)).track_number == number


@pytest.mark.parametrize(
    ("text", "genre"),
    [
        ("(17)", "Rock"),
        ("17", "Rock"),
        ("(17)Indie Rock", "Rock"),
        ("Jazz", "Jazz"),
        ("(999)", "Unknown"),
        ("", None),
    ],
)
def test_id3_genres_as_numbers(text, genre, song):
    from mutagen.id3 import ID3, TCON

    path = song(".mp3")
    tags = ID3()
    tags.add(TCON(encoding=3, text=[text]))
    tags.save(path)
    assert read_tags(path).genre == genre


@pytest.mark.parametrize("version", [3, 4])
def test_both_versions_of_id3(version, song):
    from mutagen.id3 import ID3, TDRC, TIT2

    path = song(".mp3")
    tags = ID3()
    tags.add(TIT2(encoding=1, text=["Ünïcode"]))
    tags.add(TDRC(encoding=1, text=["1999-12-31"]))
    tags.update_to_v23() if version == 3 else tags.update_to_v24()
    tags.save(path, v2_version=version)
    found = read_tags(path)
    assert (found.title, found.year) == ("Ünïcode", 1999)


def test_id3v1_alone(song):
    path = song(".mp3")
    block = (
        b"TAG"
        + b"Old title".ljust(30, b"\0")
        + b"Old artist".ljust(30, b"\0")
        + b"Old album".ljust(30, b"\0")
    )
    path.write_bytes(path.read_bytes() + block + b"1984" + b"\0" * 28 + b"\0\x07" + b"\x11")
    found = read_tags(path)
    assert (found.title, found.artist, found.album, found.year) == (
        "Old title",
        "Old artist",
        "Old album",
        1984,
    )
    assert (found.track_number, found.genre) == (7, "Rock")


def test_the_first_of_several_values_counts(song):
    from mutagen.flac import FLAC

    path = song(".flac")
    file = FLAC(path)
    file["artist"], file["genre"] = ["", "First", "Second"], ["Dub", "Reggae"]
    file.save()
    assert (read_tags(path).artist, read_tags(path).genre) == ("First", "Dub")


@pytest.mark.parametrize("dates", [{"date": "0000-00-00"}, {"date": ["", "unknown"]}, {"year": "0"}])
def test_an_unknown_date_leaves_the_original_one(dates, song):
    from mutagen.flac import FLAC

    path = song(".flac")
    file = FLAC(path)
    file.update(dates | {"originaldate": "1975"})
    file.save()
    assert read_tags(path).year == 1975


def test_an_empty_first_date_leaves_the_second(song):
    from mutagen.flac import FLAC

    path = song(".flac")
    file = FLAC(path)
    file["date"] = ["", "1999"]
    file.save()
    assert read_tags(path).year == 1999


@pytest.mark.parametrize("text", [["Rock", "Pop"], ["Rock; Pop"], ["Rock\0Pop"], ["17", "13"]])
def test_every_genre_of_an_id3_frame(text, song):
    from mutagen.id3 import ID3, TCON

    path = song(".mp3")
    tags = ID3()
    tags.add(TCON(encoding=3, text=text))
    tags.save(path)
    assert read_tags(path).genres == ("Rock", "Pop")


def test_letters_that_macos_writes_as_two_are_one(song):
    import unicodedata

    artist = "Mötley Crüe"
    path = tag(song(".flac"), artist=unicodedata.normalize("NFD", artist), title=artist)
    assert (read_tags(path).artist, read_tags(path).title) == (artist, artist)


def test_riff_info_of_a_wav(song):
    """As recorders and old editors write it: a LIST chunk behind the samples, without any ID3."""
    path = song(".wav")
    entries = {
        b"INAM": b"Song\0\0",
        b"IART": b"Ann\0",
        b"IPRD": b"One\0",
        b"ICRD": b"1999-05\0",
        b"IGNR": b"Dub;Ska\0",
    }
    info = b"INFO" + b"".join(
        key + len(value).to_bytes(4, "little") + value + b"\0" * (len(value) % 2)
        for key, value in entries.items()
    )
    content = path.read_bytes() + b"LIST" + len(info).to_bytes(4, "little") + info
    path.write_bytes(b"RIFF" + (len(content) - 8).to_bytes(4, "little") + content[8:])
    assert read_tags(path) == TrackTags("Song", "Ann", "One", 1999, ("Dub", "Ska"))


def test_ape_tags_alone(song):
    from mutagen.apev2 import APEv2

    path = song(".mp3")
    tags = APEv2()
    tags.update(
        {"Title": "Song", "Artist": "Ann", "Album": "One", "Year": "1999", "Genre": "Dub", "Track": "3/9"}
    )
    tags.save(path)
    assert read_tags(path) == TrackTags("Song", "Ann", "One", 1999, ("Dub",), 3)


def test_the_album_artist_stands_in_for_a_missing_artist(song):
    from mutagen.oggvorbis import OggVorbis

    path = song(".ogg")
    file = OggVorbis(path)
    file["albumartist"] = "The Band"
    file.save()
    assert read_tags(path).artist == "The Band"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("  two \n lines\t ", "two lines"),
        ("a\0b", "a b"),
        ("\x1b[31mred", "[31mred"),
        ("   ", None),
        ("x" * 9000, "x" * 500),
    ],
)
def test_titles_are_one_readable_line(raw, shown, song):
    assert read_tags(tag(song(".flac"), title=raw)).title == shown


@pytest.mark.parametrize(
    "content", [b"", b"text", b"ID3" + b"\xff" * 100, b"fLaC" + bytes(50), b"OggS" + bytes(90)]
)
@pytest.mark.parametrize("extension", EVERY_FORMAT)
def test_a_damaged_file_has_no_tags_and_raises_nothing(extension, content, tmp_path):
    path = tmp_path / f"bad{extension}"
    path.write_bytes(content)
    assert read_tags(path) == TrackTags()
    assert read_cover(path) is None


def test_a_cover_that_is_no_base64_is_none(song):
    from mutagen.oggvorbis import OggVorbis

    path = song(".ogg")
    file = OggVorbis(path)
    file["metadata_block_picture"] = ["not base64!"]
    file["title"] = "Still here"
    file.save()
    assert read_tags(path) == TrackTags(title="Still here")


@pytest.mark.parametrize("extension", EVERY_FORMAT)
def test_tags_damaged_anywhere_never_stop_an_index(extension, song):
    import random

    rng = random.Random(2)
    path = tag(song(extension), title="T", genre="(17)", date="2006", tracknumber="3/12", cover=picture())
    whole = path.read_bytes()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(6):
            data[rng.randrange(min(len(data), 1500))] = rng.randrange(256)
        path.write_bytes(data)
        assert isinstance(read_tags(path), TrackTags)
