"""/neighbors, /path and /blend: true neighbours in the model's space, with reasons."""

import numpy as np
import pytest

import db.neighbor_graph
import db.spaces
from backend.context import database as app_database
from backend.context import spaces
from db.database import Database
from db.embeddings import save_output
from db.schema import Track
from ML.registry import get
from ML.segments import TrackOutput

PAIR = ("musicnn", "mtat")
MODEL = "red=musicnn&dataset=mtat"
ERROR_KEYS = {"success", "status", "error", "choices", "request_id"}
HIT_KEYS = {"audio", "name", "tag", "distance", "score", "segment", "occurrence", "hub", "shared"}
GENRES = ["Rock", "Jazz", "Folk"]
TAGS = list(get(*PAIR).tag_names)
N_TRACKS, WIDTH = 60, 12


def vectors(seed: int = 0) -> np.ndarray:
    """float32 [60, 12], three clusters."""
    rng = np.random.default_rng(seed)
    centres = 3 * rng.standard_normal((3, WIDTH))
    return (centres[np.arange(N_TRACKS) % 3] + rng.standard_normal((N_TRACKS, WIDTH))).astype(np.float32)


def heard(vector: np.ndarray, taggram: np.ndarray, n_segments: int = 1) -> TrackOutput:
    """Each segment differs from the track in one number."""
    segments = np.tile(vector, (n_segments, 1)) + 2.0 * np.eye(n_segments, len(vector), dtype=np.float32)
    taggrams = np.tile(taggram, (n_segments, 1))
    return TrackOutput(vector, taggram, segments, taggrams, np.arange(n_segments) * 3.0)


def put(app, filename: str, output: TrackOutput | None, pair=PAIR, **columns) -> None:
    with app.app_context(), app_database().write() as session:
        session.add(track := Track(filename=filename, **columns))
        session.flush()
        if output is not None:
            save_output(session, track.id, pair, output)


@pytest.fixture
def library(app, copy_of):
    copy_of(fill_library, app.config["DATABASE_PATH"])


def fill_library(database: Database) -> None:
    """Sixty tracks by six artists: "song 00.mp3" … with the vectors of `vectors()`."""
    with database.write() as session:
        for number, vector in enumerate(vectors()):
            taggram = np.full(50, 0.01, np.float32)
            taggram[[number % 3, 10 + number % 2]] = 0.8, 0.5
            track = Track(
                filename=f"song {number:02d}.mp3", genre=GENRES[number % 3],
                artist=f"Artist {number % 6}", album=f"Album {number % 12}", year=2000 + number % 4,
            )  # fmt: skip
            session.add(track)
            session.flush()
            save_output(session, track.id, PAIR, heard(vector, taggram, n_segments=4))


def ask(client, url: str) -> dict:
    response = client.get(url)
    assert response.status_code == 200, response.get_json()
    return response.get_json()


def names(answer: dict) -> list[str]:
    return [hit["name"] for hit in answer["data"]]


ROUNDING = 1e-6  # of cosines: rows of length 1 are kept in float32, which rounds by 1e-7


def cosine_distances(values: np.ndarray, point: np.ndarray) -> np.ndarray:
    values, point = values.astype(np.float64), point.astype(np.float64)
    return 1 - values @ point / np.linalg.norm(values, axis=1) / np.linalg.norm(point)


def obvious_order(distances: np.ndarray, left_out=()) -> list[str]:
    ranked = sorted((distance, f"song {n:02d}.mp3") for n, distance in enumerate(distances))
    return [name for _, name in ranked if name not in left_out]


