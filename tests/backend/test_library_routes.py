"""/audios, /tags, /tracks, /models and the app's own files."""

import json
from pathlib import Path

import pytest

from backend.routes.models import default_pair
from tests.sounds import noise, picture, tag, write_sound

TRACK_KEYS = {
    "id", "filename", "title", "artist", "album", "year", "genre", "genres", "track_number",
    "duration", "has_cover", "tempo", "spectral_centroid",
    "status", "error", "predicted_genre", "confidence",
}  # fmt: skip
MODEL_KEYS = {
    "model", "variant", "label", "variant_label", "sample_rate", "segment_seconds", "embedding_dim",
    "taggram_dim", "taggram_kind", "taggram_label",
    "tag_names", "licence", "paper", "requires", "weights", "runnable", "n_extracted",
    "n_failed", "release", "releases", "pipelines", "outdated",
}  # fmt: skip


@pytest.fixture
def indexed(run, songs, music):
    tag(
        music / "album/b.flac", title="Blå", artist="Ä & B", album="One", date="2006-05-01",
        genre="genre---rock", tracknumber="3/12", cover=picture(),
    )  # fmt: skip
    (music / "broken.mp3").write_bytes(b"")
    assert run("index-audio").exit_code == 0


def test_an_empty_library_answers_empty_lists(client):
    assert client.get("/audios").get_json() == []
    assert client.get("/tags").get_json() == []
    assert client.get("/tracks").get_json() == {"tracks": []}


def test_audios_are_the_names_of_what_plays(client, indexed):
    assert client.get("/audios").get_json() == ["a.wav", "album/b.flac", "c.ogg"]


def test_tags_are_sorted_and_unique(client, indexed, music, run):
    for name, genre in (("d.mp3", "Zydeco"), ("e.mp3", "Zydeco"), ("f.mp3", "Ambient")):
        tag(write_sound(music / name, noise(len(name))), genre=genre)
    run("index-audio")
    assert client.get("/tags").get_json() == ["Ambient", "Unknown", "Zydeco", "genre---rock"]


def test_tracks_say_everything_known_of_each_song(client, indexed):
    tracks = {track["filename"]: track for track in client.get("/tracks").get_json()["tracks"]}
    assert all(set(track) == TRACK_KEYS for track in tracks.values())
    song = tracks["album/b.flac"]
    assert song["duration"] == pytest.approx(0.5)  # FLAC has the exact number of samples
    assert {key: song[key] for key in TRACK_KEYS - {"id", "duration"}} == {
        "filename": "album/b.flac", "title": "Blå", "artist": "Ä & B", "album": "One", "year": 2006,
        "genre": "genre---rock", "genres": ["genre---rock"], "track_number": 3,
        "has_cover": True, "status": "ok", "error": None,
        "predicted_genre": None, "confidence": None, "tempo": None, "spectral_centroid": None,
    }  # fmt: skip
    bare = tracks["a.wav"]
    assert (bare["title"], bare["genre"], bare["has_cover"], bare["year"]) == (None, "Unknown", False, None)
    broken = tracks["broken.mp3"]
    assert broken["status"] == "error"
    assert "0 bytes" in broken["error"]


def test_names_are_sent_as_they_are(client, music, run):
    name = "Ænima/a'b\"c %20 #1? & \\ 夜.wav"
    write_sound(music / name)
    run("index-audio")
    assert client.get("/audios").get_json() == [name]


def test_models_say_what_exists_and_what_is_extracted(client, indexed, run, loads):
    assert run("preprocess-all", "--models", "acoustic").exit_code == 1  # broken.mp3
    answer = client.get("/models").get_json()
    assert set(answer) == {"models", "projections", "dimensions", "default", "n_tracks"}
    assert all(set(model) == MODEL_KEYS for model in answer["models"])
    models = {(model["model"], model["variant"]): model for model in answer["models"]}
    assert answer["n_tracks"] == models["acoustic", "librosa"]["n_extracted"] == 3
    assert answer["default"] == {"model": "acoustic", "variant": "librosa"}
    assert answer["dimensions"] == [2, 3]
    assert answer["projections"] == [{"name": "pca", "label": "PCA"}]
    assert models["acoustic", "librosa"]["runnable"] is True
    assert models["acoustic", "librosa"]["weights"] is None


