"""Playlists: made, put in another order, taken along to other programs, never lost with a file."""

import csv
import io
import json
import threading

import pytest

from tests.sounds import noise, tag, write_sound


@pytest.fixture
def ids(client, music, run) -> dict[str, int]:
    """Four songs: ids by file name."""
    names = ["a.wav", "Ænima/夜に駆ける.flac", "#1 hit.ogg", "b.mp3"]
    for seed, name in enumerate(names):
        write_sound(music / name, noise(seed, 1.2))
    tag(music / "b.mp3", title='Night, "Drive"\n', artist="Björk")
    assert run("index-audio").exit_code == 0
    return {track["filename"]: track["id"] for track in client.get("/tracks").get_json()["tracks"]}


@pytest.fixture
def make(client):
    def post(name: str = "Mix", track_ids: tuple[int, ...] | list[int] = ()) -> dict:
        answer = client.post("/playlists", json={"name": name, "track_ids": list(track_ids)})
        assert answer.status_code == 201
        return answer.get_json()

    return post


def order(playlist: dict) -> list[int]:
    return [track["track_id"] for track in playlist["tracks"]]


def test_a_playlist_keeps_its_name_and_order_over_a_restart(client, app, ids, make):
    wanted = [ids["b.mp3"], ids["a.wav"], ids["b.mp3"]]
    made = make("Für Élise 🎵 夜", wanted)
    app.extensions.pop("database").close()
    read = client.get(f"/playlists/{made['id']}").get_json()
    assert read == made
    assert (read["name"], order(read), read["n_tracks"]) == ("Für Élise 🎵 夜", wanted, 3)
    assert read["duration"] == pytest.approx(3.6, abs=0.2)  # lossy formats pad to whole frames
    (listed,) = client.get("/playlists").get_json()["playlists"]
    assert listed == {key: value for key, value in read.items() if key != "tracks"}


def test_names_and_orders_change_one_without_the_other(client, ids, make):
    a, b = ids["a.wav"], ids["b.mp3"]
    url = f"/playlists/{make('First', [a, b])['id']}"
    renamed = client.put(url, json={"name": "  Second  one "}).get_json()
    assert (renamed["name"], order(renamed)) == ("Second one", [a, b])
    moved = client.put(url, json={"track_ids": [b, a]}).get_json()
    assert (moved["name"], order(moved)) == ("Second one", [b, a])
    assert order(client.put(url, json={"track_ids": []}).get_json()) == []
    assert moved["updated_at"] > renamed["updated_at"] > renamed["created_at"]


def test_the_one_changed_last_comes_first(client, ids, make):
    first, second = make("first"), make("second")
    client.put(f"/playlists/{first['id']}", json={"track_ids": [ids["a.wav"]]})
    listed = client.get("/playlists").get_json()["playlists"]
    assert [each["id"] for each in listed] == [first["id"], second["id"]]


def test_what_is_deleted_is_gone_and_its_tracks_are_not(client, ids, make):
    url = f"/playlists/{make('Mix', ids.values())['id']}"
    assert client.delete(url).get_json() == {"success": True}
    for method in (client.get, client.delete):
        answer = method(url)
        assert (answer.status_code, answer.get_json()["success"]) == (404, False)
    assert client.put(url, json={"name": "x"}).status_code == 404
    assert len(client.get("/audios").get_json()) == 4


def test_a_track_whose_file_is_gone_keeps_its_place_and_comes_back(client, ids, make, music, run):
    playlist = make("Mix", [ids["a.wav"], ids["b.mp3"]])
    content = (music / "a.wav").read_bytes()
    (music / "a.wav").unlink()
    assert run("index-audio").exit_code == 0
    url = f"/playlists/{playlist['id']}"
    assert [track["gone"] for track in client.get(url).get_json()["tracks"]] == [True, False]
    assert order(client.put(url, json={"track_ids": [ids["b.mp3"], ids["a.wav"]]}).get_json())
    assert "\na.wav" not in client.get(f"{url}/export").text
    (music / "a.wav").write_bytes(content)
    assert run("index-audio").exit_code == 0
    assert [track["gone"] for track in client.get(url).get_json()["tracks"]] == [False, False]