def test_neighbours_are_the_nearest_by_cosine(client, library):
    answer = ask(client, f"/neighbors?track=song 07.mp3&{MODEL}&k=59")
    distances = cosine_distances(vectors(), vectors()[7])
    assert names(answer) == obvious_order(distances, ["song 07.mp3"])
    told = [hit["distance"] for hit in answer["data"]]
    np.testing.assert_allclose(told, sorted(distances)[1:], atol=ROUNDING)
    assert answer["name"] == "neighbors_embeddings_musicnn_mtat_cosine"
    assert (answer["track"], answer["segment"]) == ("song 07.mp3", None)
    assert all(set(hit) == HIT_KEYS for hit in answer["data"])
    first = answer["data"][0]
    assert first["audio"] == f"../audio/{first['name']}"
    assert first["tag"] == GENRES[int(first["name"][5:7]) % 3]


def test_the_euclidean_metric_and_the_taggrams_are_other_spaces(client, library):
    euclidean = ask(client, f"/neighbors?track=song 07.mp3&{MODEL}&metric=Euclidean&k=59")
    distances = np.linalg.norm(vectors() - vectors()[7], axis=1)
    assert names(euclidean) == obvious_order(distances, ["song 07.mp3"])
    taggrams = ask(client, f"/neighbors?track=song 07.mp3&{MODEL}&space=TAGGRAMS&k=9")
    twins = [n for n in range(N_TRACKS) if n % 6 == 1 and n != 7]
    assert names(taggrams) == [f"song {n:02d}.mp3" for n in twins], "equally near ones by name"
    assert {hit["distance"] for hit in taggrams["data"]} == {0.0}


def test_twenty_by_default_and_never_more_than_there_are(client, library):
    assert len(ask(client, f"/neighbors?track=song 00.mp3&{MODEL}")["data"]) == 20
    assert len(ask(client, f"/neighbors?track=song 00.mp3&{MODEL}&k=1000")["data"]) == N_TRACKS - 1


def test_a_neighbour_says_what_it_shares(client, library):
    hits = {hit["name"]: hit for hit in ask(client, f"/neighbors?track=song 00.mp3&{MODEL}&k=59")["data"]}
    assert hits["song 12.mp3"]["shared"] == {
        "tags": [TAGS[0], TAGS[10]], "genre": "Rock", "artist": "Artist 0", "album": "Album 0", "year": 2000,
    }  # fmt: skip
    assert hits["song 03.mp3"]["shared"] == {
        "tags": [TAGS[0]], "genre": "Rock", "artist": None, "album": None, "year": None,
    }  # fmt: skip
    assert hits["song 01.mp3"]["shared"]["tags"] == []


def test_without_the_same_artist_there_are_as_many_hits_of_others(client, library):
    url = f"/neighbors?track=song 07.mp3&{MODEL}&k=45&exclude_same_artist=True"
    same = [f"song {n:02d}.mp3" for n in range(N_TRACKS) if n % 6 == 1]
    order = obvious_order(cosine_distances(vectors(), vectors()[7]), same)
    assert names(ask(client, url)) == order[:45]


def test_tracks_whose_artist_nobody_knows_are_not_of_one_artist(client, app):
    for number in range(4):
        put(app, f"{number}.mp3", heard(vectors()[number], np.zeros(50, np.float32)), artist=None)
    assert len(ask(client, f"/neighbors?track=0.mp3&{MODEL}&exclude_same_artist=true")["data"]) == 3


def test_artists_are_the_same_in_any_case(client, app):
    for number, artist in enumerate(["Björk", "BJÖRK ", "Other"]):
        put(app, f"{number}.mp3", heard(vectors()[number], np.zeros(50, np.float32)), artist=artist)
    assert names(ask(client, f"/neighbors?track=0.mp3&{MODEL}&exclude_same_artist=true")) == ["2.mp3"]


def test_local_scaling_is_that_of_the_papers(client, library):
    values = vectors().astype(np.float64)
    every = np.array([cosine_distances(values, value) for value in values])
    radii = np.sort(every, axis=1)[:, 10]  # the tenth after itself
    scores = 1 - np.exp(-(every[7] ** 2) / (radii[7] * radii))
    answer = ask(client, f"/neighbors?track=song 07.mp3&{MODEL}&k=59&scaling=Local")
    assert names(answer) == obvious_order(scores, ["song 07.mp3"])
    assert names(answer) != obvious_order(every[7], ["song 07.mp3"]), "it changes the order here"
    # Radii are |x|² - 2xy + |y|² in float32, which rounds them by 1e-7 of the lengths of 1.
    np.testing.assert_allclose([hit["score"] for hit in answer["data"]], np.sort(scores)[1:], rtol=1e-3)


