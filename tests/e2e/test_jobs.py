"""From a folder that nobody has read to a map, without a command; the page may be closed meanwhile."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import process_environment
from tests.e2e.conftest import Site, free_ports, serving
from tests.e2e.map_page import PATIENCE, get_json, wait_until_settled
from tests.jamendo import write_whisper
from tests.processes import find_worker
from tests.sounds import noise, tone, write_sound

N_SONGS, N_LABELLED = 24, 12
LONG = 3 * PATIENCE  # ms: models are loaded, and compiled on first use


@pytest.fixture(scope="module")
def fresh_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A music folder of which half the songs have a genre, a Whisper of random weights, and nothing else."""
    folder = tmp_path_factory.mktemp("fresh")
    rows = ["filename,genre"]
    for seed in range(N_SONGS):
        name, genre = f"{seed:02d}.wav", ("hums", "hisses")[seed % 2]
        write_sound(folder / "music" / name, noise(seed, 8) if seed % 2 else tone(110 + 20 * seed, 8))
        rows += [f"{name},{genre}"] * (seed < N_LABELLED)
    (folder / "music" / "selected_songs.csv").write_text("\n".join(rows))
    write_whisper(folder / "weights")
    small = {"MELODEX_CONTRASTIVE_TRAINING": '{"model_name": "tiny", "batch_size": 4}'}
    environment = process_environment(folder / "music", folder / "cache.db")
    with serving(environment | free_ports() | small) as running:
        yield running


def test_a_library_is_read_and_heard_from_the_app_and_its_map_opens(page: Page, fresh_site: Site):
    page.goto(f"{fresh_site.app}/?page=jobs&method=pca")
    folder = page.get_by_test_id("folder-work")
    expect(folder).to_contain_text(f"{N_SONGS} files not in the library yet")
    expect(page.get_by_test_id("jobs-empty")).to_be_visible()
    page.get_by_test_id("start-index").click()
    expect(folder).to_contain_text(f"All {N_SONGS} files are in the library", timeout=PATIENCE)
    page.locator("[data-testid=model-row][data-key='acoustic/librosa'] input").check()
    page.get_by_test_id("start-extract").click()

    job = page.locator("[data-testid=job][data-kind=extract]")
    bar = job.get_by_test_id("job-bar")
    page.wait_for_function(
        "() => Number(document.querySelector('[data-kind=extract] [role=progressbar]')?.ariaValueNow) > 0",
        timeout=LONG,
    )
    worker = find_worker(Path(fresh_site.environment["MELODEX_DATABASE_PATH"]))
    assert worker
    os.kill(worker, signal.SIGSTOP)  # so that the middle lasts as long as this test needs it to
    expect(job.get_by_test_id("job-progress")).to_contain_text(f"of {N_SONGS} vectors · ")
    expect(job.get_by_test_id("job-progress")).to_contain_text("× real time")
    page.reload()
    expect(bar).to_be_visible(timeout=PATIENCE)
    before = int(bar.get_attribute("aria-valuenow") or 0)
    assert before > 0, "it is where it was"
    page.get_by_test_id("page-map").click()
    expect(page.get_by_test_id("jobs-busy")).to_be_visible()
    expect(page.get_by_test_id("page-jobs")).to_have_accessible_name("Jobs: 1 job under way")
    os.kill(worker, signal.SIGCONT)

    notice = page.get_by_test_id("notice")
    expect(notice).to_contain_text("Listen with Acoustic features", timeout=LONG)
    expect(notice).to_contain_text("done.")
    expect(page.get_by_test_id("jobs-busy")).to_have_count(0)
    page.get_by_test_id("notice-action").click()
    wait_until_settled(page)
    expect(page.get_by_test_id("map")).to_have_attribute("data-points", str(N_SONGS))


def test_a_job_is_cancelled_and_goes_on_from_the_app(page: Page, fresh_site: Site):
    worker = find_worker(Path(fresh_site.environment["MELODEX_DATABASE_PATH"]))
    assert worker
    page.goto(f"{fresh_site.app}/?page=jobs")
    expect(page.get_by_test_id("folder-work")).to_contain_text("files")
    os.kill(worker, signal.SIGSTOP)
    before = len(get_json(fresh_site, "/jobs")["jobs"])
    expect(page.get_by_test_id("job")).to_have_count(before)
    page.get_by_test_id("start-index").click()
    job = page.get_by_test_id("job").first
    expect(page.get_by_test_id("job")).to_have_count(before + 1)
    expect(job).to_have_attribute("data-state", "queued")
    job.get_by_test_id("job-cancel").click()
    cancelled = page.locator("[data-testid=job][data-state=cancelled]")
    expect(cancelled).to_have_count(1)
    os.kill(worker, signal.SIGCONT)
    cancelled.get_by_test_id("job-resume").click()
    expect(cancelled).to_have_count(0)
    expect(page.locator("[data-testid=job][data-state=done]")).to_have_count(before + 1, timeout=PATIENCE)


def test_what_a_model_costs_is_said_before_it_is_fetched(page: Page, fresh_site: Site):
    jobs_before = get_json(fresh_site, "/jobs")["jobs"]
    page.goto(f"{fresh_site.app}/?page=jobs")
    row = page.locator("[data-testid=model-row][data-key='mert/95m']")
    expect(row).to_contain_text("To download")
    expect(row).to_contain_text("CC BY-NC")
    row.locator("input").check()
    page.get_by_test_id("start-extract").click()
    dialog = page.get_by_test_id("download-dialog")
    expect(dialog).to_contain_text("CC BY-NC")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    assert get_json(fresh_site, "/jobs")["jobs"] == jobs_before, "nothing was started"


def test_a_head_is_trained_from_the_app_and_told_beside_whisper_and_chance(page: Page, fresh_site: Site):
    page.goto(f"{fresh_site.app}/?page=jobs")
    page.get_by_test_id("start-index").click()
    music = page.get_by_test_id("training-library")
    expect(music).to_contain_text(f"{N_LABELLED} tracks · 2 genres", timeout=PATIENCE)
    expect(page.get_by_test_id("training-jamendo")).to_contain_text("MELODEX_MTG_JAMENDO_ROOT")
    expect(page.get_by_test_id("training-none")).to_be_visible()
    page.get_by_test_id("training-epochs").fill("3")
    page.get_by_test_id("start-train").click()
    job = page.locator("[data-testid=job][data-kind=train]")
    expect(job).to_have_attribute("data-state", "running")
    expect(page.get_by_test_id("start-train")).to_be_disabled()
    expect(job).to_have_attribute("data-state", "done", timeout=LONG)
    expect(job).to_contain_text("kNN accuracy")
    run = page.get_by_test_id("training-run")
    expect(run).to_contain_text("This library")
    expect(run).to_contain_text(f"{N_LABELLED} tracks of 2 genres")
    expect(run.get_by_role("img", name="Trained head")).to_be_visible()
    expect(run.get_by_role("img", name="Whisper tiny as it is")).to_be_visible()
