"""Jobs asked for over HTTP: what may be asked, what becomes of it, that no work is done twice or lost."""

import io
import threading
import time

import pytest

from backend.context import database, job_store
from backend.jobs.kinds import KINDS
from backend.jobs.queue import job_queue
from backend.server import create_app
from ML import registry
from ML.errors import DownloadError
from ML.inference import LoadedModel
from ML.spec import ModelSpec
from tests.conftest import CountingModel
from tests.processes import PATIENCE_SECONDS
from tests.sounds import noise, write_sound

EXTRACT = {"kind": "extract", "parameters": {"models": ["acoustic"]}}


@pytest.fixture
def ask(client):
    """POST /jobs → (status, body)."""

    def post(kind: str, **parameters):
        answer = client.post("/jobs", json={"kind": kind, "parameters": parameters})
        return answer.status_code, answer.get_json()

    return post


@pytest.fixture
def tell(client):
    return lambda job_id: client.get(f"/jobs/{job_id}").get_json()


def test_a_folder_becomes_a_map_without_a_command(client, songs, ask, tell, work_off, loads):
    assert client.get("/folder").get_json() == {"n_files": 3, "n_new": 3, "n_changed": 0, "n_gone": 0}
    status, index = ask("index")
    assert (status, index["state"], index["stage"]) == (201, "queued", "Waiting")
    assert ask("extract", models=["acoustic"])[0] == 201
    work_off()
    jobs = client.get("/jobs").get_json()["jobs"]
    assert [(job["kind"], job["state"]) for job in jobs] == [("extract", "done"), ("index", "done")]
    assert tell(index["id"])["note"] == "3 new"
    assert client.get("/folder").get_json()["n_new"] == 0
    assert len(client.get("/embeddings?red=acoustic&metodo=pca").get_json()["data"]) == 3
    assert loads == {"acoustic/librosa": 1}


def test_what_is_there_is_not_heard_again_and_counts_as_done(client, songs, ask, tell, run, work_off, loads):
    run("index-audio")
    run("preprocess-all", "--no-maps")
    loads.clear()
    extract = ask("extract", models=["acoustic"])[1]
    work_off()
    assert not loads
    assert tell(extract["id"])["state"] == "done"
    assert tell(extract["id"])["stage"] == "Drawing maps"


def test_a_track_that_cannot_be_heard_is_told_with_its_reason(songs, music, ask, tell, run, work_off, loads):
    (music / "broken.mp3").write_bytes(b"no music" * 99)
    index = ask("index")[1]
    work_off()
    told = tell(index["id"])
    assert (told["state"], told["n_failed"]) == ("done", 1)
    assert told["failures"][0]["what"] == "broken.mp3"
    extract = ask("extract", models=["acoustic"])[1]
    work_off()
    told = tell(extract["id"])
    assert (told["state"], told["n_failed"]) == ("done", 1), "the others are on the map"
    assert told["failures"][0]["what"] == "broken.mp3 · acoustic/librosa"
    assert told["failures"][0]["reason"] == tell(index["id"])["failures"][0]["reason"]


def test_maps_are_drawn_before_anybody_asks_and_anew_on_request(
    client, songs, ask, tell, run, work_off, loads
):
    run("index-audio")
    run("preprocess-all", "--no-maps")
    jobs = [ask("maps", models=["acoustic"])[1], ask("maps", models=["acoustic"], refit=True)[1]]
    work_off()
    for job in jobs:
        told = tell(job["id"])
        assert (told["state"], told["done"], told["total"], told["unit"]) == ("done", 4, 4, "maps")


@pytest.mark.parametrize(
    ("kind", "parameters", "reason"),
    [
        ("extract", {"models": ["musicnn/mtat"]}, "weights"),
        ("maps", {"models": ["acoustic"]}, "heard"),
    ],
)
def test_what_cannot_be_done_fails_with_the_way_out(
    kind, parameters, reason, songs, ask, tell, run, work_off
):
    run("index-audio")
    job = ask(kind, **parameters)[1]
    work_off()
    told = tell(job["id"])
    assert told["state"] == "failed"
    assert reason in told["error"]