def test_hubs_are_marked(client, app):
    """One track in the middle of many that lie around it, each alone."""
    rng = np.random.default_rng(5)
    around = np.eye(40, dtype=np.float32) + 0.001 * rng.standard_normal((40, 40)).astype(np.float32)
    for number, vector in enumerate([np.full(40, 0.2, np.float32), *around]):
        put(app, f"{number:02d}.mp3", heard(vector, np.zeros(50, np.float32)))
    hits = ask(client, f"/neighbors?track=05.mp3&{MODEL}&k=40")["data"]
    assert [hit["name"] for hit in hits if hit["hub"]] == ["00.mp3"]
    assert {hit["name"]: hit["occurrence"] for hit in hits}["00.mp3"] == 40


def test_more_like_this_moment(client, app):
    """The second segment of a track resembles another track than its first does."""
    low, high = np.eye(2, 6, dtype=np.float32)
    taggram = np.zeros(50, np.float32)
    changing = TrackOutput(
        low + high, taggram, np.stack([low, high, low]), np.tile(taggram, (3, 1)), np.array([0.0, 3.0, 6.0])
    )
    put(app, "changing.mp3", changing)
    for name, vector in (("high.mp3", high), ("low.mp3", low)):
        segments = np.stack([np.full(6, 0.5, np.float32), vector])
        output = TrackOutput(vector, taggram, segments, np.tile(taggram, (2, 1)), np.array([0.0, 3.0]))
        put(app, name, output)
    url = f"/neighbors?track=changing.mp3&{MODEL}&segment="
    assert names(ask(client, url + "0")) == ["low.mp3", "high.mp3"]
    for seconds, start in (("2.99", 0), ("3", 3), ("5.9", 3), ("6.5", 6), ("9999", 6)):
        answer = ask(client, url + seconds)
        assert answer["segment"] == start
        assert names(answer)[0] == ("high.mp3" if start == 3 else "low.mp3")
        assert answer["data"][0]["segment"] == 3.0, "the moment of the other track"
        assert answer["data"][0]["distance"] == pytest.approx(0, abs=ROUNDING)


def test_a_path_leads_from_one_track_to_the_other(client, library):
    answer = ask(client, f"/path?from=song 00.mp3&to=song 01.mp3&steps=5&{MODEL}")
    found = names(answer)
    assert (found[0], found[-1], len(found)) == ("song 00.mp3", "song 01.mp3", 7)
    assert len(set(found)) == 7
    unit = vectors() / np.linalg.norm(vectors(), axis=1, keepdims=True)
    taken = [0, 1]
    for share in np.arange(1, 6) / 6:
        distances = cosine_distances(unit, (1 - share) * unit[0] + share * unit[1])
        taken.append(next(n for n in np.argsort(distances) if n not in taken))
    assert found[1:-1] == [f"song {n:02d}.mp3" for n in taken[2:]]
    steps = [int(name[5:7]) for name in found]
    expected = [
        0.0,
        *(cosine_distances(unit[[b]], unit[a])[0] for a, b in zip(steps, steps[1:], strict=False)),
    ]
    np.testing.assert_allclose([hit["distance"] for hit in answer["data"]], expected, atol=ROUNDING)
    assert answer["data"][0]["shared"] is None
    assert all(
        set(hit["shared"]) == {"tags", "genre", "artist", "album", "year"} for hit in answer["data"][1:]
    )


def test_a_path_through_a_small_library_ends_when_there_are_no_more(client, app):
    for number in range(3):
        put(app, f"{number}.mp3", heard(vectors()[number], np.zeros(50, np.float32)))
    assert names(ask(client, f"/path?from=2.mp3&to=0.mp3&steps=50&{MODEL}")) == ["2.mp3", "1.mp3", "0.mp3"]


