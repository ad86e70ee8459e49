"""An artist through the years: as a table, a figure and an answer; near names for a wrong one."""

import json

import pytest

from tests.sounds import noise, tag, write_sound

SONGS = [
    ("Ann", "1990", "One"), ("Ann", "1990", "One"), ("Ann", "1994", "Two"), ("Ann", "1995", "Two"),
    ("Björk", "1997", "Homogenic"), ("Björk", "1997", "Homogenic"), ("Nobody", "", "Lost"),
    ("Ann", "", "Lost"),
]  # fmt: skip
ASK = "/evolution?red=acoustic&dataset=librosa&"


@pytest.fixture
def library(music, run, loads) -> None:
    for at, (artist, date, album) in enumerate(SONGS):
        path = write_sound(music / f"{at}.wav", noise(at, 6.0) * (at + 1))
        tag(path, artist=artist, album=album, genre="Rock", **({"date": date} if date else {}))
    assert run("index-audio", "--no-progress").exit_code == 0
    assert run("preprocess-all", "--models", "acoustic", "--no-maps", "--no-progress").exit_code == 0


def test_an_artist_is_followed_and_laid_beside_another(library, client):
    answer = client.get(f"{ASK}artist=ann&with=BJÖRK").get_json()
    ann, other = answer["groups"]
    assert (ann["name"], other["name"], answer["by"]) == ("Ann", "Björk", "artist")
    years = [(year["year"], year["tracks"]) for year in ann["years"]]
    assert years == [(1990, ["0.wav", "1.wav"]), (1994, ["2.wav"]), (1995, ["3.wav"])]
    assert [(step["start"], step["end"]) for step in ann["steps"]] == [(1990, 1994), (1994, 1995)]
    assert 0 < ann["test"]["p_value"] <= 1 and {move["filename"] for move in ann["moves"]} == {
        "2.wav",
        "3.wav",
    }
    assert any("without a year: 1" in note for note in ann["notes"])
    assert (other["drift"], other["steps"]) == (None, []) and "of 1997" in other["notes"][0]


def test_albums_and_genres_have_years_too(library, client):
    (album,) = client.get(f"{ASK}by=album&album=two").get_json()["groups"]
    assert [year["year"] for year in album["years"]] == [1994, 1995]
    (genre,) = client.get(f"{ASK}by=genre&genre=rock").get_json()["groups"]
    assert (genre["n_tracks"], len(genre["years"])) == (6, 4)


def test_wrong_questions_are_answered_with_the_way_out(library, client):
    unknown = client.get(f"{ASK}artist=Bjork")
    assert (unknown.status_code, unknown.get_json()["choices"]) == (400, ["Björk"])
    far = client.get(f"{ASK}artist=Zzzzzz").get_json()
    assert far["choices"][0] == "Ann"  # the most frequent ones
    undated = client.get(f"{ASK}artist=nobody")
    assert (undated.status_code, "has a year" in undated.get_json()["error"]) == (400, True)
    assert client.get(ASK).status_code == 400
    assert client.get(f"{ASK}by=mood&mood=x").get_json()["choices"] == ["artist", "album", "genre"]
    deaf = client.get("/evolution?red=musicnn&dataset=mtat&artist=ann")
    assert (deaf.status_code, "preprocess-all" in deaf.get_json()["error"]) == (400, True)


def test_the_command_says_the_same_and_draws(library, run, client, tmp_path):
    png = tmp_path / "ann.png"
    answer = run("artist-evolution", "ann", "--with", "björk", "--json", "--png", png, "--no-progress")
    assert answer.exit_code == 0, answer.stderr
    (facts,) = json.loads(answer.stdout)
    assert facts["groups"] == client.get(f"{ASK}artist=ann&with=björk").get_json()["groups"]
    assert png.read_bytes().startswith(b"\x89PNG") and png.stat().st_size > 10_000
    table = run("artist-evolution", "Ann", "--no-progress").stdout
    assert "shuffled years" in table and "1994" in table
    lost = run("artist-evolution", "Anne", "--no-progress")
    assert (lost.exit_code, "Ann" in lost.stderr) == (1, True)
    one_year = run("artist-evolution", "Björk", "--no-progress")
    assert (one_year.exit_code, "no drift" in one_year.stdout) == (0, True)
