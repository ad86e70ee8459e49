"""A run's folder: which checkpoints stay, where a resume goes on, and what is no run."""

from pathlib import Path

import pytest

from ML.errors import WeightsError, WeightsMissingError
from ML.training.contrastive.music import GenreTrack
from ML.training.contrastive.runs import ContrastiveRun
from ML.training.contrastive.settings import ContrastiveSettings
from ML.weights.store import load_file

TRACKS = [GenreTrack(Path("/a/b.mp3"), ("genre---rock", "genre---pop"), None, "training")]
SETTINGS = ContrastiveSettings(csv="songs.csv", learning_rate=0.5, balanced_sampling=True)


@pytest.fixture
def run(tmp_path) -> ContrastiveRun:
    return ContrastiveRun.create(tmp_path / "runs", tmp_path / "logs", SETTINGS, TRACKS)


def save_epochs(run: ContrastiveRun, numbers: range, best: int) -> None:
    for number in numbers:
        run.save_epoch({"epoch": number - 1}, is_best=number == best)


def names(run: ContrastiveRun) -> list[str]:
    return [path.name for path in run.checkpoints()]


def test_the_newest_two_stay_and_the_best(run):
    save_epochs(run, range(1, 12), best=3)
    assert names(run) == ["checkpoint_epoch_10.pth", "checkpoint_epoch_11.pth"]
    assert load_file(run.best_path)["epoch"] == 2
    assert (run.folder.parent / "latest").resolve() == run.folder


def test_a_resume_takes_the_newest_or_the_one_that_is_named(run):
    save_epochs(run, range(8, 11), best=8)
    latest = run.folder.parent / "latest"
    assert ContrastiveRun.open(latest)[1] == run.folder / "checkpoint_epoch_10.pth"
    found, checkpoint = ContrastiveRun.open(latest / "checkpoint_epoch_9.pth")
    assert (found.folder, found.log_folder) == (run.folder, run.log_folder)
    assert checkpoint == latest / "checkpoint_epoch_9.pth"
    found.forget_after(9)
    assert names(run) == ["checkpoint_epoch_9.pth"]


def test_a_run_that_has_no_epoch_yet_begins_again_with_all_it_had(run):
    found, checkpoint = ContrastiveRun.open(run.folder)
    assert checkpoint is None
    assert found.load_settings() == SETTINGS and found.load_tracks() == TRACKS


def test_two_runs_of_one_second_do_not_share_a_folder(run, tmp_path):
    other = ContrastiveRun.create(tmp_path / "runs", tmp_path / "logs", SETTINGS, TRACKS)
    assert other.folder != run.folder and other.log_folder.name == other.folder.name


@pytest.mark.parametrize("name", ["", "gone", "gone/best_model.pth"])
def test_what_is_no_run_does_not_resume(name, tmp_path):
    with pytest.raises(WeightsMissingError, match="nothing to resume"):
        ContrastiveRun.open(tmp_path / name)


def test_a_configuration_of_another_version_is_named(run):
    run.config_path.write_text('{"log_folder": "x"}')
    with pytest.raises(WeightsError, match="lacks 'csv'"):
        ContrastiveRun.open(run.folder)[0].load_settings()