def test_a_blend_is_near_to_all_and_names_none_of_them(client, library):
    unit = vectors() / np.linalg.norm(vectors(), axis=1, keepdims=True)
    point = (unit[4] + unit[9]) / 2 - (unit[20] - unit.mean(axis=0))
    left_out = ["song 04.mp3", "song 09.mp3", "song 20.mp3"]
    answer = ask(client, f"/blend?plus=song 04.mp3&plus=song 09.mp3&minus=song 20.mp3&k=57&{MODEL}")
    assert names(answer) == obvious_order(cosine_distances(unit, point), left_out)
    assert (answer["plus"], answer["minus"]) == (left_out[:2], left_out[2:])
    alone = ask(client, f"/blend?plus=song 07.mp3&plus=song 07.mp3&{MODEL}&k=59")
    assert names(alone) == names(ask(client, f"/neighbors?track=song 07.mp3&{MODEL}&k=59"))


def test_a_model_that_knows_no_tags_gives_no_tags_as_reasons(client, app):
    for number in range(3):
        vector = vectors()[number]
        put(app, f"{number}.mp3", heard(vector, vector), ("whisper", "base"), genre="Rock")
    for hit in ask(client, "/neighbors?track=0.mp3&red=whisper&dataset=base")["data"]:
        assert (hit["shared"]["tags"], hit["shared"]["genre"]) == ([], "Rock")


ROUTES = [
    "/neighbors?track={0}",
    "/neighbors?track={0}&segment=3",
    "/path?from={0}&to={0}",
    "/blend?plus={0}",
]


@pytest.mark.parametrize("route", ROUTES)
def test_an_unknown_track_is_404(route, client, library):
    for name in ("none.mp3", "../secret", "SONG 00.mp3", "x" * 3000):
        response = client.get(route.format(name) + f"&{MODEL}")
        assert response.status_code == response.get_json()["status"] == 404
        assert set(response.get_json()) == ERROR_KEYS


@pytest.mark.parametrize("route", ROUTES)
def test_before_extraction_there_are_no_neighbours(route, client, app, library):
    put(app, "unheard.mp3", None)
    assert ask(client, route.format("unheard.mp3") + f"&{MODEL}")["data"] == []
    assert ask(client, route.format("song 00.mp3") + "&red=mert&dataset=95m")["data"] == []


@pytest.mark.parametrize("route", ["/neighbors?track=song 00.mp3", "/blend?plus=song 00.mp3"])
@pytest.mark.parametrize(
    ("argument", "choices"),
    [
        ("red=deafnet", ["musicnn"]),
        ("dataset=base", ["mtat"]),
        ("metric=manhattan", ["cosine", "euclidean"]),
        ("space=colours", ["embeddings", "taggrams"]),
        ("scaling=global", ["none", "local"]),
        ("exclude_same_artist=maybe", ["true", "false"]),
        ("k=0", ["1 to 1000"]),
        ("k=1001", ["1 to 1000"]),
        ("k=-3", ["1 to 1000"]),
        ("k=zwei", ["1 to 1000"]),
        ("k=" + "9" * 5000, ["1 to 1000"]),
    ],
)
def test_a_wrong_value_names_the_choices(route, argument, choices, client, library):
    response = client.get(f"{route}&{argument}")
    assert response.status_code == 400
    assert set(response.get_json()) == ERROR_KEYS
    assert set(choices) <= set(response.get_json()["choices"])


@pytest.mark.parametrize("seconds", ["-1", "soon", "", "1e3", "nan", "inf", "٣", "9" * 400])
def test_a_moment_that_is_none_is_400(seconds, client, library):
    response = client.get(f"/neighbors?track=song 00.mp3&{MODEL}&segment={seconds}")
    assert response.status_code == 400
    assert "12.5" in response.get_json()["choices"][0]