def test_without_a_music_folder_an_index_fails_and_says_so(client, music, ask, tell, work_off):
    music.rmdir()
    job = ask("index")[1]
    work_off()
    assert "MELODEX_AUDIO_DIR" in tell(job["id"])["error"]
    assert client.get("/folder").status_code == 400


def test_a_bug_ends_its_job_and_not_the_worker(monkeypatch, songs, ask, tell, work_off):
    def broken(*_: object) -> None:
        raise RuntimeError("/home/somebody/secret")

    monkeypatch.setattr("backend.jobs.kinds.index_library", broken)
    jobs = [ask("index")[1], ask("maps", models=["acoustic"])[1]]
    work_off()
    told = tell(jobs[0]["id"])
    assert told["state"] == "failed"
    assert "log" in told["error"] and "secret" not in told["error"]
    assert tell(jobs[1]["id"])["state"] == "failed", "the next one had its turn"


BAD = [
    (b"", "application/json"),
    (b"[]", "application/json"),
    (b"{", "application/json"),
    (b"{}", "text/plain"),
    (b'{"kind": ["index"]}', "application/json"),
    (b'{"kind": "index", "parameters": []}', "application/json"),
    (b'{"kind": "index", "parameters": {"models": ["acoustic"]}}', "application/json"),
    (b'{"kind": "uploads", "parameters": {"track_ids": [1]}}', "application/json"),
    (b'{"kind": "extract"}', "application/json"),
    (b'{"kind": "extract", "parameters": {"models": []}}', "application/json"),
    (b'{"kind": "extract", "parameters": {"models": "acoustic"}}', "application/json"),
    (b'{"kind": "extract", "parameters": {"models": [7]}}', "application/json"),
    (b'{"kind": "extract", "parameters": {"models": ["nonsense"]}}', "application/json"),
    (b'{"kind": "extract", "parameters": {"models": ["acoustic"], "download": "yes"}}', "application/json"),
]


@pytest.mark.parametrize(("body", "mimetype"), BAD)
def test_senseless_wishes_are_refused_in_the_one_shape(body, mimetype, client):
    answer = client.post("/jobs", data=body, content_type=mimetype)
    assert answer.status_code in (400, 415)
    assert set(answer.get_json()) == {"success", "status", "error", "choices", "request_id"}
    assert client.get("/jobs").get_json()["jobs"] == []


def test_unknown_kinds_and_models_name_the_choices(ask):
    kinds = ask("dance")[1]["choices"]
    assert kinds == [name for name, kind in KINDS.items() if kind.takes is not None]
    assert "musicnn" in ask("extract", models=["musicbox"])[1]["choices"]


def test_equal_wishes_are_one_job_however_they_are_written(ask):
    first = ask("extract", models=["musicnn/mtat", "acoustic"])
    second = ask("extract", models=["acoustic/librosa", "musicnn/mtat", "acoustic"], download=False)
    assert (first[0], second[0], second[1]["id"]) == (201, 200, first[1]["id"])


