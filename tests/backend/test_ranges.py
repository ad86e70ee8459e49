"""A player asks for pieces of a song in every way that RFC 9110 allows, and gets what it says."""

from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest

from tests.sounds import noise, write_sound


@pytest.fixture
def song(music) -> bytes:
    return write_sound(music / "song.wav", noise(1)).read_bytes()


@pytest.fixture
def ask(client, song):
    return lambda asked, **headers: client.get(
        "/audio/song.wav",
        headers={"Range": asked} | {name.replace("_", "-"): value for name, value in headers.items()},
    )


def assert_whole(response, song: bytes) -> None:
    assert (response.status_code, response.data) == (200, song)
    assert "Content-Range" not in response.headers


@pytest.mark.parametrize("n_digits", [8, 18, 19, 400, 5000])
def test_a_suffix_longer_than_the_file_is_the_whole_file(n_digits, ask, song):
    response = ask(f"bytes=-{'9' * n_digits}")
    assert (response.status_code, response.data) == (206, song)
    assert response.headers["Content-Range"] == f"bytes 0-{len(song) - 1}/{len(song)}"


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-0", 0, 1), ("BYTES=0-9", 0, 10), ("bytes=5-999999999999999999999999", 5, None),
        ("bytes=10-19,", 10, 20), ("bytes= 10-19", 10, 20), ("bytes=0010-0019", 10, 20),
        ("bytes=-00001", -1, None),
    ],
)  # fmt: skip
def test_one_range_however_it_is_written(asked, first, end, ask, song):
    response = ask(asked)
    assert (response.status_code, response.data) == (206, song[first:end])


@pytest.mark.parametrize(
    "asked",
    ["items=0-5", "seconds=0-5", "bytes=0-1,5-6", "bytes=0-0,-1", "bytes=9-2", "bytes=abc", "bytes=-",
     "bytes=", "bytes", "0-5", "bytes=1-2-3", "bytes=--5", "bytes=+1-5", "bytes=1_0-2_0", "bytes=\u0661-5"],
)  # fmt: skip
def test_other_units_and_several_ranges_and_what_is_no_range_are_ignored(asked, ask, song):
    assert_whole(ask(asked.encode().decode("latin-1")), song)


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0", f"bytes={'9' * 5000}-"])
def test_what_lies_beyond_the_end_is_416(asked, ask, song):
    response = ask(asked)
    assert response.status_code == response.get_json()["status"] == 416
    assert response.headers["Content-Range"] == f"bytes */{len(song)}"


def test_an_if_range_counts_only_with_the_etag_itself(ask, client, song):
    etag = client.get("/audio/song.wav").headers["ETag"]
    assert ask("bytes=0-9", If_Range=etag).status_code == 206
    for other in (f"W/{etag}", etag.strip('"'), '"other"', "*", ""):
        assert_whole(ask("bytes=0-9", If_Range=other), song)


def test_a_date_in_if_range_is_that_of_the_file_or_counts_for_nothing(ask, client, song):
    modified = parsedate_to_datetime(client.get("/audio/song.wav").headers["Last-Modified"])
    own, later, earlier = (
        format_datetime(modified + timedelta(seconds=seconds), usegmt=True) for seconds in (0, 60, -60)
    )
    assert ask("bytes=0-9", If_Range=own).status_code == 206
    assert_whole(ask("bytes=0-9", If_Range=later), song)
    assert_whole(ask("bytes=0-9", If_Range=earlier), song)


def test_other_conditions_come_first(ask, client, song):
    etag = client.get("/audio/song.wav").headers["ETag"]
    assert ask("bytes=0-9", If_None_Match=etag).status_code == 304
    assert ask("bytes=0-9", If_Match='"other"').status_code == 412
    assert ask("bytes=0-9", If_None_Match='"other"').status_code == 206


@pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=99999999-", "nonsense"])
def test_head_takes_no_range(asked, client, song):
    response = client.head("/audio/song.wav", headers={"Range": asked})
    assert (response.status_code, response.data) == (200, b"")
    assert int(response.headers["Content-Length"]) == len(song)


def test_an_empty_file_is_sent_whole(client, music):
    (music / "empty.wav").write_bytes(b"")
    assert_whole(client.get("/audio/empty.wav", headers={"Range": "bytes=-5"}), b"")


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_what_is_compressed_is_never_cut(encoding, client):
    """A piece of a list that was then compressed belonged to neither form of it."""
    id_ = client.post("/playlists", json={"name": "Mine"}).get_json()["id"]
    path = f"/playlists/{id_}/export?format=json"
    whole = client.get(path, headers={"Accept-Encoding": encoding})
    asked = client.get(path, headers={"Accept-Encoding": encoding, "Range": "bytes=0-4"})
    assert (asked.status_code, asked.data) == (200, whole.data)


def test_ranges_of_an_export_are_cut_in_the_same_way(client, app, tmp_path):
    from backend.context import database
    from db.kept_exports import KeptExports

    with app.app_context():
        kept = KeptExports(database())
    path = kept.folder / "7" / "melodex.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(range(200)))
    tail = client.get("/exports/7", headers={"Range": "bytes=-99999"})
    assert (tail.status_code, tail.data) == (206, bytes(range(200)))
    piece = client.get("/exports/7", headers={"Range": "bytes=10-19"})
    assert (piece.status_code, piece.data) == (206, bytes(range(10, 20)))
    assert client.get("/exports/7", headers={"Range": "items=0-5"}).status_code == 200
