"""What a job is and how far, whoever looks and whoever dies."""

import threading
from pathlib import Path

import pytest

from db.jobs import KEPT, MAX_ATTEMPTS, MAX_FAILURES, JobStore


@pytest.fixture
def store(tmp_path: Path):
    opened = JobStore(tmp_path / "library.db.jobs")
    yield opened
    opened.close()


def state(store: JobStore, job_id: int) -> str:
    job = store.find(job_id)
    assert job
    return job.state


def test_equal_jobs_are_queued_once_until_the_first_has_ended(store):
    first, is_new = store.add("extract", {"models": ["a"]}, 0)
    assert (is_new, first.state) == (True, "queued")
    assert store.add("extract", {"models": ["a"]}, 0)[0].id == first.id
    assert store.add("extract", {"models": ["a", "b"]}, 0)[1], "another wish is another job"
    store.begin(first.id)
    assert not store.add("extract", {"models": ["a"]}, 0)[1]
    store.end(first.id, "done")
    again, is_new = store.add("extract", {"models": ["a"]}, 0)
    assert is_new and again.id != first.id


def test_many_at_once_get_the_same_job(tmp_path):
    stores = [JobStore(tmp_path / "jobs") for _ in range(4)]
    answers = []
    threads = [
        threading.Thread(target=lambda store=store: answers.append(store.add("index", {}, 0)))
        for store in stores
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert len({job.id for job, _ in answers}) == 1
    assert sum(is_new for _, is_new in answers) == 1


def test_what_waits_is_joined_and_what_runs_is_left_alone(store):
    first, is_new = store.join("uploads", "track_ids", 3, 10)
    assert is_new
    joined, is_new = store.join("uploads", "track_ids", 4, 10)
    assert (joined.id, is_new, joined.parameters) == (first.id, False, {"track_ids": [3, 4]})
    assert store.begin(first.id).parameters == {"track_ids": [3, 4]}
    later, is_new = store.join("uploads", "track_ids", 5, 10)
    assert is_new and later.id != first.id
    assert [job.parameters["track_ids"] for job in store.unfinished("uploads")] == [[5], [3, 4]]


def test_cancelling_ends_what_waits_and_asks_what_runs(store):
    waiting, running = (store.add(kind, {}, 0)[0].id for kind in ("index", "maps"))
    store.begin(running)
    assert store.cancel(waiting).state == "cancelled"
    assert store.begin(waiting) is None, "it never begins"
    asked = store.cancel(running)
    assert (asked.state, asked.is_cancelling) == ("running", True)
    assert store.is_cancelling(running)
    assert store.add("maps", {}, 0)[1], "who wants it again need not wait for its end"
    store.end(running, "cancelled")
    assert (store.cancel(running).state, store.find(running).is_cancelling) == ("cancelled", False)
    assert store.cancel(10**30) is store.find(10**30) is None


def test_one_that_is_put_back_while_it_is_cancelled_ends(store):
    job_id = store.add("extract", {}, 0)[0].id
    store.begin(job_id)
    store.cancel(job_id)
    store.put_back(job_id)
    assert store.begin(job_id) is None
    assert state(store, job_id) == "cancelled"


def test_an_ended_job_is_resumed_once(store):
    job_id = store.add("extract", {}, 0)[0].id
    store.begin(job_id)
    store.save_progress(job_id, {"done": 7}, [["a.mp3", "It is empty."]], True)
    store.end(job_id, "failed", "No room.")
    job, is_new = store.resume(job_id)
    assert (job.id, is_new, job.state, job.error, job.ended_at) == (job_id, True, "queued", None, None)
    assert job.progress == {"done": 7}, "where it stood is still told"
    assert store.resume(job_id)[1] is False
    assert store.begin(job_id).state == "running"


def test_a_resumed_job_gives_way_to_an_equal_one(store):
    old = store.add("extract", {}, 0)[0].id
    store.cancel(old)
    new = store.add("extract", {}, 0)[0].id
    job, is_new = store.resume(old)
    assert (job.id, is_new, state(store, old)) == (new, False, "cancelled")


def test_after_a_death_all_goes_on_in_its_order(store):
    slow, quick, cancelled = (
        store.add(kind, {}, priority)[0].id for kind, priority in (("extract", 0), ("index", 10), ("maps", 0))
    )
    store.begin(slow)
    store.begin(cancelled)
    store.cancel(cancelled)
    assert [job.id for job in store.recover()] == [quick, slow]
    assert state(store, cancelled) == "cancelled"


def test_what_the_worker_dies_of_is_not_tried_for_ever(store):
    job_id = store.add("extract", {}, 0)[0].id
    for _ in range(MAX_ATTEMPTS):
        assert store.begin(job_id)
        waiting = store.recover()
    assert waiting == []
    job = store.find(job_id)
    assert job.state == "interrupted"
    assert "memory" in job.error
    assert store.resume(job_id)[0].attempts == 0


@pytest.mark.parametrize("gets_on", [True, False])
def test_deaths_count_only_while_it_does_not_get_on(store, gets_on):
    job_id = store.add("extract", {}, 0)[0].id
    for attempt in range(MAX_ATTEMPTS + 2):
        if store.begin(job_id):
            store.save_progress(job_id, {"done": attempt}, [], gets_on)
        store.recover()
    assert state(store, job_id) == ("queued" if gets_on else "interrupted")


def test_it_is_known_whether_something_more_urgent_waits(store):
    store.add("extract", {}, 0)
    assert not store.has_urgent(0)
    urgent = store.add("index", {}, 10)[0].id
    assert store.has_urgent(0) and not store.has_urgent(10)
    store.begin(urgent)
    assert not store.has_urgent(0), "it no longer waits"


def test_history_is_bounded_and_what_goes_on_is_never_forgotten(store):
    unfinished = store.add("extract", {}, 0)[0].id
    for _ in range(KEPT + 5):
        store.end(store.add("index", {}, 0)[0].id, "done")
    store.add("maps", {}, 0)
    assert len(store.all()) == KEPT + 2
    assert store.all()[-1].id == unfinished


def test_uploads_push_old_jobs_out_too(store):
    for number in range(KEPT + 5):
        store.end(store.join("uploads", "track_ids", number, 10)[0].id, "done")
    assert len(store.all()) == KEPT + 1  # the newest has ended since the last count


def test_reasons_are_bounded(store):
    job_id = store.add("extract", {}, 0)[0].id
    reasons = [[f"{n}.mp3", "It is empty."] for n in range(MAX_FAILURES + 10)]
    store.save_progress(job_id, {"n_failed": len(reasons)}, reasons, True)
    assert len(store.find(job_id).failures) == MAX_FAILURES


def test_all_is_there_for_the_next_process(store, tmp_path):
    job_id = store.add("extract", {"models": ["a"]}, 0)[0].id
    version = store.database.version()
    other = JobStore(tmp_path / "library.db.jobs")
    assert other.begin(job_id).parameters == {"models": ["a"]}
    assert store.database.version() != version, "and the change is noticed"
    assert state(store, job_id) == "running"
    other.close()