def test_pages_from_elsewhere_start_and_stop_nothing(client, ask):
    job = ask("index")[1]
    for path in ("/jobs", f"/jobs/{job['id']}/cancel", f"/jobs/{job['id']}/resume"):
        answer = client.post(path, json=EXTRACT, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
    assert [job["state"] for job in client.get("/jobs").get_json()["jobs"]] == ["queued"]


def test_a_job_that_is_not_there_is_404(client):
    for method, path in (("get", "/jobs/7"), ("post", "/jobs/7/cancel"), ("post", f"/jobs/{10**30}/resume")):
        answer = getattr(client, method)(path)
        assert (answer.status_code, answer.get_json()["success"]) == (404, False)


def test_a_cancelled_job_is_not_run_and_can_be_resumed(client, songs, ask, tell, work_off):
    job = ask("index")[1]
    assert client.post(f"/jobs/{job['id']}/cancel").get_json()["state"] == "cancelled"
    work_off()
    assert client.get("/audios").get_json() == []
    assert client.post(f"/jobs/{job['id']}/resume").get_json()["state"] == "queued"
    work_off()
    assert (tell(job["id"])["state"], len(client.get("/audios").get_json())) == ("done", 3)


class Interrupting(CountingModel):
    """Does something else, once, while it hears its first batch, and waits until the job has noticed."""

    def __init__(self, act):
        super().__init__()
        self.acts = [act]  # two threads hear: one of them takes it

    def __call__(self, segments):
        while self.acts:
            self.acts.pop()()
        return super().__call__(segments)


@pytest.fixture
def interrupting(app, monkeypatch):
    """The first extraction is disturbed by `act`; a beat of the report follows at once."""
    import backend.jobs.running
    from backend.jobs.report import Report

    reports: list[Report] = []

    def keep(*arguments, **options) -> Report:
        reports.append(Report(*arguments, **options))
        return reports[-1]

    monkeypatch.setattr(backend.jobs.running, "Report", keep)

    def prepare(act) -> list[LoadedModel]:
        heard: list[LoadedModel] = []

        def disturb() -> None:
            act()
            reports[-1].beat()

        def load(spec: ModelSpec, **_: object) -> LoadedModel:
            model = Interrupting(disturb) if not heard else CountingModel()
            heard.append(LoadedModel(spec, model))
            return heard[-1]

        monkeypatch.setattr("backend.loading.load_spec", load)
        return heard

    return prepare


def n_segments(models: list[LoadedModel]) -> int:
    return sum(model.run.n_segments for model in models)


@pytest.fixture
def many_songs(music, run) -> int:
    """More than are read at once, so that a stop comes before the last."""
    for seed in range(40):
        write_sound(music / f"{seed:02d}.wav", noise(seed, 0.3))
    run("index-audio")
    return 40


def test_cancelling_keeps_what_was_done_and_resuming_does_the_rest(
    app, client, many_songs, ask, tell, work_off, interrupting
):
    job_id = ask("extract", models=["acoustic"])[1]["id"]
    models = interrupting(lambda: app.test_client().post(f"/jobs/{job_id}/cancel"))
    work_off()
    told = tell(job_id)
    assert told["state"] == "cancelled"
    assert 0 < told["done"] < many_songs
    assert told["note"] == f"{told['done']} vectors extracted"
    client.post(f"/jobs/{job_id}/resume")
    work_off()
    told = tell(job_id)
    assert (told["state"], n_segments(models)) == ("done", many_songs), "each was heard once"


@pytest.fixture
def worker(work_off):
    """Works in a thread beside; joined at the end."""
    thread = threading.Thread(target=work_off)
    yield thread
    thread.join(PATIENCE_SECONDS)


def wait_until_it_waits(tell, job_id: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "Waiting for another" not in tell(job_id)["stage"]:
        assert time.monotonic() < deadline, "it never waited"
        time.sleep(0.05)


def test_a_job_beside_a_command_hears_nothing_twice(many_songs, run, ask, tell, worker, monkeypatch):
    job_id = ask("extract", models=["acoustic"])[1]["id"]

    def begin_the_job() -> None:
        worker.start()
        wait_until_it_waits(tell, job_id)

    models = [
        LoadedModel(registry.get("acoustic", "librosa"), model)
        for model in (Interrupting(begin_the_job), CountingModel())
    ]
    left = iter(models)
    monkeypatch.setattr("backend.loading.load_spec", lambda *_, **__: next(left))
    assert run("preprocess-all", "--models", "acoustic", "--no-maps", "--no-progress").exit_code == 0
    worker.join(60)
    assert (tell(job_id)["state"], n_segments(models)) == ("done", many_songs)


def test_a_job_that_waits_for_a_command_can_be_cancelled(app, client, many_songs, ask, tell, worker, loads):
    job_id = ask("extract", models=["acoustic"])[1]["id"]
    with app.app_context():
        lock = database().lock("extraction")
    with lock:
        worker.start()
        wait_until_it_waits(tell, job_id)
        client.post(f"/jobs/{job_id}/cancel")
        worker.join(60)
    assert tell(job_id)["state"] == "cancelled" and not loads


def test_a_dropped_song_need_not_wait_for_a_long_extraction(
    app, client, tmp_path, many_songs, ask, tell, work_off, interrupting
):
    content = write_sound(tmp_path / "new.wav", noise(99, 0.3)).read_bytes()
    ask("extract", models=["acoustic"])
    order = []

    def drop() -> None:
        form = {"file": (io.BytesIO(content), "new.wav")}
        order.append(app.test_client().post("/upload", data=form).get_json()["id"])

    models = interrupting(drop)
    work_off()
    uploads, extract = client.get("/jobs").get_json()["jobs"]
    assert (uploads["kind"], uploads["parameters"]) == ("uploads", {"track_ids": order})
    assert (uploads["state"], extract["state"]) == ("done", "done")
    assert uploads["ended_at"] < extract["ended_at"], "the extraction made room and then went on"
    assert client.get(f"/uploads/{order[0]}").get_json()["status"] == "ready"
    assert n_segments(models) == many_songs + 1


def test_a_song_that_waits_when_the_server_stops_is_heard_at_the_next_start(app, client, tmp_path, loads):
    content = write_sound(tmp_path / "new.wav", noise(7)).read_bytes()
    track = client.post("/upload", data={"file": (io.BytesIO(content), "new.wav")}).get_json()
    settings = ("AUDIO_DIR", "DATABASE_PATH", "WEIGHTS_DIR", "UI_BUILD_DIR", "START_WORKER")
    later = create_app({name: app.config[name] for name in settings})
    status = f"/uploads/{track['id']}"
    assert later.test_client().get(status).get_json()["status"] == "waiting"
    with later.app_context():
        job_queue().recover()
        while task := job_queue().huey.dequeue():
            job_queue().huey.execute(task)
        database().close()
        job_store().close()
    assert client.get(status).get_json()["status"] == "ready"
    assert loads == {"acoustic/librosa": 1}, "it was in the queue once"


def test_songs_that_are_dropped_together_are_heard_together(client, tmp_path, work_off, loads):
    for seed in range(3):
        content = write_sound(tmp_path / "new.wav", noise(seed)).read_bytes()
        client.post("/upload", data={"file": (io.BytesIO(content), f"{seed}.wav")})
    (job,) = client.get("/jobs").get_json()["jobs"]
    assert len(job["parameters"]["track_ids"]) == 3
    work_off()
    assert loads == {"acoustic/librosa": 1}


def test_an_index_that_is_cancelled_keeps_the_files_it_has_read(
    app, client, songs, ask, tell, work_off, monkeypatch
):
    import backend.jobs.kinds

    real = backend.jobs.kinds.index_library
    job_id = ask("index")[1]["id"]

    def disturbed(database, folder, on_progress, **options):
        def show(n_done: int, n_total: int) -> None:
            on_progress.__self__.stop.set()
            on_progress.__self__.next_state = "cancelled"
            on_progress(n_done, n_total)

        return real(database, folder, show, **options)

    monkeypatch.setattr(backend.jobs.kinds, "index_library", disturbed)
    work_off()
    told = tell(job_id)
    assert (told["state"], told["done"], told["total"]) == ("cancelled", 1, 3)
    assert len(client.get("/audios").get_json()) == 1


def test_weights_that_cannot_be_had_are_told_and_the_others_heard(
    app, songs, ask, tell, run, work_off, loads, monkeypatch
):
    def offline(*_: object):
        raise DownloadError("Cannot download: no network.")

    monkeypatch.setattr("backend.fetching.download_weights", offline)
    run("index-audio")
    alone = ask("download", models=["musicnn/mtat"])[1]
    both = ask("extract", models=["musicnn/mtat", "acoustic"], download=True)[1]
    work_off()
    assert tell(alone["id"])["state"] == "failed"
    assert tell(alone["id"])["failures"] == [
        {"what": "musicnn/mtat", "reason": "Cannot download: no network."}
    ]
    told = tell(both["id"])
    assert (told["state"], told["n_failed"]) == ("done", 1)
    assert loads == {"acoustic/librosa": 1}


def test_a_release_that_was_named_stays_with_the_job(ask):
    """A key alone stays a key: which release it means is decided when the job runs."""
    job = ask("extract", models=["vgg/mtat@won2020", "musicnn/msd"])[1]
    assert job["parameters"]["models"] == ["musicnn/msd", "vgg/mtat@won2020"]
