"""Trainings as jobs: what one learns and says, and that it goes on after a cancel and a kill."""

import json
from contextlib import suppress
from pathlib import Path

import pytest

import backend.jobs.running
from backend.context import job_store
from backend.jobs.queue import job_queue
from backend.jobs.report import Report
from ML.training.contrastive.runs import ContrastiveRun, epochs_of
from ML.weights.store import load_file
from tests.backend.trainings.conftest import EPOCHS, QUICK
from tests.jamendo import write_jamendo, write_whisper
from tests.processes import kill_at

pytestmark = pytest.mark.xdist_group("trainings")


@pytest.fixture
def ask(client):
    def post(**parameters) -> dict:
        answer = client.post("/jobs", json={"kind": "train", "parameters": parameters})
        assert answer.status_code == 201, answer.get_json()
        return answer.get_json()

    return post


@pytest.fixture
def tell(client):
    return lambda job: client.get(f"/jobs/{job['id']}").get_json()


def test_a_job_trains_and_its_run_is_told_beside_raw_whisper_and_chance(
    genres, whisper, ask, tell, work_off, client
):
    job = ask(music="library", balanced=True)
    assert job["parameters"] == {"music": "library", "epochs": EPOCHS, "balanced": True}
    work_off()
    told = tell(job)
    assert (told["state"], told["error"]) == ("done", None)
    assert (told["stage"], told["done"], told["total"], told["unit"]) == (
        "Training",
        EPOCHS,
        EPOCHS,
        "epochs",
    )
    (run,) = client.get("/trainings").get_json()["runs"]
    assert (run["source"], run["n_tracks"], run["n_genres"]) == ("the library", 14, 2)
    assert run["whisper"] == "tiny" and run["use"] == [], "the app has no head for this size"
    for system in ("head", "raw"):
        low, high = run[system]["interval_95"]
        assert 0 <= low <= run[system]["mean"] <= high <= 1
    assert f"kNN accuracy {run['head']['mean']:.2f} on {run['head']['n']} test tracks" in told["note"]
    assert f"raw Whisper {run['raw']['mean']:.2f}, chance {run['chance']:.2f}" in told["note"]


def test_jamendo_is_trained_on_too(whisper, tmp_path, ask, tell, work_off, client):
    write_jamendo(tmp_path / "jamendo")
    job = ask(music="jamendo", epochs=2)
    work_off()
    assert tell(job)["state"] == "done", tell(job)
    assert "split-0" in client.get("/trainings").get_json()["runs"][0]["source"]


def test_what_cannot_be_heard_is_left_out_and_named(genres, music, whisper, ask, tell, work_off):
    (music / "tone 0.wav").unlink()
    job = ask(music="library", epochs=1)
    work_off()
    told = tell(job)
    assert (told["state"], told["n_failed"]) == ("done", 1)
    assert told["failures"][0]["what"] == "tone 0.wav" and "No such file" in told["failures"][0]["reason"]


@pytest.mark.parametrize("missing", ["whisper", "genres"])
def test_what_is_missing_ends_the_job_with_the_way_out(missing, songs, run, tmp_path, ask, tell, work_off):
    if missing == "genres":
        write_whisper(tmp_path / "weights")
    run("index-audio", "--no-progress")
    job = ask(music="library")
    work_off()
    told = tell(job)
    assert told["state"] == "failed"
    assert ("https://" if missing == "whisper" else "selected_songs.csv") in told["error"]


@pytest.fixture
def disturb(monkeypatch):
    """End the job as soon as an epoch is on the disk."""
    reports: list[Report] = []

    def keep(*arguments, **options) -> Report:
        reports.append(Report(*arguments, **options))
        return reports[-1]

    monkeypatch.setattr(backend.jobs.running, "Report", keep)
    save = ContrastiveRun.save_epoch

    def at_epoch(number: int) -> None:
        def save_and_stop(run: ContrastiveRun, state: dict, is_best: bool) -> None:
            save(run, state, is_best)
            if state["epoch"] + 1 == number:
                reports[-1].next_state = "cancelled"
                reports[-1].stop.set()

        monkeypatch.setattr(ContrastiveRun, "save_epoch", save_and_stop)

    return at_epoch


