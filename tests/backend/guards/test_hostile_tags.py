"""Hostile tags on their way to other programs: a list stays a list, a cell a text, a picture a picture."""

import csv
import io
import json

import pytest

from ML.export.cells import FORMULA_STARTS
from tests.hostile import HOSTILE, make_hostile_music


@pytest.fixture
def playlist(client, music, run) -> int:
    make_hostile_music(music)
    assert run("index-audio").exit_code == 0
    ids = [track["id"] for track in client.get("/tracks").get_json()["tracks"]]
    return client.post("/playlists", json={"name": "Mine", "track_ids": ids}).get_json()["id"]


def export(client, playlist: int, form: str) -> str:
    return client.get(f"/playlists/{playlist}/export?format={form}").get_data(as_text=True)


def test_titles_are_short_and_hold_no_control_characters(client, playlist):
    for track in client.get("/tracks").get_json()["tracks"]:
        for field in ("title", "artist", "album", "genre"):
            assert len(track[field]) <= 500
            assert track[field].isprintable(), (track["filename"], field)
    assert "#EXTINF" in json.dumps(client.get("/tracks").get_json()), "as the text that it is"


def test_a_list_has_one_entry_a_song_and_none_from_elsewhere(client, playlist):
    lines = export(client, playlist, "m3u8").splitlines()
    paths = [line for line in lines if not line.startswith("#")]
    assert sorted(path.removeprefix("./") for path in paths) == sorted(HOSTILE)
    assert sum(line.startswith("#EXTINF") for line in lines) == len(HOSTILE)


def test_no_cell_is_a_formula(client, playlist):
    rows = list(csv.reader(io.StringIO(export(client, playlist, "csv").lstrip("\ufeff"))))
    assert len(rows) == len(HOSTILE) + 1
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA_STARTS)]
    assert '\'=HYPERLINK("http://evil.example")' in {cell for row in rows for cell in row}


@pytest.mark.parametrize("form", ["csv", "npy"])
def test_no_cell_of_an_exported_library_is_a_formula_either(form, client, run, tmp_path, playlist):
    assert run("preprocess-all", "--no-progress", "--no-maps").exit_code == 0
    done = run("export", "--format", form, "--out", tmp_path / "out.csv", "--no-progress")
    assert done.exit_code == 0, done.stderr
    path = tmp_path / "out.csv"
    text = (path / "metadata.csv" if path.is_dir() else path).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(HOSTILE)
    for row in rows:
        assert not [
            row[field] for field in ("title", "artist", "album", "genre") if row[field][:1] in FORMULA_STARTS
        ]


def test_an_svg_is_no_cover(client, playlist):
    for name in HOSTILE:
        assert client.get(f"/cover/{name.replace('#', '%23')}").status_code == 404
