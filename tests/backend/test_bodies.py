"""Large answers are written and compressed once, and never answered from before a change."""

import gzip
import os
import threading

import brotli
import numpy as np
import pyarrow as pa
import pytest

import backend.bodies
from backend.context import database as app_database
from db.embeddings import save_output
from db.schema import Track
from ML.segments import TrackOutput

MAP = "?red=musicnn&dataset=mtat&metodo=pca"
ROUTES = ["/tracks", "/audios", "/tags", f"/embeddings{MAP}", f"/taggrams{MAP}", f"/embeddings.arrow{MAP}"]


def add(app, *filenames: str, pair=("musicnn", "mtat"), **columns) -> None:
    with app.app_context(), app_database().write() as session:
        for filename in filenames:
            session.add(track := Track(filename=filename, **columns))
            session.flush()
            vector = np.random.default_rng(len(filename) + ord(filename[0])).random(8).astype(np.float32)
            output = TrackOutput(vector, vector[:5], vector[None], vector[None, :5], np.zeros(1))
            save_output(session, track.id, pair, output)


PACKED = {"zstd": backend.bodies.unpack_zstandard, "br": brotli.decompress, "gzip": gzip.decompress}


@pytest.fixture
def library(app) -> None:
    add(app, *(f"{letter}/夜 {letter * 3}.mp3" for letter in "abcdefgh"), genre="Rock")
    add(app, "z.mp3")


@pytest.fixture
def work(monkeypatch) -> list[str]:
    """ "write" for every body that is written, "zstd", "br" or "gzip" for every time one is compressed."""
    done = []
    real = backend.bodies.Body

    class CountedBody(real):
        def __init__(self, content: bytes, mimetype: str):
            done.append("write")
            super().__init__(content, mimetype)

    monkeypatch.setattr(backend.bodies, "Body", CountedBody)
    for name, compress in backend.bodies.ENCODINGS.items():
        counted = lambda content, name=name, compress=compress: (done.append(name), compress(content))[1]  # noqa: E731
        monkeypatch.setitem(backend.bodies.ENCODINGS, name, counted)
    return done