def losses(folder: Path) -> tuple[list[float], list[float]]:
    last = load_file(folder / f"checkpoint_epoch_{EPOCHS}.pth")
    return last["train_losses"], last["val_losses"]


def test_a_cancelled_training_goes_on_from_its_last_epoch(
    genres, whisper, ask, tell, work_off, client, tmp_path, disturb
):
    whole = ask(music="library")
    work_off()
    disturb(3)
    cut = ask(music="library")
    work_off()
    told = tell(cut)
    assert (told["state"], told["done"]) == ("cancelled", 3)
    assert len(client.get("/trainings").get_json()["runs"]) == 1, (
        "what is not finished is not shown as if it were"
    )
    client.post(f"/jobs/{cut['id']}/resume")
    work_off()
    assert (tell(cut)["state"], tell(cut)["done"]) == ("done", EPOCHS)
    folders = {tell(job)["id"]: path for job in (whole, cut) for path in run_folders(tmp_path, job)}
    assert len(folders) == 2, "each job has one run"
    assert losses(folders[whole["id"]]) == losses(folders[cut["id"]]), "to the digit"
    told = json.loads((folders[cut["id"]] / "dataset_info.json").read_text())
    assert told["encoder_passes"] == 0, "the first run had heard it all"


def run_folders(tmp_path: Path, job: dict) -> list[Path]:
    return list((tmp_path / "runs").glob(f"whisper_contrastive_*_job{job['id']}"))


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_kill_before_the_first_epoch_leaves_no_second_run(
    genres, whisper, ask, tell, work_off, app, monkeypatch, tmp_path
):
    """The folder is there, what a run begins with is not."""
    job = ask(music="library", epochs=1)
    with monkeypatch.context() as dying, suppress(KeyboardInterrupt):
        dying.setattr("ML.training.contrastive.runs.save_json", killed)
        work_off()
    assert tell(job)["state"] == "running" and len(run_folders(tmp_path, job)) == 1
    with app.app_context():
        job_queue().recover()
    work_off()
    assert tell(job)["state"] == "done" and len(run_folders(tmp_path, job)) == 1


def test_a_killed_worker_goes_on_where_it_was(genres, whisper, heard, app, environment, tmp_path, work_off):
    """A worker in its own process, by SIGKILL, when it is about to save the fourth of six epochs."""
    with app.app_context():
        store = job_store()
        job_id = store.add("train", {"music": "library", "epochs": EPOCHS, "balanced": False}, 0)[0].id
    own = {"CONTRASTIVE_TRAINING": json.dumps(QUICK), "FEATURE_CACHE_DIR": str(heard), "DEVICE": "cpu"}
    variables = environment | {f"MELODEX_{name}": value for name, value in own.items()}
    kill_at(
        "ML.training.contrastive.runs", "ContrastiveRun.save_epoch", variables | {"OMP_NUM_THREADS": "1"},
        "work", call=4,
    )  # fmt: skip
    assert store.find(job_id).state == "running", "nobody was there to write anything else"
    (run,) = run_folders(tmp_path, {"id": job_id})
    assert max(epochs_of(path) for path in run.iterdir()) == 3
    before = load_file(run / "checkpoint_epoch_3.pth")["val_losses"]
    with app.app_context():
        job_queue().recover()
    work_off()
    assert store.find(job_id).state == "done"
    assert run_folders(tmp_path, {"id": job_id}) == [run]
    after = load_file(run / f"checkpoint_epoch_{EPOCHS}.pth")["val_losses"]
    assert len(after) == EPOCHS and after[:3] == before, "no epoch was learnt twice"


BAD = [
    {"epochs": 0},
    {"epochs": 1001},
    {"epochs": True},
    {"epochs": "5"},
    {"balanced": 1},
    {"music": "disco"},
]


@pytest.mark.parametrize("parameters", BAD)
def test_senseless_wishes_are_refused(parameters, client):
    answer = client.post("/jobs", json={"kind": "train", "parameters": parameters})
    assert answer.status_code == 400, parameters
    if "music" in parameters:
        assert answer.get_json()["choices"] == ["library", "jamendo"]