@pytest.mark.parametrize(
    "url",
    [
        "/neighbors",
        "/neighbors?track=",
        "/path?from=song 00.mp3",
        "/path?to=song 00.mp3",
        "/blend?minus=song 00.mp3",
        "/path?from=song 00.mp3&to=song 01.mp3&steps=0",
        "/path?from=song 00.mp3&to=song 01.mp3&steps=101",
        "/neighbors?track=song 00.mp3&segment=1&scaling=local",
        "/blend?" + "&".join(f"plus={n}" for n in range(101)),
    ],
)
def test_a_request_that_makes_no_sense_is_400(url, client, library):
    answer = client.get(url).get_json()
    assert answer["status"] == 400
    assert set(answer) == ERROR_KEYS


@pytest.fixture
def reads(monkeypatch) -> list[str]:
    """What was read or measured of whole libraries."""
    done = []
    for module, name in (
        (db.spaces, "load_matrix"),
        (db.spaces, "load_segment_matrix"),
        (db.neighbor_graph, "find_neighbors"),
    ):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args, n=name, f=real: (done.append(n), f(*args))[1])
    return done


def test_vectors_are_read_once_whatever_is_asked_of_them(client, library, reads):
    for url in ("neighbors?track", "path?to=song 01.mp3&from", "blend?plus"):
        for number in (1, 2, 3):
            ask(client, f"/{url}=song {number:02d}.mp3&{MODEL}&scaling=local&exclude_same_artist=true")
    ask(client, f"/neighbors?track=song 00.mp3&{MODEL}&segment=1")
    ask(client, f"/neighbors?track=song 01.mp3&{MODEL}&segment=1")
    assert sorted(reads) == ["find_neighbors", "load_matrix", "load_segment_matrix"]


def test_vectors_are_read_again_only_when_one_changed(client, app, library, reads):
    url = f"/neighbors?track=song 00.mp3&{MODEL}&k=1"
    nearest = names(ask(client, url))
    put(app, "unheard.mp3", None)
    assert names(ask(client, url)) == nearest
    assert reads.count("load_matrix") == 1, "a track without vectors changes none"
    put(app, "twin.mp3", heard(vectors()[0], np.zeros(50, np.float32)))
    assert names(ask(client, url)) == ["twin.mp3"]
    assert reads.count("load_matrix") == 2


def test_a_track_that_is_gone_is_no_neighbour(client, app, library):
    url = f"/neighbors?track=song 00.mp3&{MODEL}&k=59"
    first = names(ask(client, url))[0]
    with app.app_context(), app_database().write() as session:
        session.query(Track).filter_by(filename=first).update({"gone_at": "2026"})
    assert first not in names(ask(client, url))
    assert client.get(f"/neighbors?track={first}&{MODEL}").status_code == 404


def test_memory_is_bounded(app, client, library, reads):
    app.config["SEARCH_MEMORY_MB"] = 0
    for _ in range(2):
        for metric in ("cosine", "euclidean"):
            ask(client, f"/neighbors?track=song 00.mp3&{MODEL}&metric={metric}")
    assert reads.count("load_matrix") == 4, "no room for two"
    ask(client, f"/neighbors?track=song 00.mp3&{MODEL}&metric=euclidean")
    assert reads.count("load_matrix") == 4, "always room for one"


def test_large_libraries_measure_hubs_in_the_background_and_keep_them(
    app, client, library, reads, monkeypatch
):
    monkeypatch.setattr(db.spaces, "MEASURED_AT_ONCE", 10)
    url = f"/neighbors?track=song 00.mp3&{MODEL}"
    hit = ask(client, url)["data"][0]
    with app.app_context():
        spaces().background.wait()
        assert hit["name"] == (after := ask(client, url)["data"][0])["name"]
        assert after["occurrence"] > 0
        del app.extensions["spaces"]  # as a restart does
    assert ask(client, url)["data"][0] == after
    assert reads.count("find_neighbors") == 1
