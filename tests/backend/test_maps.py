"""/embeddings and /taggrams: contract section 2, as a page that draws a map relies on it."""

import math
from collections import Counter

import numpy as np
import pytest

from backend.context import database as app_database
from db.embeddings import save_output
from db.schema import Track
from ML.registry import MODELS
from ML.segments import TrackOutput
from tests.original import N_TRACKS, make_original_database

METHODS = ["umap", "tsne", "pca"]
SIZES = [0, 1, 2, 3, 4, 5, 16]
ERROR_KEYS = {"success", "status", "error", "choices", "request_id"}


@pytest.fixture
def all_methods(monkeypatch):
    import config

    monkeypatch.setattr(config, "ON_DEMAND_PROJECTION_METHODS", METHODS)


@pytest.fixture
def fill(app):
    """Put n tracks with random vectors of one model into the app's database."""

    def put(n_tracks: int, pair: tuple[str, str] = ("musicnn", "mtat"), width: int = 12, **columns) -> None:
        rng = np.random.default_rng(n_tracks)
        with app.app_context(), app_database().write() as session:
            for number in range(n_tracks):
                session.add(track := Track(filename=f"song {number:02d}.mp3", **columns))
                session.flush()
                vector = rng.standard_normal(width).astype(np.float32)
                output = TrackOutput(vector, vector[:5], vector[None], vector[None, :5], np.zeros(1))
                save_output(session, track.id, pair, output)

    return put


def test_the_answer_has_the_documented_shape(client, fill):
    fill(3, genre="genre---rock")
    answer = client.get("/embeddings?red=musicnn&dataset=mtat&metodo=pca&dimensions=2").get_json()
    assert answer["name"] == "embeddings_musicnn_mtat_pca_2"
    assert [set(point) for point in answer["data"]] == [{"audio", "coords", "name", "tag"}] * 3
    first = answer["data"][0]
    assert (first["audio"], first["name"]) == ("../audio/song 00.mp3", "song 00.mp3")
    assert first["tag"] == "genre---rock"
    assert [len(point["coords"]) for point in answer["data"]] == [2, 2, 2]


def test_taggrams_are_a_map_of_their_own(client, fill):
    fill(6)
    embeddings = client.get("/embeddings?dataset=mtat&metodo=pca").get_json()
    taggrams = client.get("/taggrams?dataset=mtat&metodo=pca").get_json()
    assert taggrams["name"] == "taggrams_musicnn_mtat_pca_2"
    assert [point["name"] for point in taggrams["data"]] == [point["name"] for point in embeddings["data"]]
    assert [point["coords"] for point in taggrams["data"]] != [
        point["coords"] for point in embeddings["data"]
    ]


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("method", METHODS)
def test_a_library_of_any_size_has_a_map(method, dimensions, client, app, fill, all_methods):
    for n_tracks in SIZES:
        with app.app_context(), app_database().write() as session:
            session.query(Track).delete()
        fill(n_tracks)
        response = client.get(f"/embeddings?red=musicnn&dataset=mtat&metodo={method}&dimensions={dimensions}")
        answer = response.get_json()
        assert response.status_code == 200
        assert len(answer["data"]) == n_tracks
        coords = [point["coords"] for point in answer["data"]]
        assert all(len(each) == dimensions and all(map(math.isfinite, each)) for each in coords)
        assert len({tuple(each) for each in coords}) == n_tracks, "different songs have different places"
        assert answer["parameters"] is not None


@pytest.mark.parametrize(("method", "told"), [("tsne", "perplexity"), ("umap", "n_neighbors")])
def test_shrunk_parameters_are_told(method, told, client, fill, all_methods):
    fill(8)
    answer = client.get(f"/embeddings?dataset=mtat&metodo={method}").get_json()
    assert told in answer["note"]
    assert told in answer["parameters"]


def test_defaults_are_musicnn_msd_umap_in_the_plane(client, all_methods):
    assert client.get("/embeddings").get_json() == {
        "name": "embeddings_musicnn_msd_umap_2", "data": [], "parameters": {}, "note": None, "stale": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("red=acoustic", "embeddings_acoustic_librosa_umap_2"),
        ("red=musicnn", "embeddings_musicnn_msd_umap_2"),
        ("red=MusiCNN&dataset=MTAT&metodo=TSNE&dimensions=3", "embeddings_musicnn_mtat_tsne_3"),
        ("red=&dataset=&metodo=&dimensions=", "embeddings_musicnn_msd_umap_2"),
        ("red=%20musicnn%20&dataset=+mtat", "embeddings_musicnn_mtat_umap_2"),
        ("dataset=jamendo", "embeddings_musicnn_jamendo_umap_2"),
        ("unknown=parameter", "embeddings_musicnn_msd_umap_2"),
    ],
)
def test_parameters_in_any_case_with_defaults(arguments, name, client, all_methods):
    assert client.get(f"/embeddings?{arguments}").get_json()["name"] == name


