"""Sound and pictures: the right bytes, in the right pieces, and none from outside the music folder."""

import io
from urllib.parse import quote

import pytest

from tests.sounds import noise, picture, tag, write_sound

MIME_TYPES = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".ogg": "audio/ogg",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
}
ERROR_KEYS = {"success", "status", "error", "choices", "request_id"}


@pytest.fixture
def song(music) -> bytes:
    return write_sound(music / "song.wav", noise(1)).read_bytes()


def assert_not_found(response) -> None:
    answer = response.get_json()
    assert response.status_code == answer["status"] == 404
    assert set(answer) == ERROR_KEYS
    assert answer["error"]


@pytest.mark.parametrize("extension", MIME_TYPES)
@pytest.mark.parametrize("upper", [False, True])
def test_every_format_has_its_type_and_bytes(extension, upper, client, music):
    path = write_sound(music / f"song{extension.upper() if upper else extension}")
    response = client.get(f"/audio/{path.name}")
    assert (response.status_code, response.mimetype) == (200, MIME_TYPES[extension])
    assert response.data == path.read_bytes()
    assert response.headers["Accept-Ranges"] == "bytes"
    assert int(response.headers["Content-Length"]) == path.stat().st_size
    assert "attachment" not in response.headers.get("Content-Disposition", "")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("0-0", 0, 0), ("0-99", 0, 99), ("100-", 100, None), ("-50", -50, None), ("5-999999", 5, None)],
)
def test_a_player_gets_the_piece_it_asks_for(asked, first, last, client, song):
    response = client.get("/audio/song.wav", headers={"Range": f"bytes={asked}"})
    expected = song[first:] if last is None else song[first : last + 1]
    start = first if first >= 0 else len(song) + first
    assert response.status_code == 206
    assert response.data == expected
    assert response.headers["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(song)}"
    assert response.mimetype == "audio/wav"


def test_pieces_put_together_are_the_file(client, song):
    step = 1000
    ranges = [f"bytes={first}-{first + step - 1}" for first in range(0, len(song), step)]
    parts = [client.get("/audio/song.wav", headers={"Range": asked}).data for asked in ranges]
    assert b"".join(parts) == song


def test_a_piece_beyond_the_end_is_416_and_says_how_long_the_file_is(client, song):
    response = client.get("/audio/song.wav", headers={"Range": "bytes=99999999-"})
    assert response.status_code == response.get_json()["status"] == 416
    assert response.headers["Content-Range"] == f"bytes */{len(song)}"


def test_if_range_gives_the_piece_only_of_the_same_file(client, song, music):
    etag = client.get("/audio/song.wav").headers["ETag"]
    headers = {"Range": "bytes=10-19", "If-Range": etag}
    assert client.get("/audio/song.wav", headers=headers).status_code == 206
    write_sound(music / "song.wav", noise(2, seconds=0.7))
    changed = client.get("/audio/song.wav", headers=headers)
    assert (changed.status_code, changed.data) == (200, (music / "song.wav").read_bytes())


def test_an_unchanged_file_is_304(client, song):
    etag = client.get("/audio/song.wav").headers["ETag"]
    assert client.get("/audio/song.wav", headers={"If-None-Match": etag}).status_code == 304


def test_head_says_the_length_and_sends_nothing(client, song):
    response = client.head("/audio/song.wav")
    assert (response.status_code, response.data) == (200, b"")
    assert int(response.headers["Content-Length"]) == len(song)


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, deflate, br, zstd"])
def test_sound_is_never_compressed(encoding, client, song):
    response = client.get("/audio/song.wav", headers={"Accept-Encoding": encoding})
    assert "Content-Encoding" not in response.headers
    assert response.data == song


@pytest.mark.parametrize(
    "name",
    [
        "Ænima/夜に駆ける.wav",
        "a'b\"c.wav",
        "100%.wav",
        "50%25.wav",
        "#1 hit?.wav",
        "a&b=c;d+e.wav",
        "back\\slash.wav",
        " lead and trail .wav",
        "a..dots...wav",
        "🎵.wav",
        "x" * 246 + ".wav",
        "a\u0301.wav",
        "á.wav",
    ],
)
def test_any_name_can_be_played(name, client, music, run):
    content = write_sound(music / name, noise(3)).read_bytes()
    assert run("index-audio").exit_code == 0
    (listed,) = client.get("/audios").get_json()
    assert listed == name
    response = client.get(f"/audio/{quote(listed)}")
    assert (response.status_code, response.data) == (200, content)


OUTSIDE = [
    "../secret.wav",
    "..%2fsecret.wav",
    "%2e%2e/secret.wav",
    "%2e%2e%2fsecret.wav",
    "..%5csecret.wav",
    "..\\secret.wav",
    "sub/../../secret.wav",
    "sub/..%2f..%2fsecret.wav",
    "....//secret.wav",
    "..%252fsecret.wav",
    "%c0%ae%c0%ae/secret.wav",
    "/secret.wav",
    "%2f{folder}/secret.wav",
    "/{folder}/secret.wav",
    "file://{folder}/secret.wav",
    "secret.wav%00.mp3",
    "%00",
    "..",
    "../",
    ".",
    "",
    "link.wav",
    "linked/secret.wav",
    "linked%2fsecret.wav",
    "x" * 5000 + ".wav",
    "a/" * 2000 + "x.wav",
    "%ff%fe.wav",
    "../library.db",
    "notes.txt",
    "selected_songs.csv",
    ".hidden.wav",
    "sub",
    "folder.wav",
]


@pytest.mark.parametrize("route", ["/audio/", "/cover/", "/waveform/"])
@pytest.mark.parametrize("path", OUTSIDE, ids=range(len(OUTSIDE)))
def test_nothing_outside_the_music_folder_ever_leaves(route, path, client, music, tmp_path):
    secret = write_sound(tmp_path / "secret.wav", noise(9))
    tag(secret, cover=picture())
    (music / "sub").mkdir()
    (music / "folder.wav").mkdir()
    (music / "link.wav").symlink_to(secret)
    (music / "linked").symlink_to(tmp_path)
    for name in ("notes.txt", "selected_songs.csv", ".hidden.wav"):
        (music / name).write_bytes(secret.read_bytes())
    response = client.get(route + path.format(folder=str(tmp_path)[1:]))
    if response.status_code == 308:  # Werkzeug merges double slashes
        response = client.get(response.headers["Location"])
    assert_not_found(response)


def test_a_link_to_a_song_inside_the_folder_plays(client, music, song):
    (music / "again.wav").symlink_to(music / "song.wav")
    assert client.get("/audio/again.wav").data == song


def test_a_music_folder_that_is_a_link_itself_plays(client, app, music, song, tmp_path):
    (tmp_path / "link").symlink_to(music)
    app.config["AUDIO_DIR"] = tmp_path / "link"
    assert client.get("/audio/song.wav").data == song


@pytest.mark.parametrize("extension", MIME_TYPES)
def test_the_cover_of_every_format_comes_as_a_small_jpeg(extension, client, music):
    from PIL import Image

    path = write_sound(music / f"song{extension}")
    tag(path, title="Covered", cover=picture(900, 600, "crimson"))
    response = client.get(f"/cover/{path.name}?size=90")
    assert (response.status_code, response.mimetype) == (200, "image/jpeg")
    image = Image.open(io.BytesIO(response.data))
    assert (image.format, image.size) == ("JPEG", (90, 60))
    red, green, blue = image.convert("RGB").getpixel((45, 30))
    assert red > 180 > 100 > green and blue < 100
    assert "max-age" in response.headers["Cache-Control"]
    assert client.get(
        f"/cover/{path.name}", headers={"If-None-Match": response.headers["ETag"]}
    ).status_code in (200, 304)


def test_without_a_size_the_cover_is_at_most_512_wide_and_never_enlarged(client, music):
    from PIL import Image

    for name, width, expected in (("big.flac", 2000, 512), ("small.flac", 40, 40)):
        tag(write_sound(music / name), cover=picture(width, width))
        assert Image.open(io.BytesIO(client.get(f"/cover/{name}").data)).size == (expected, expected)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_pictures_of_every_usual_kind(kind, client, music):
    tag(write_sound(music / "song.mp3"), cover=picture(kind=kind))
    assert client.get("/cover/song.mp3").mimetype == "image/jpeg"


def test_a_picture_with_transparency(client, music):
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGBA", (32, 32), (255, 0, 0, 10)).save(buffer, "PNG")
    tag(write_sound(music / "song.mp3"), cover=buffer.getvalue())
    assert client.get("/cover/song.mp3").status_code == 200


@pytest.mark.parametrize(
    "size", ["15", "513", "0", "-64", "64.0", "big", "", "٦٤", "9" * 5000, "1e2", "0x40", "%00"]
)
def test_a_senseless_cover_size_names_the_range(size, client, music):
    tag(write_sound(music / "song.mp3"), cover=picture())
    response = client.get(f"/cover/song.mp3?size={size}")
    answer = response.get_json()
    assert response.status_code == answer["status"] == 400
    assert answer["choices"] == ["16 to 512"]


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it is 30 000 × 30 000 pixels."""
    data = bytearray(picture(kind="PNG"))
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    return bytes(data)


BROKEN_PICTURES = {
    "no picture": b"this is no picture",
    "cut": picture(400, 400, kind="JPEG")[:200],
    "a header": picture(kind="PNG")[:30],
    "a page": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "a bomb": bomb(),
}


@pytest.mark.parametrize("kind", BROKEN_PICTURES)
def test_a_broken_picture_is_404(kind, client, music):
    tag(write_sound(music / "song.mp3"), cover=BROKEN_PICTURES[kind])
    assert_not_found(client.get("/cover/song.mp3"))


def test_pictures_damaged_anywhere_never_break_the_server(client, music):
    import random

    rng = random.Random(4)
    path = write_sound(music / "song.mp3")
    plain = path.read_bytes()
    for kind in ("JPEG", "PNG", "GIF", "BMP", "WEBP"):
        for _ in range(12):
            data = bytearray(picture(200, 200, kind=kind))
            for _ in range(8):
                data[rng.randrange(min(len(data), 150))] = rng.randrange(256)
            path.write_bytes(plain)
            tag(path, cover=bytes(data))
            assert client.get("/cover/song.mp3").status_code in (200, 404)


def test_no_picture_is_decoded_in_the_server(client, music, monkeypatch):
    tag(write_sound(music / "song.mp3"), cover=picture())
    monkeypatch.setattr("PIL.Image.open", lambda *_, **__: pytest.fail("opened here"))
    assert client.get("/cover/song.mp3").status_code == 200


def test_a_song_without_a_picture_is_404(client, song):
    assert_not_found(client.get("/cover/song.wav"))


def test_what_is_no_sound_has_no_cover(client, music):
    (music / "text.mp3").write_bytes(b"text")
    assert_not_found(client.get("/cover/text.mp3"))
    assert_not_found(client.get("/cover/none.mp3"))
