"""`refit`: maps drawn anew on request."""

import numpy as np
import pytest

from backend.context import database as app_database
from db.embeddings import save_output
from db.schema import Track
from ML.segments import TrackOutput


@pytest.fixture
def heard(app):
    """130 tracks with acoustic vectors; a call adds more."""

    def add(start: int = 0, stop: int = 130) -> None:
        with app.app_context(), app_database().write() as session:
            for number in range(start, stop):
                session.add(track := Track(filename=f"{number:03d}.wav"))
                session.flush()
                vector = np.random.default_rng(number).standard_normal(8).astype(np.float32)
                output = TrackOutput(vector, vector[:4], vector[None], vector[None, :4], np.zeros(1))
                save_output(session, track.id, ("acoustic", "librosa"), output)

    add()
    return add


def test_placed_tracks_are_drawn_like_all_others(heard, client, run):
    url = "/embeddings?red=acoustic&metodo=pca"
    client.get(url)
    heard(130, 135)
    grown = client.get(url).get_json()
    assert grown["parameters"]["n_placed"] == 5
    result = run("refit", "--models", "acoustic", "--no-progress")
    assert (result.exit_code, result.stdout) == (0, "4 maps drawn anew.\n")
    drawn = client.get(url).get_json()
    assert (drawn["parameters"], drawn["note"], len(drawn["data"])) == ({}, None, 135)


@pytest.mark.parametrize("option", ["--align", "--no-align"])
def test_alignment_can_be_chosen(option, heard, run):
    assert run("refit", option, "--no-progress").exit_code == 0


def test_before_anything_was_heard_it_says_what_to_do(run):
    result = run("refit")
    assert (result.exit_code, "preprocess-all" in result.stderr) == (1, True)
