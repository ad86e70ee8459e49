"""Whatever is asked, the answer is the one error body; nothing answers 500 and nothing leaks a traceback."""

import gzip

import brotli
import pytest

from backend.context import database as app_database
from db.schema import Track

ERROR_KEYS = {"success", "status", "error", "choices", "request_id"}
GET_ROUTES = [
    "/audios",
    "/tags",
    "/tracks",
    "/models",
    "/embeddings",
    "/taggrams",
    "/embeddings.arrow",
    "/taggrams.arrow",
    "/audio/x.mp3",
    "/cover/x.mp3",
    "/waveform/x.mp3",
    "/neighbors",
    "/path",
    "/blend",
    "/segments",
    "/openapi.json",
    "/docs",
    "/docs.css",
    "/",
]


def assert_error(response, status: int) -> dict:
    answer = response.get_json()
    assert response.status_code == answer["status"] == status
    assert set(answer) == ERROR_KEYS
    assert answer["success"] is False
    assert answer["error"] and "Traceback" not in answer["error"]
    return answer


@pytest.mark.parametrize(
    "path", ["/nowhere", "/audios/", "/embeddings/extra", "/favicon.ico", "/%00", "/static/x"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_paths_are_404_in_json(path, method, client):
    assert_error(getattr(client, method)(path), 404)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("route", GET_ROUTES)
def test_other_methods_are_405_and_name_the_right_ones(route, method, client):
    response = getattr(client, method)(route)
    assert_error(response, 405)
    assert {"GET", "HEAD"} <= set(response.headers["Allow"].replace(" ", "").split(","))


@pytest.mark.parametrize("route", ["/audios", "/tags", "/tracks", "/models", "/embeddings?metodo=pca"])
def test_head_is_get_without_a_body(route, client):
    head, get = client.head(route), client.get(route)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.mimetype == get.mimetype


def test_head_of_an_error_has_its_status(client):
    assert client.head("/embeddings?red=no").status_code == 400
    assert client.head("/audio/none.mp3").status_code == 404


def test_a_bug_answers_500_without_telling_secrets(app, client, monkeypatch):
    def broken(*_):
        raise RuntimeError("password is hunter2")

    monkeypatch.setattr("backend.routes.library.library.genres", broken)
    answer = assert_error(client.get("/tags"), 500)
    assert "hunter2" not in answer["error"]


def test_a_database_that_is_none_is_a_clear_error(app, client):
    app.config["DATABASE_PATH"].write_bytes(b"just text " * 1000)
    answer = assert_error(client.get("/audios"), 400)
    assert "MELODEX_DATABASE_PATH" in answer["error"]


def test_a_page_elsewhere_may_read_only_where_the_settings_say(client):
    allowed = client.get("/audios", headers={"Origin": "http://localhost:3000"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert (
        "Access-Control-Allow-Origin"
        not in client.get("/audios", headers={"Origin": "http://evil.example"}).headers
    )
    wrong = client.get("/embeddings?red=no", headers={"Origin": "http://localhost:3000"})
    assert wrong.headers["Access-Control-Allow-Origin"] == "http://localhost:3000", (
        "so that the app can show why"
    )


@pytest.fixture
def many_tracks(app):
    with app.app_context(), app_database().write() as session:
        session.add_all(
            Track(filename=f"song {number}.mp3", title=f"Title {number}") for number in range(200)
        )


UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("encoding", UNPACK)
@pytest.mark.parametrize("route", ["/tracks", "/audios", "/models"])
def test_json_is_compressed_and_unpacks_to_the_same(route, encoding, client, many_tracks):
    packed = client.get(route, headers={"Accept-Encoding": encoding})
    plain = client.get(route, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == encoding
    assert "Content-Encoding" not in plain.headers
    assert UNPACK[encoding](packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity", "gzip, deflate, br, zstd"])
def test_a_browser_that_has_the_answer_gets_304(encoding, client, many_tracks):
    headers = {"Accept-Encoding": encoding}
    first = client.get("/tracks", headers=headers)
    again = client.get("/tracks", headers=headers | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"


def test_new_music_changes_the_etag(app, client, many_tracks):
    before = client.get("/tracks").headers["ETag"]
    with app.app_context(), app_database().write() as session:
        session.add(Track(filename="one more.mp3"))
    response = client.get("/tracks", headers={"If-None-Match": before})
    assert response.status_code == 200
    assert response.headers["ETag"] != before


def test_an_error_is_never_cached(client):
    response = client.get("/embeddings?red=no")
    assert "ETag" not in response.headers
