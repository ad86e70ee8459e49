"""/overlap, /disagreement, /map-quality and /map-neighbors: what the colours of doubt stand on."""

import numpy as np
import pytest

import db.quality
import db.regions
import db.spaces
from backend.context import database, spaces
from db.database import Database
from db.embeddings import save_output
from db.library import labels_by_id
from db.schema import Track
from ML.neighbors import find_neighbors
from ML.regions import name_regions
from ML.registry import get
from ML.segments import TrackOutput

ONE, OTHER = ("musicnn", "mtat"), ("acoustic", "librosa")
MAP = "red=musicnn&dataset=mtat&metodo=pca"
BOTH = "red=musicnn&dataset=mtat&other_red=acoustic&other_dataset=librosa"
N, K = 40, 10
DECIMALS = 1e-4  # answers have four decimals
MEAN_OF_DECIMALS = 1e-3  # means are of the exact values, those of the test of rounded ones


def output(vector: np.ndarray) -> TrackOutput:
    vector = vector.astype(np.float32)
    return TrackOutput(vector, vector[:5], vector[None], vector[None, :5], np.zeros(1))


def vectors(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((N, 12))


@pytest.fixture
def library(app, copy_of):
    copy_of(fill_library, app.config["DATABASE_PATH"])


def fill_library(filled: Database) -> None:
    """Forty tracks analyzed by one model, all but the last two by another."""
    with filled.write() as session:
        for number, (left, right) in enumerate(zip(vectors(0), vectors(1), strict=True)):
            session.add(track := Track(filename=f"{number:02d}.mp3"))
            session.flush()
            save_output(session, track.id, ONE, output(left))
            if number < N - 2:
                save_output(session, track.id, OTHER, output(right))


def ask(client, url: str) -> dict:
    response = client.get(url)
    assert response.status_code == 200, response.get_json()
    return response.get_json()


def near(values: np.ndarray) -> list[set[int]]:
    """Numbers of the ten nearest by cosine."""
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    return [set(row) for row in find_neighbors(unit, K)[0].tolist()]


def test_overlap_counts_the_neighbours_both_models_could_find(client, library):
    answer = ask(client, f"/overlap?{BOTH}")
    assert answer["track_ids"] == list(range(1, N - 1)) and answer["k"] == K
    right = vectors(1)
    right = (right - right[: N - 2].mean(axis=0)) / right[: N - 2].std(
        axis=0
    )  # the acoustic model's are standardised
    both = zip(near(vectors(0))[: N - 2], near(right[: N - 2]), strict=True)
    expected = [len(a & b) / len((a - {N - 2, N - 1}) | b) for a, b in both]
    np.testing.assert_allclose(answer["values"], expected, atol=DECIMALS)
    same = ask(client, "/overlap?red=musicnn&dataset=mtat&other_red=musicnn&other_dataset=mtat")
    assert same["values"] == [1.0] * N


def test_disagreement_is_over_all_models_that_heard_a_track(client, library):
    answer = ask(client, "/disagreement")
    assert answer["models"] == ["musicnn/mtat", "acoustic/librosa"]
    overlap = ask(client, f"/overlap?{BOTH}")
    assert answer["track_ids"] == overlap["track_ids"]
    np.testing.assert_allclose(answer["values"], 1 - np.array(overlap["values"]), atol=DECIMALS)


def test_the_quality_of_a_map_is_of_what_it_shows(client, library):
    answer = ask(client, f"/map-quality?{MAP}")
    coords = np.array([point["coords"] for point in ask(client, f"/embeddings?{MAP}")["data"]])
    shown = [set(row) for row in find_neighbors(coords, K)[0].tolist()]
    kept = [len(a & b) / K for a, b in zip(near(vectors(0)), shown, strict=True)]
    np.testing.assert_allclose(answer["kept"], kept, atol=DECIMALS)
    assert answer["k"] == K and answer["track_ids"] == list(range(1, N + 1))
    for name in ("trustworthiness", "continuity"):
        assert 0.3 < answer["means"][name] < 1
        assert answer["means"][name] == pytest.approx(np.mean(answer[name]), abs=MEAN_OF_DECIMALS)
    deep = ask(client, f"/map-quality?{MAP}&dimensions=3")
    assert deep["means"]["kept"] > answer["means"]["kept"], "a third dimension has room for more"


def test_of_a_huge_map_a_sample_is_ranked_and_the_answer_says_so(client, library, monkeypatch):
    assert ask(client, f"/map-quality?{MAP}")["sampled"] is None
    monkeypatch.setattr("ML.evaluation.map_quality.MOST_PAIRS", 15 * N)
    answer = ask(client, f"/map-quality?{MAP}&dimensions=3")
    assert answer["sampled"] == 15 and None not in answer["kept"]
    for name in ("trustworthiness", "continuity"):
        known = [value for value in answer[name] if value is not None]
        assert len(known) == 15 and answer["means"][name] == pytest.approx(np.mean(known), abs=1e-3)


def test_false_neighbours_are_told_from_true_ones(client, library):
    shown = ask(client, f"/map-neighbors?{MAP}&track=07.mp3&k=10")["data"]
    kept = ask(client, f"/map-quality?{MAP}")["kept"][7]
    assert len(shown) == 10 and "07.mp3" not in [one["name"] for one in shown]
    assert sum(one["near"] for one in shown) == round(kept * 10)
    true = {f"{number:02d}.mp3" for number in near(vectors(0))[7]}
    assert {one["name"] for one in shown if one["near"]} == true & {one["name"] for one in shown}


def test_a_track_the_model_has_not_heard_has_no_place(client, library):
    assert ask(client, "/map-neighbors?red=acoustic&metodo=pca&track=39.mp3")["data"] == []
    assert client.get(f"/map-neighbors?{MAP}&track=nobody.mp3").status_code == 404


def test_answers_have_an_etag(client, library):
    for url in (f"/overlap?{BOTH}", "/disagreement", f"/map-quality?{MAP}"):
        tag = client.get(url).headers["ETag"]
        assert client.get(url, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "url",
    [
        "/overlap?red=musicnn&other_red=no",
        "/disagreement?space=maps",
        "/map-quality?metodo=no",
        f"/map-neighbors?{MAP}",
        f"/map-neighbors?{MAP}&k=0&track=07.mp3",
    ],
)
def test_a_request_that_makes_no_sense_is_400(client, library, url):
    answer = client.get(url).get_json()
    assert answer["status"] == 400 and set(answer) == {"success", "status", "error", "choices", "request_id"}


def test_an_empty_library_has_nothing_to_say(client):
    assert ask(client, "/disagreement")["values"] == []
    assert ask(client, f"/map-quality?{MAP}")["means"]["kept"] is None


def test_large_libraries_are_measured_beside_the_requests_and_once(app, client, library, monkeypatch):
    monkeypatch.setattr(db.spaces, "MEASURED_AT_ONCE", 10)
    measured = []
    real = db.quality.measure_map
    monkeypatch.setattr(db.quality, "measure_map", lambda *rest: (measured.append(1), real(*rest))[1])
    url = f"/map-quality?{MAP}"
    waiting = client.get(url)
    assert waiting.status_code == 202 and waiting.get_json()["status"] == "computing"
    for _ in range(2):  # first who is near to whom, then what the map keeps of it
        with app.app_context():
            spaces().background.wait()
        answer = client.get(url)
    assert answer.status_code == 200 and measured == [1]
    with app.app_context():
        del app.extensions["spaces"], app.extensions["bodies"]  # as a restart does
    assert client.get(url).get_json() == answer.get_json() and measured == [1]


def test_what_cannot_be_measured_is_told_until_the_vectors_change(app, client, library, monkeypatch):
    monkeypatch.setattr(db.spaces, "MEASURED_AT_ONCE", 10)
    real = db.spaces.build_graph

    def fail(*_) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(db.spaces, "build_graph", fail)
    urls = (f"/map-quality?{MAP}", f"/overlap?{BOTH}", "/disagreement")
    assert client.get(urls[0]).status_code == 202
    for url in urls:
        with app.app_context():
            spaces().background.wait()
        answer = client.get(url)
        assert answer.status_code == answer.get_json()["status"] == 503
        assert "No space left on device" in answer.get_json()["error"]
    near = ask(client, "/neighbors?red=musicnn&dataset=mtat&track=07.mp3")
    assert near["data"], "neighbours are found all the same"
    monkeypatch.setattr(db.spaces, "build_graph", real)
    with app.app_context(), database().write() as session:
        save_output(session, 1, ONE, output(np.ones(12)))
    assert client.get(urls[0]).status_code == 202
    for _ in range(2):
        with app.app_context():
            spaces().background.wait()
        answer = client.get(urls[0])
    assert answer.status_code == 200


def test_an_empty_map_has_no_regions(client):
    assert ask(client, "/regions?red=acoustic&metodo=pca")["data"] == []


def test_regions_are_named_by_genre_and_tag(app, client, monkeypatch):
    """Two heaps of vectors: one of folk, one without a genre, in which the model hears a guitar."""
    tags = list(get("musicnn", "mtat").tag_names)
    with app.app_context(), database().write() as session:
        for number in range(40):
            vector = np.random.default_rng(number).standard_normal(12).astype(np.float32)
            taggram = np.full(len(tags), 0.01, np.float32)
            if number % 2:
                vector[0] += 30
                taggram[tags.index("guitar")] = 0.9
            else:
                taggram[:] = 0.5  # everything, which tells nothing
            track = Track(filename=f"{number:02d}.mp3", genre=None if number % 2 else "genre---folk")
            session.add(track)
            session.flush()
            one = TrackOutput(vector, taggram, vector[None], taggram[None], np.zeros(1))
            save_output(session, track.id, ONE, one)
    answer = ask(client, f"/regions?{MAP}")
    places = {region["name"]: region["coords"][0] for region in answer["data"]}
    points = {point["name"]: point["coords"][0] for point in ask(client, f"/embeddings?{MAP}")["data"]}
    assert "Folk" in places and len(answer["data"]) == len(places)
    assert (places["Folk"] > 0) == (points["00.mp3"] > 0) != (points["01.mp3"] > 0)
    assert all(len(region["coords"]) == 3 for region in ask(client, f"/regions?{MAP}&dimensions=3")["data"])

    clusters = ask(client, f"/clusters?{MAP}")
    assert len(clusters["track_ids"]) == len(clusters["values"]) == len(points)
    assert set(clusters["values"]) == set(range(len(clusters["labels"]))), "every cluster has a member"
    folk = clusters["labels"].index("Folk")
    members = [
        id_ for id_, cluster in zip(clusters["track_ids"], clusters["values"], strict=True) if cluster == folk
    ]
    assert members and all(id_ % 2 for id_ in members), "a cluster is called what its region is"
    assert len(set(clusters["labels"])) == len(clusters["labels"])

    found, read = [], []
    monkeypatch.setattr(db.regions, "name_regions", lambda *rest: (found.append(1), name_regions(*rest))[1])
    monkeypatch.setattr(db.regions, "labels_by_id", lambda *rest: (read.append(1), labels_by_id(*rest))[1])
    with app.app_context(), database().write() as session:
        session.get_one(Track, 1).title = "Renamed"
    assert ask(client, f"/regions?{MAP}") == answer and found == [], "a title names no region"
    assert read == [], "nor does it cost a reading of all genres"
    with app.app_context(), database().write() as session:
        for track in session.query(Track).where(Track.genre.is_not(None)):
            track.genre = "genre---polka"
    names = {region["name"] for region in ask(client, f"/regions?{MAP}")["data"]}
    assert "Polka" in names and "Folk" not in names and found == [1] == read
