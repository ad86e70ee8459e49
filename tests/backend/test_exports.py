"""Exports asked for in the app: what a job writes is what the command writes, and waits to be downloaded."""

import io
import zipfile

import numpy as np
import pytest

from backend.context import database
from db.kept_exports import MOST_KEPT, KeptExports


@pytest.fixture
def heard(songs, run, loads) -> list[str]:
    assert run("index-audio", "--no-progress").exit_code == 0
    assert run("preprocess-all", "--models", "acoustic", "--no-progress").exit_code == 0
    return songs


@pytest.fixture
def export(client, work_off):
    """Ask for an export and wait: the job as it ends."""

    def ask(**parameters):
        wanted = {"models": ["acoustic"]} | parameters
        answer = client.post("/jobs", json={"kind": "export", "parameters": wanted})
        assert answer.status_code == 201, answer.get_json()
        work_off()
        return client.get(f"/jobs/{answer.get_json()['id']}").get_json()

    return ask


@pytest.mark.parametrize("kind", ["parquet", "csv", "html"])
def test_a_job_writes_what_the_command_writes(kind, heard, export, client, run, tmp_path):
    job = export(format=kind, method="pca")
    assert (job["state"], job["note"]) == ("done", f"3 tracks in melodex.{kind}")
    (kept,) = client.get("/exports").get_json()["exports"]
    answer = client.get(f"/exports/{job['id']}")
    assert kept == {"job_id": job["id"], "filename": f"melodex.{kind}", "n_bytes": len(answer.data)}
    assert f"filename=melodex.{kind}" in answer.headers["Content-Disposition"]
    own = ("--format", kind, "--method", "pca", "--out", tmp_path / "own", "--no-progress")
    assert run("export", *own).exit_code == 0
    assert answer.data == (tmp_path / "own").read_bytes()


def test_a_folder_comes_as_one_archive(heard, export, client, run, tmp_path):
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/exports/{export(format='npy')['id']}").data))
    assert run("export", "--format", "npy", "--out", tmp_path / "own", "--no-progress").exit_code == 0
    files = {f"melodex-npy/{file.name}": file.read_bytes() for file in (tmp_path / "own").iterdir()}
    assert {name: archive.read(name) for name in archive.namelist()} == files
    assert np.load(io.BytesIO(files["melodex-npy/acoustic_librosa.npy"])).shape == (3, 4)


def test_sound_goes_along_where_it_is_wanted_and_what_has_none_is_told(heard, export, client, music):
    silent = export(format="html")
    (music / "a.wav").unlink()
    sounding = export(format="html", previews=True)
    sizes = [len(client.get(f"/exports/{job['id']}").data) for job in (silent, sounding)]
    assert sizes[1] > sizes[0] + 5_000
    assert (sounding["state"], [each["what"] for each in sounding["failures"]]) == ("done", ["a.wav"])


def test_the_newest_few_are_kept_and_the_others_forgotten(heard, export, client, app):
    ids = [export(format=kind)["id"] for kind in ("csv", "parquet", "html", "npy", "csv", "parquet", "html")]
    listed = [kept["job_id"] for kept in client.get("/exports").get_json()["exports"]]
    assert listed == ids[::-1][:MOST_KEPT]
    assert client.get(f"/exports/{ids[0]}").status_code == 404
    with app.app_context():
        assert len(list(KeptExports(database()).folder.iterdir())) == MOST_KEPT


def test_one_that_was_cut_off_is_none_and_is_made_again(heard, export, client, app):
    with app.app_context():
        left_over = KeptExports(database()).folder / "1" / "melodex.csv.part"
    left_over.parent.mkdir(parents=True)
    left_over.write_text("half")
    assert client.get("/exports").get_json() == {"exports": []}
    job = export(format="csv")
    assert job["id"] == 1 and not left_over.exists()
    assert client.get("/exports/1").data.startswith("\ufeffid,filename".encode())


@pytest.mark.parametrize(
    ("parameters", "choice"),
    [({"format": "xlsx"}, "parquet"), ({"format": "html", "method": "lle"}, "pca"), ({"format": 7}, "html")],
)
def test_what_there_is_to_choose_from_is_said(parameters, choice, client):
    wanted = {"kind": "export", "parameters": {"models": ["acoustic"]} | parameters}
    answer = client.post("/jobs", json=wanted)
    assert answer.status_code == 400 and choice in answer.get_json()["choices"]


def test_before_anything_was_heard_the_job_says_so(songs, run, export, client):
    run("index-audio", "--no-progress")
    job = export(format="csv")
    assert job["state"] == "failed" and "heard" in job["error"]
    assert client.get(f"/exports/{job['id']}").status_code == 404
