"""Commands and jobs renew outdated vectors only where that is wanted."""

import dataclasses

import pytest

from ML import inference
from ML.pipeline import Pipeline, describe_spec


@pytest.fixture
def outdated(run, songs, loads, monkeypatch) -> str:
    """Three songs analyzed, and a front end that computes other features since."""
    run("index-audio")
    assert run("preprocess-all", "--models", "acoustic", "--no-maps").exit_code == 0

    def describe_newer(*facts) -> Pipeline:
        return dataclasses.replace(describe_spec(*facts), front_end_version=2)

    monkeypatch.setattr(inference, "describe_spec", describe_newer)
    loads.clear()
    return "acoustic/librosa: 3 tracks were analyzed with other settings"


def test_preprocess_all_reports_what_it_leaves(run, outdated, loads):
    answer = run("preprocess-all", "--models", "acoustic", "--no-maps")
    assert answer.exit_code == 0
    assert f"{outdated}: --renew analyzes them again." in answer.stdout
    assert "3 were there, 0 extracted" in answer.stdout and not loads
    assert "3 extracted" in run("preprocess-all", "--models", "acoustic", "--no-maps", "--renew").stdout


def test_one_track_can_be_renewed(run, outdated):
    assert "1 extracted" in run("preprocess-track", "a.wav", "--models", "acoustic", "--renew").stdout


def test_a_job_renews_as_the_command_does(client, work_off, outdated):
    notes, left = [], [outdated_in_models(client)]
    for renew in (False, True):
        body = {"kind": "extract", "parameters": {"models": ["acoustic"], "renew": renew}}
        job = client.post("/jobs", json=body).get_json()
        work_off()
        job = client.get(f"/jobs/{job['id']}").get_json()
        assert job["state"] == "done"
        notes.append(job["note"])
        left.append(outdated_in_models(client))
    assert notes == [f"{outdated}: renew analyzes them again.", "3 vectors extracted"]
    assert left == [[{"change": "other settings", "n_tracks": 3}]] * 2 + [[]]


def outdated_in_models(client) -> list[dict]:
    models = client.get("/models").get_json()["models"]
    (acoustic,) = [model for model in models if model["model"] == "acoustic"]
    return acoustic["outdated"]


def test_a_renewal_that_is_no_wish_is_refused(client):
    body = {"kind": "extract", "parameters": {"models": ["acoustic"], "renew": "yes"}}
    assert client.post("/jobs", json=body).status_code == 400
