"""/extractions and /activations: who has heard what, and how strongly."""

import numpy as np
import pytest

from backend.context import database as app_database
from db.embeddings import save_failure, save_output
from db.schema import Track
from ML.registry import get
from ML.segments import TrackOutput

MTAT = ("musicnn", "mtat")


@pytest.fixture
def library(app) -> dict[str, int]:
    """Three tracks: one heard, one that failed, one that is gone. Ids by name."""
    with app.app_context(), app_database().write() as session:
        tracks = [Track(filename=name) for name in ("heard.mp3", "failed.mp3")]
        tracks.append(Track(filename="gone.mp3", gone_at="2026"))
        session.add_all(tracks)
        session.flush()
        taggram = np.linspace(0, 1, 50, dtype=np.float32)
        rows = np.zeros((1, 4), np.float32)
        output = TrackOutput(rows[0], taggram, rows, taggram[None], np.zeros(1))
        for track in (tracks[0], tracks[2]):
            save_output(session, track.id, MTAT, output)
        save_failure(session, tracks[1].id, MTAT, "too short")
        return {track.filename: track.id for track in tracks}


def test_who_has_heard_what_and_why_not(client, library):
    (entry,) = client.get("/extractions").get_json()["extractions"]
    assert (entry["model"], entry["variant"]) == MTAT
    assert entry["heard"] == [library["heard.mp3"]]
    assert entry["failed"] == {str(library["failed.mp3"]): "too short"}


def test_nothing_was_heard_of_an_empty_library(client):
    assert client.get("/extractions").get_json() == {"extractions": []}


def test_how_strongly_a_tag_is_heard_in_every_track(client, library):
    name = get(*MTAT).tag_names[49]
    answer = client.get(
        "/activations", query_string={"red": "MusiCNN", "dataset": "mtat", "tag": name.upper()}
    )
    assert answer.get_json() == {"tag": name, "track_ids": [library["heard.mp3"]], "values": [1.0]}


def test_an_unknown_tag_names_the_choices(client):
    answer = client.get("/activations?red=musicnn&dataset=mtat&tag=loudish")
    assert answer.status_code == 400
    assert "guitar" in answer.get_json()["choices"]


def test_before_extraction_no_track_has_a_value(client):
    answer = client.get("/activations?red=acoustic&tag=" + get("acoustic", "librosa").tag_names[0])
    assert answer.get_json()["values"] == []
