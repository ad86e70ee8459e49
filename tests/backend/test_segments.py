"""/segments: what a heat map of tags over time is drawn from."""

import numpy as np
import pytest

from backend.context import database as app_database
from backend.routes.segments import most_typical
from db.embeddings import save_output
from db.schema import Track
from ML.registry import get
from ML.segments import TrackOutput


@pytest.fixture
def put(app):
    """A track of three segments, with the taggrams that a model gave them."""

    def store(pair: tuple[str, str], taggrams: np.ndarray | None) -> None:
        with app.app_context(), app_database().write() as session:
            session.add(track := Track(filename="a/song.mp3"))
            session.flush()
            if taggrams is not None:
                embeddings = np.zeros((3, 4), np.float32)
                output = TrackOutput(
                    embeddings[0], taggrams.mean(axis=0), embeddings, taggrams, np.array([0.0, 3.0, 6.0])
                )
                save_output(session, track.id, pair, output)

    return store


def test_the_strongest_tags_moment_by_moment(client, put):
    taggrams = np.random.default_rng(0).random((3, 50)).astype(np.float32)
    put(("musicnn", "mtat"), taggrams)
    answer = client.get("/segments?track=a/song.mp3&red=MusiCNN&dataset=mtat").get_json()
    strongest = np.argsort(-taggrams.mean(axis=0))[:12]
    names = get("musicnn", "mtat").tag_names
    assert answer["tags"] == [names[at] for at in strongest]
    assert (answer["starts"], answer["seconds"]) == ([0.0, 3.0, 6.0], get("musicnn", "mtat").segment_seconds)
    # Segments are stored in half precision, and answers have three decimals.
    np.testing.assert_allclose(answer["activations"], taggrams[:, strongest], atol=1e-3)
    np.testing.assert_allclose(answer["means"], taggrams.mean(axis=0)[strongest], atol=1e-3)


@pytest.mark.parametrize(("model", "width"), [("whisper/base", 512), ("acoustic/librosa", 30)])
def test_what_is_no_tag_is_not_drawn_as_one(model, width, client, put):
    name, variant = model.split("/")
    put((name, variant), np.ones((3, width), np.float32))
    answer = client.get(f"/segments?track=a/song.mp3&red={name}&dataset={variant}").get_json()
    assert (answer["starts"], answer["tags"], answer["activations"]) == ([0.0, 3.0, 6.0], [], [])


def test_a_preview_starts_where_a_track_sounds_like_itself():
    """The segment nearest to the mean in direction, however loud; silence is like nothing."""
    embeddings = np.array([[0.0, 0.0], [9.0, 0.0], [0.3, 0.31], [0.0, 8.0]])
    assert most_typical(embeddings) == 2
    assert most_typical(np.zeros((3, 2))) == 0


def test_ten_genres_are_ten_rows(client, put):
    put(("mfcc_cnn", "genres10"), np.full((3, 10), 0.1, np.float32))
    answer = client.get("/segments?track=a/song.mp3&red=mfcc_cnn").get_json()
    assert len(answer["tags"]) == len(answer["activations"][0]) == 10


def test_before_extraction_nothing_was_heard(client, put):
    put(("musicnn", "mtat"), None)
    answer = client.get("/segments?track=a/song.mp3&red=musicnn&dataset=mtat").get_json()
    assert answer == {
        "track": "a/song.mp3", "starts": [], "seconds": get("musicnn", "mtat").segment_seconds,
        "typical": None, "tags": [], "activations": [], "means": [],
    }  # fmt: skip


def test_unknown_tracks_and_wrong_values(client, put):
    put(("musicnn", "mtat"), None)
    assert client.get("/segments?track=none.mp3").status_code == 404
    assert client.get("/segments").status_code == 400
    wrong = client.get("/segments?track=a/song.mp3&red=deafnet")
    assert (wrong.status_code, "musicnn" in wrong.get_json()["choices"]) == (400, True)
