"""Playlists survive the server, keep their order, and lose nothing to a bad request."""

import pytest


@pytest.fixture
def library(run, songs) -> list[str]:
    """Three indexed songs, by file name."""
    assert run("index-audio", "--no-progress").exit_code == 0
    return songs


def save(client, name: str, tracks: list[str]) -> dict:
    answer = client.post("/playlists", json={"name": name, "tracks": tracks})
    assert answer.status_code == 201
    return answer.get_json()


def test_a_playlist_comes_back_in_its_order_a_track_twice_if_wished(client, library):
    order = [library[2], library[0], library[2]]
    saved = save(client, "  Sunday  ", order)
    assert client.get("/playlists").get_json() == {
        "playlists": [{"id": saved["id"], "name": "Sunday", "tracks": order}]
    }


def test_it_can_be_renamed_reordered_and_forgotten(client, library):
    saved = save(client, "Sunday", library)
    url = f"/playlists/{saved['id']}"
    changed = client.put(url, json={"name": "Monday", "tracks": library[::-1]}).get_json()
    assert (changed["name"], changed["tracks"]) == ("Monday", library[::-1])
    assert client.delete(url).status_code == 200
    assert client.get("/playlists").get_json() == {"playlists": []}
    assert len(client.get("/audios").get_json()) == len(library)


@pytest.mark.parametrize(
    "body",
    ["text", [], {"name": "x"}, {"tracks": []}, {"name": "  ", "tracks": []}, {"name": "x", "tracks": [1]}],
)
def test_what_is_no_playlist_says_what_is_missing(body, client, library):
    answer = client.post("/playlists", json=body)
    assert answer.status_code == 400
    assert "playlist needs" in answer.get_json()["error"]


def test_an_unknown_track_leaves_the_playlist_as_it_was(client, library):
    saved = save(client, "Sunday", library)
    answer = client.put(f"/playlists/{saved['id']}", json={"name": "Other", "tracks": [library[0], "no.mp3"]})
    assert answer.status_code == 404 and "no.mp3" in answer.get_json()["error"]
    (kept,) = client.get("/playlists").get_json()["playlists"]
    assert (kept["name"], kept["tracks"]) == ("Sunday", library)


def test_an_unknown_playlist_is_not_found(client, library):
    assert client.delete("/playlists/77").status_code == 404
    assert client.put("/playlists/77", json={"name": "x", "tracks": []}).status_code == 404


def test_clean_db_forgets_playlists_with_the_tracks(client, run, library):
    save(client, "Sunday", library)
    assert run("clean-db").exit_code == 0
    assert client.get("/playlists").get_json() == {"playlists": []}