@pytest.mark.parametrize("route", ["/embeddings", "/taggrams"])
@pytest.mark.parametrize(
    ("arguments", "choices"),
    [
        ("red=deafnet", ["musicnn", "acoustic"]),
        ("red=mert&dataset=msd", []),
        ("red=acoustic&dataset=msd", ["librosa"]),
        ("red=musicnn&dataset=librosa", ["msd", "mtat", "jamendo"]),
        ("metodo=isomap", METHODS),
        ("dimensions=4", ["2", "3"]),
        ("dimensions=2.0", ["2", "3"]),
        ("dimensions=-2", ["2", "3"]),
        ("dimensions=zwei", ["2", "3"]),
        ("dimensions=%D9%A2", ["2", "3"]),
        ("red=" + "x" * 3000, ["musicnn", "acoustic"]),
        ("red=%00", ["musicnn", "acoustic"]),
        ("red=%ff%fe", ["musicnn", "acoustic"]),
        ("red=musicnn'%20OR%201=1--", ["musicnn", "acoustic"]),
    ],
)
def test_a_wrong_value_names_the_choices(route, arguments, choices, client, all_methods):
    response = client.get(f"{route}?{arguments}")
    answer = response.get_json()
    assert response.status_code == answer["status"] == 400
    assert set(answer) == ERROR_KEYS
    assert answer["success"] is False
    assert answer["choices"] and set(choices) <= set(answer["choices"])
    assert all(choice in answer["error"] for choice in choices)


def test_every_registered_pair_can_be_asked_for(client):
    for spec in MODELS:
        response = client.get(f"/taggrams?red={spec.name}&dataset={spec.variant}&metodo=pca")
        assert (response.status_code, response.get_json()["data"]) == (200, [])


def test_a_song_without_genre_is_unknown(client, fill):
    fill(2)
    answer = client.get("/embeddings?dataset=mtat&metodo=pca").get_json()
    assert {point["tag"] for point in answer["data"]} == {"Unknown"}
    assert client.get("/tags").get_json() == ["Unknown"]


def test_a_method_that_the_settings_leave_out_is_no_choice(client):
    response = client.get("/embeddings?metodo=tsne")
    assert (response.status_code, response.get_json()["choices"]) == (400, ["pca"])


def test_an_original_database_is_on_the_map_before_anything_is_run(app, client):
    make_original_database(app.config["DATABASE_PATH"], acoustic=True)
    for variant in ("msd", "mtat"):
        for space in ("embeddings", "taggrams"):
            answer = client.get(f"/{space}?red=musicnn&dataset={variant}&metodo=pca").get_json()
            assert [point["name"] for point in answer["data"]] == [
                f"song {n:02d}.mp3" for n in range(N_TRACKS)
            ]
            assert len({tuple(point["coords"]) for point in answer["data"]}) == N_TRACKS
    assert len(client.get("/audios").get_json()) == N_TRACKS


def test_hertz_beside_shares_are_brought_to_one_scale(client, app):
    """Without standardising, the one feature in Hz would be the whole map."""
    with app.app_context(), app_database().write() as session:
        rng = np.random.default_rng(0)
        for number in range(40):
            session.add(track := Track(filename=f"{number}.wav"))
            session.flush()
            vector = np.concatenate(
                [[rng.normal(3000, 1000)], np.full(5, number % 2) + rng.normal(0, 0.01, 5)]
            )
            values = vector.astype(np.float32)
            output = TrackOutput(values, values, values[None], values[None], np.zeros(1))
            save_output(session, track.id, ("acoustic", "librosa"), output)
    points = client.get("/embeddings?red=acoustic&metodo=pca").get_json()["data"]
    sides = Counter((int(point["name"].split(".")[0]) % 2, point["coords"][0] > 0) for point in points)
    assert sorted(sides.values()) == [20, 20], "the five features that agree tell the two kinds apart"


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        ("metodo=umap&n_neighbors=5&min_dist=0.5", 200, {"n_neighbors": 5, "min_dist": 0.5, "seed": 42}),
        ("metodo=umap&seed=7", 200, {"n_neighbors": 15, "seed": 7}),
        ("metodo=tsne&perplexity=3.5", 200, {"perplexity": 3.5}),
        ("metodo=umap&n_neighbors=", 200, {"n_neighbors": 15}),
        ("metodo=umap&n_neighbors=1", 400, ["a whole number from 2 to 200"]),
        ("metodo=umap&n_neighbors=5.5", 400, ["a whole number from 2 to 200"]),
        ("metodo=umap&n_neighbors=many", 400, ["a number"]),
        ("metodo=umap&min_dist=nan", 400, ["a number"]),
        ("metodo=umap&min_dist=1e999", 400, ["a number from 0 to 0.99"]),
        ("metodo=tsne&perplexity=-3", 400, ["a number from 1 to 100"]),
        ("metodo=tsne&n_neighbors=5", 400, ["perplexity"]),
        ("metodo=pca&perplexity=5", 400, []),
        ("metodo=pca&seed=-1", 400, ["a whole number from 0 to 4294967295"]),
    ],
)
def test_parameters_of_a_method_can_be_chosen(arguments, status, told, client, fill, all_methods):
    fill(20)
    response = client.get(f"/embeddings?dataset=mtat&{arguments}")
    answer = response.get_json()
    assert response.status_code == status
    if status == 200:
        assert answer["parameters"] == answer["parameters"] | told
    else:
        assert (set(answer), answer["choices"]) == (ERROR_KEYS, told)