@pytest.mark.parametrize("route", ROUTES)
def test_a_body_is_written_once_and_compressed_once(route, client, library, work):
    client.get(route)  # a map that is computed now is a change of the database
    work.clear()
    for _ in range(3):
        for encoding in (*PACKED, "identity"):
            first = client.get(route, headers={"Accept-Encoding": encoding})
            headers = {"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]}
            assert client.get(route, headers=headers).status_code == 304
    assert sorted(work) in (sorted(PACKED), sorted([*PACKED, "write"]))


def test_a_script_of_the_app_is_compressed_once_for_all_visitors(app, client, tmp_path, work):
    script = tmp_path / "assets/index-1a2b.js"
    script.parent.mkdir()
    script.write_text("let x = 1;" * 200)
    app.config["UI_BUILD_DIR"] = tmp_path
    for _ in range(3):
        answer = client.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
        assert backend.bodies.unpack_zstandard(answer.data) == script.read_bytes()
    assert work == ["zstd"]
    script.write_text("let x = 2;" * 200)
    os.utime(script, ns=(1, 1))  # another build
    assert client.get("/assets/index-1a2b.js").data == script.read_bytes()


def test_a_large_body_is_kept_compressed_only(client, library, work, monkeypatch):
    plain = client.get("/tracks", headers={"Accept-Encoding": "identity"}).data
    monkeypatch.setattr(backend.bodies, "LARGE_BYTES", 100)
    body = backend.bodies.Body(plain, "application/json")
    assert body.n_bytes < len(plain) and body.content == plain
    for encoding, unpack in PACKED.items():
        assert unpack(body.packed(encoding)) == plain
    assert work.count("zstd") == 1


def test_many_who_ask_at_once_wait_for_one(app, client, library, work):
    client.get("/tracks")
    add(app, "new.mp3")
    work.clear()
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        assert app.test_client().get("/tracks", headers={"Accept-Encoding": "br"}).status_code == 200

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(work) == ["br", "write"]


@pytest.mark.parametrize("route", ROUTES)
def test_every_change_is_seen_at_once(route, app, client, library):
    before = client.get(route)
    add(app, "new.mp3", genre="Zydeco")
    after = client.get(route, headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.data != before.data) == (200, True)
    with app.app_context(), app_database().write() as session:
        session.query(Track).filter_by(filename="new.mp3").update({"gone_at": "2026"})
    gone = client.get(route)
    assert (gone.status_code, gone.data != after.data) == (200, True)


def test_a_genre_that_changed_is_seen_on_the_map(app, client, library):
    client.get(f"/embeddings{MAP}")
    with app.app_context(), app_database().write() as session:
        session.query(Track).filter_by(filename="z.mp3").update({"genre": "Jazz"})
    tags = {point["name"]: point["tag"] for point in client.get(f"/embeddings{MAP}").get_json()["data"]}
    assert tags["z.mp3"] == "Jazz"


def test_a_change_elsewhere_leaves_the_etag(app, client, library):
    """The app need not load a map again because another model has heard something."""
    before = client.get(f"/embeddings{MAP}").headers["ETag"]
    add(app, "new.mp3", pair=("musicnn", "jamendo"))
    assert client.get(f"/embeddings{MAP}", headers={"If-None-Match": before}).status_code == 304


def test_the_etag_survives_a_restart(app, client, library):
    before = client.get("/tracks").headers["ETag"]
    app.extensions.clear()
    assert client.get("/tracks", headers={"If-None-Match": before}).status_code == 304


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("space", ["embeddings", "taggrams"])
def test_columns_are_the_same_map(space, dimensions, client, library):

    response = client.get(f"/{space}.arrow{MAP}&dimensions={dimensions}")
    assert (response.status_code, response.mimetype) == (200, "application/vnd.apache.arrow.stream")
    table = pa.ipc.open_stream(response.data).read_all()
    points = client.get(f"/{space}{MAP}&dimensions={dimensions}").get_json()
    axes = ["x", "y", "z"][:dimensions]
    assert table.column_names == ["name", "tag", *axes]
    assert table.column("name").to_pylist() == [point["name"] for point in points["data"]]
    assert table.column("tag").to_pylist() == [point["tag"] for point in points["data"]]
    assert pa.types.is_dictionary(table.schema.field("tag").type)
    assert {table.schema.field(axis).type for axis in axes} == {pa.float32()}
    coords = np.array([point["coords"] for point in points["data"]])
    told = np.column_stack([table.column(axis).to_numpy() for axis in axes])
    # JSON has five digits of the map's longest side.
    np.testing.assert_allclose(told, coords, atol=1e-4 * np.abs(coords).max())
    assert table.schema.metadata[b"name"].decode() == points["name"]


def test_columns_of_nothing_are_empty_columns(client):

    table = pa.ipc.open_stream(client.get(f"/embeddings.arrow{MAP}").data).read_all()
    assert (table.num_rows, table.column_names) == (0, ["name", "tag", "x", "y"])


@pytest.mark.parametrize("encoding", PACKED)
def test_columns_are_compressed_for_who_can_unpack_them(encoding, app, client, library):
    add(app, *(f"folder/song {number:03d}.mp3" for number in range(300)))
    plain = client.get(f"/embeddings.arrow{MAP}", headers={"Accept-Encoding": "identity"})
    packed = client.get(f"/embeddings.arrow{MAP}", headers={"Accept-Encoding": encoding})
    assert packed.headers["Content-Encoding"] == encoding
    assert PACKED[encoding](packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("route", ["/embeddings.arrow", "/taggrams.arrow"])
def test_errors_of_columns_are_json(route, client):
    response = client.get(f"{route}?red=deafnet&metodo=pca")
    assert response.status_code == 400
    assert "musicnn" in response.get_json()["choices"]


def test_memory_is_bounded(app, client, library, work, monkeypatch):
    monkeypatch.setattr(backend.bodies, "BODIES_BYTES", 1)
    for _ in range(2):
        for route in ("/tracks", "/audios"):
            client.get(route)
    assert work.count("write") == 4


def test_what_is_no_number_is_null(app):
    with app.test_request_context():
        assert (
            app.json.response(value=float("nan"), text="Blå").data == '{"value":null,"text":"Blå"}'.encode()
        )


@pytest.mark.parametrize("route", ["/embeddings", "/embeddings.arrow"])
def test_a_map_that_is_still_being_drawn_is_told_and_not_kept(route, app, client, library, work, monkeypatch):
    """Its job may fail, and the next request must hear of that."""
    import config
    from backend.context import map_jobs
    from backend.map_jobs import MapJob

    client.get(f"{route}{MAP}")
    add(app, "new.mp3")
    monkeypatch.setattr(config, "MAPS_AT_ONCE", 0)
    with app.app_context():
        monkeypatch.setattr(map_jobs(), "ask", MapJob)
    work.clear()
    older = [client.get(f"{route}{MAP}") for _ in range(2)]
    assert [response.status_code for response in older] == [200, 200]
    assert b"new.mp3" not in older[0].data
    never = client.get(f"{route}{MAP}&dimensions=3")
    assert (never.status_code, never.get_json()["status"]) == (202, "computing")
    assert work == []
    assert b"new.mp3" in client.get(f"{route}{MAP}&wait=true").data