def test_an_m3u8_lies_in_the_music_folder_and_every_path_leads_to_a_file(client, ids, make, music):
    playlist = make("Für 夜/1", ids.values())
    answer = client.get(f"/playlists/{playlist['id']}/export?format=M3U8")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "F%C3%BCr%20%E5%A4%9C_1.m3u8" in answer.headers["Content-Disposition"]
    lines = answer.data.decode("utf-8").splitlines()
    assert lines[:2] == ["#EXTM3U", "#PLAYLIST:Für 夜/1"]
    paths = [line for line in lines if not line.startswith("#")]
    assert [(music / path).resolve() for path in paths] == [music / name for name in ids]
    assert '#EXTINF:1,Björk - Night, "Drive"' in lines


def test_csv_and_json_hold_every_track_in_order(client, ids, make):
    wanted = list(reversed(ids.values()))
    url = f"/playlists/{make('Mix', wanted)['id']}/export"
    text = client.get(f"{url}?format=csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [ids[row["filename"]] for row in rows] == wanted
    assert [row["position"] for row in rows] == ["1", "2", "3", "4"]
    content = json.loads(client.get(f"{url}?format=json").data)
    assert content["name"] == "Mix"
    assert [ids[track["filename"]] for track in content["tracks"]] == wanted
    refused = client.get(f"{url}?format=pls")
    assert (refused.status_code, refused.get_json()["choices"]) == (400, ["m3u8", "csv", "json"])


SENSELESS = [
    [],
    {},
    {"title": "x"},
    {"name": ""},
    {"name": "   "},
    {"name": 7},
    {"name": "x" * 201},
    {"name": "bell\u0007"},
    {"name": "half \ud83d"},
    {"name": "x", "track_ids": 3},
    {"name": "x", "track_ids": [True]},
    {"name": "x", "track_ids": ["1"]},
    {"name": "x", "track_ids": [1.0]},
    {"name": "x", "track_ids": [-1]},
    {"name": "x", "track_ids": [2**63]},
    {"name": "x", "track_ids": [987654]},
    {"name": "x", "track_ids": [1] * 10_001},
    {"track_ids": []},
]


def test_what_makes_no_sense_is_refused_and_leaves_no_playlist(client, ids):
    for body in SENSELESS:
        answer = client.post("/playlists", data=json.dumps(body), content_type="application/json")
        assert (answer.status_code, answer.get_json()["success"]) == (400, False), body
        assert answer.get_json()["error"]
    assert client.get("/playlists").get_json() == {"playlists": []}


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"name=x", "application/x-www-form-urlencoded", 415),
        (b'{"name": "' + b"x" * 2**22, "application/json", 413),
        (b"\xff\xfe", "application/json", 400),
    ],
)
def test_a_body_that_is_no_json_has_the_one_error_shape(data, content_type, status, client):
    answer = client.post("/playlists", data=data, content_type=content_type)
    assert answer.status_code == answer.get_json()["status"] == status
    assert set(answer.get_json()) == {"success", "status", "error", "choices", "request_id"}


def test_a_refused_order_leaves_the_old_one(client, ids, make):
    playlist = make("Mix", ids.values())
    url = f"/playlists/{playlist['id']}"
    assert client.put(url, json={"name": "New", "track_ids": [ids["a.wav"], 987654]}).status_code == 400
    assert client.get(url).get_json() == playlist


def test_two_orders_at_once_leave_one_of_them(app, client, ids, make):
    playlist = make("Mix", ids.values())
    orders = [list(ids.values()), list(reversed(ids.values()))]

    def put(wanted: list[int]) -> None:
        for _ in range(5):
            answer = app.test_client().put(f"/playlists/{playlist['id']}", json={"track_ids": wanted})
            assert answer.status_code == 200

    threads = [threading.Thread(target=put, args=(wanted,)) for wanted in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order(client.get(f"/playlists/{playlist['id']}").get_json()) in orders


def test_ten_thousand_tracks_fit(client, ids, make):
    playlist = make("Long", list(ids.values()) * 2500)
    assert playlist["n_tracks"] == 10_000
    assert len(client.get(f"/playlists/{playlist['id']}/export").text.splitlines()) == 20_002


def test_clean_db_deletes_playlists_too(client, ids, make, run):
    make("Mix", ids.values())
    assert run("clean-db").exit_code == 0
    assert client.get("/playlists").get_json() == {"playlists": []}
