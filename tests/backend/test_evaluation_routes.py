"""Kept evaluations over HTTP."""

import json
import os
import signal
import subprocess
import sys

import pytest

from backend.context import database
from db.evaluations import Evaluations
from tests.conftest import REPOSITORY

DOCUMENT = {
    "created_at": "2026-11-24 18:00:00.000000", "labels": "genre", "k": 10, "seed": 42, "n_tracks": 4,
    "n_left_out": 0, "data_sha256": "0" * 64,
    "rows": [{"model": "musicnn/mtat", "method": None, "metrics": {}}],
}  # fmt: skip
AGREEMENT = {"models": ["musicnn/mtat", "whisper/base"], "cka": [[1.0, 0.5], [0.5, 1.0]]}


@pytest.fixture
def kept(app):
    """Three runs, the second of two models."""
    with app.app_context():
        evaluations = Evaluations(database())
        return [
            evaluations.save(DOCUMENT | {"created_at": f"2026-11-2{day} 18:00:00.0", **further})["id"]
            for day, further in enumerate(({}, {"agreement": AGREEMENT}, {}))
        ]


def test_the_newest_is_listed_first_and_each_can_be_had(client, kept):
    listed = client.get("/evaluations").get_json()["evaluations"]
    assert [row["id"] for row in listed] == kept[::-1]
    assert listed[0]["models"] == ["musicnn/mtat"] and "rows" not in listed[0]
    assert client.get(f"/evaluations/{kept[0]}").get_json()["rows"] == DOCUMENT["rows"]


def test_agreement_is_that_of_the_newest_run_of_several_models(client, kept):
    answer = client.get("/agreement").get_json()
    assert answer["evaluation"] == kept[1] and answer["cka"] == AGREEMENT["cka"]
    assert client.get(f"/agreement?evaluation={kept[0]}").status_code == 404


def test_before_the_first_run_the_way_there_is_told(client):
    assert client.get("/evaluations").get_json() == {"evaluations": []}
    answer = client.get("/agreement")
    assert answer.status_code == 404 and "evaluate" in answer.get_json()["error"]


@pytest.mark.parametrize("id_", ["20261124T180000-00000000", "..%2Flibrary", "x"])
def test_an_unknown_one_is_told(client, kept, id_):
    answer = client.get(f"/evaluations/{id_}")
    assert answer.status_code == 404 and answer.get_json()["success"] is False


def test_a_damaged_one_is_told_and_named(app, client, kept):
    with app.app_context():
        path = Evaluations(database()).folder / f"{kept[0]}.json"
    path.write_text("{")
    answer = client.get(f"/evaluations/{kept[0]}")
    assert answer.status_code == 400 and path.name in answer.get_json()["error"]


KILLED = """
import json, sys, time
from pathlib import Path
from db import evaluations
from db.database import open_database
def write_half(text, path):
    path.write_text(text[:9])
    print("half", flush=True)
    time.sleep(60)
evaluations.write_text = write_half
evaluations.Evaluations(open_database(Path(sys.argv[1]))).save(json.loads(sys.argv[2]))
"""


def test_a_run_killed_while_it_is_written_is_none_and_harms_no_other(app, client, kept):
    arguments = [sys.executable, "-c", KILLED, str(app.config["DATABASE_PATH"]), json.dumps(DOCUMENT)]
    with subprocess.Popen(arguments, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "half\n"
        os.kill(process.pid, signal.SIGKILL)
    listed = client.get("/evaluations").get_json()["evaluations"]
    assert [row["id"] for row in listed] == kept[::-1]
