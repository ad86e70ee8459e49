"""What is offered to be trained and why it is not, and how finished runs are told."""

import json
import shlex
from pathlib import Path

import pytest
from sqlalchemy import update

import config
from backend.context import database
from backend.trainings import TRAININGS, default_settings
from db.schema import Track
from tests.backend.trainings.conftest import EPOCHS
from tests.jamendo import N_OF_SPLIT, write_jamendo

pytestmark = pytest.mark.xdist_group("trainings")


@pytest.fixture
def offer(client):
    """What GET /trainings says of one music."""

    def find(name: str) -> dict:
        return next(each for each in client.get("/trainings").get_json()["trainings"] if each["name"] == name)

    return find


def test_a_library_is_offered_with_what_can_be_learnt_from(genres, whisper, offer, client):
    told = offer("library")
    assert (told["n_tracks"], told["n_genres"], told["n_artists"]) == (14, 2, 0), "a lone hum teaches nothing"
    assert told["problem"] is None and told["missing"] is None
    answer = client.get("/trainings").get_json()
    assert (answer["whisper"], answer["epochs"], answer["balanced"]) == ("whisper/tiny", EPOCHS, False)
    assert answer["runs"] == []


def test_without_weights_their_size_and_the_way_to_them_are_told(genres, offer):
    told = offer("library")
    assert told["missing"] == "whisper/tiny" and told["n_tracks"] == 14
    assert "75.6 MB" in told["problem"] and "https://" in told["problem"]


def test_too_few_genres_are_told_with_where_genres_come_from(songs, run, whisper, offer):
    run("index-audio", "--no-progress")
    told = offer("library")
    assert told["missing"] is None and told["n_tracks"] == 0
    assert "two genres of 3 tracks" in told["problem"] and "selected_songs.csv" in told["problem"]


def test_music_that_cannot_be_divided_is_told_before_it_is_heard(genres, whisper, offer, app):
    """All by two artists: an artist is in one split only, and there are three."""
    with app.app_context(), database().write() as session:
        for genre in ("tones", "noises"):
            session.execute(update(Track).where(Track.genre == genre).values(artist=f"The {genre}"))
    assert "add music" in offer("library")["problem"]


def test_an_artist_is_in_one_split_only(genres, app):
    with app.app_context():
        with database().write() as session:
            for number in range(7):
                same = Track.filename.in_([f"tone {number}.wav", f"noise {number}.wav"])
                session.execute(update(Track).where(same).values(artist=f"artist {number // 2}"))
        tracks = TRAININGS["library"].read(default_settings()).tracks
    splits: dict[str, set[str]] = {}
    for track in tracks:
        splits.setdefault(str(track.artist), set()).add(track.split)
    assert len(splits) == 4 and all(len(found) == 1 for found in splits.values())
    assert set.union(*splits.values()) == {"training", "validation", "test"}


def test_jamendo_is_offered_where_it_is(whisper, tmp_path, offer):
    assert "MELODEX_MTG_JAMENDO_ROOT" in offer("jamendo")["problem"]
    root = write_jamendo(tmp_path / "jamendo")
    told = offer("jamendo")
    n_tracks = 2 * sum(N_OF_SPLIT.values())
    assert (told["n_tracks"], told["n_genres"], told["n_artists"]) == (n_tracks, 2, n_tracks)
    assert told["problem"] is None
    next((root / "songs").rglob("*.mp3")).unlink()
    assert offer("jamendo")["n_tracks"] == n_tracks - 1, "it was looked for again"


@pytest.fixture
def finished(tmp_path) -> Path:
    """A run over whisper/base, as its files tell."""
    folder = tmp_path / "runs" / "whisper_contrastive_20261128_094500"
    folder.mkdir(parents=True)
    (folder / "best_model.pth").write_bytes(b"")
    interval = {"mean": 0.8, "interval_95": [0.5, 0.9], "n": 10}
    systems = {name: {"knn_accuracy": interval} for name in ("raw_whisper", "trained_head", "head_minus_raw")}
    files = {
        "training_config": {"model_name": "base", "projection_dim": 128},
        "dataset_info": {"source": "songs.csv", "num_tracks": 70, "num_genres": 7},
        "evaluation": {"best_epoch": 11, "systems": systems, "chance": {"knn_accuracy": 0.14}},
    }
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def test_how_to_use_a_run_is_what_the_settings_take(finished, client, monkeypatch):
    others = {"musicnn": {"mtat": "elsewhere.pth"}}
    monkeypatch.setattr(config, "MODEL_WEIGHTS", others)
    (run,) = client.get("/trainings").get_json()["runs"]
    assert (run["head"]["mean"], run["chance"], run["best_epoch"], run["used"]) == (0.8, 0.14, 12, False)
    name, _, value = shlex.split(run["use"][0])[1].partition("=")
    assert name == "MELODEX_MODEL_WEIGHTS" and "--models whisper_contrastive/base" in run["use"][1]
    chosen = json.loads(value)
    assert chosen == others | {"whisper_contrastive": {"base": str(finished)}}
    monkeypatch.setattr(config, "MODEL_WEIGHTS", chosen)
    assert client.get("/trainings").get_json()["runs"][0]["used"] is True


@pytest.mark.parametrize("damage", ["{", "{}", '{"systems": [], "best_epoch": 1}', "[]"])
def test_a_damaged_run_hides_no_other(damage, finished, client):
    (finished / "evaluation.json").write_text(damage)
    answer = client.get("/trainings")
    assert answer.status_code == 200 and answer.get_json()["runs"] == []