def test_the_first_map_is_of_a_model_that_analyzed_half_of_the_library():
    musicnn, acoustic = ("musicnn", "msd"), ("acoustic", "librosa")
    assert default_pair({musicnn: 5, acoustic: 10}, 10) == {"model": "musicnn", "variant": "msd"}
    assert default_pair({musicnn: 4, acoustic: 10}, 10) == {"model": "acoustic", "variant": "librosa"}
    assert default_pair({acoustic: 1}, 10) == {"model": "acoustic", "variant": "librosa"}, (
        "better than nothing"
    )
    assert default_pair({}, 10) == {"model": "musicnn", "variant": "msd"}


def musicnn_variants(client) -> dict[str, dict]:
    models = client.get("/models").get_json()["models"]
    return {model["variant"]: model for model in models if model["model"] == "musicnn"}


def test_models_without_weights_say_where_to_get_them(client):
    models = musicnn_variants(client)
    mtat = models["mtat"]
    assert (mtat["runnable"], mtat["weights"]["present"], mtat["n_extracted"]) == (False, False, 0)
    assert (mtat["release"], mtat["releases"]) == ("pons2019", ["pons2019", "won2020"])
    assert mtat["weights"]["path"] == "musicnn-0.1.0/MTT_musicnn"
    assert mtat["weights"]["files"][0]["url"] == "pkg:pypi/musicnn@0.1.0"
    assert len(mtat["tag_names"]) == mtat["taggram_dim"] == 50
    assert mtat["segment_seconds"] == 187 * 256 / 16_000, "frames, one every 16 ms"


def test_models_whose_weights_are_there_are_runnable(client, app):
    path = Path(app.config["WEIGHTS_DIR"]) / "mtat/musicnn.pth"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    models = musicnn_variants(client)
    assert (models["mtat"]["runnable"], models["mtat"]["weights"]["present"]) == (True, True)
    assert models["mtat"]["release"] == "won2020", "the file of the original program is used where it is"
    assert models["jamendo"]["runnable"] is False


def test_failures_are_counted_by_model(client, songs, run, loads, monkeypatch):
    from tests.conftest import CountingModel

    run("index-audio")
    monkeypatch.setattr(CountingModel, "__call__", lambda self, segments: 1 / 0)
    result = run("preprocess-all", "--models", "acoustic")
    assert result.exit_code == 1
    assert "division by zero" in result.stderr
    models = {model["model"]: model for model in client.get("/models").get_json()["models"]}
    assert (models["acoustic"]["n_failed"], models["acoustic"]["n_extracted"]) == (3, 0)


def test_without_a_built_app_the_page_says_how_to_get_it(client):
    response = client.get("/")
    assert response.status_code == 404
    assert "npm run build" in response.get_json()["error"]


def test_the_built_app_is_handed_out(client, app):
    build = Path(app.config["UI_BUILD_DIR"])
    (build / "assets").mkdir(parents=True)
    (build / "index.html").write_text("<title>Melodex</title>")
    (build / "assets/index-1a2b.js").write_text("let x = 1;" * 200)
    (build.parent / "secret.txt").write_text("secret")
    page = client.get("/?red=acoustic")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert page.headers["Cache-Control"].startswith("no-cache")
    script = client.get("/assets/index-1a2b.js")
    assert (script.status_code, script.mimetype) == (200, "text/javascript")
    assert "max-age=31536000" in script.headers["Cache-Control"]
    assert "immutable" in script.headers["Cache-Control"]
    for path in ("/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/assets/none.js"):
        response = client.get(path)
        assert response.status_code == 404
        assert b"secret" not in response.data.replace(b"secret.txt", b"")


def test_every_answer_is_json_a_browser_can_parse(client, indexed):
    for route in ("/audios", "/tags", "/tracks", "/models", "/embeddings?metodo=pca"):
        response = client.get(route)
        assert response.mimetype == "application/json"
        json.loads(response.data, parse_constant=lambda constant: pytest.fail(f"{constant} in JSON"))
