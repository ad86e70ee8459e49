"""A training as a job: the functions of ML/train_contrastive.py, told and stopped as jobs are."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app

import config
from backend.context import audio_dir
from backend.jobs.report import Report
from backend.trainings import TRAININGS, whisper_weights
from db.jobs import Job
from ML.devices import pick_device
from ML.errors import MelodexError
from ML.evaluation.checkpoints import JUDGED, RAW, read_json
from ML.training.contrastive.runs import PREFIX, ContrastiveRun, epochs_of
from ML.training.reporter import Reporter

if TYPE_CHECKING:
    from ML.training.contrastive.evaluation import Evaluation
    from ML.training.contrastive.program import Prepared, Workplace

STAGES = {"reading": "Reading files", "listening": "Hearing windows"}


def train(parameters: dict[str, Any], report: Report) -> None:
    """Go on with the job's own run where there is one: after a cancel, a restart, the worker's death."""
    from ML.training.contrastive import program

    place = workplace(report.job)
    reporter = reporter_of(report)
    try:
        prepared = prepare(parameters, place, reporter)
        tell_left_out(prepared.run, report)
        n_before = epochs_of(prepared.checkpoint) if prepared.checkpoint else 0
        report.begin("Training", prepared.settings.num_epochs, "epochs", n_before)
        evaluation = program.train(prepared, place.team, reporter)
    except OSError as error:
        raise MelodexError(
            f"The run cannot be read or written: {error.strerror} ({error.filename})."
        ) from error
    report.current.item = ""
    report.current.note = outcome(evaluation)


def prepare(parameters: dict[str, Any], place: "Workplace", reporter: Reporter) -> "Prepared":
    from ML.training.contrastive import program

    folder = place.checkpoint_dir / place.run_name
    if ContrastiveRun.has_begun(folder):
        return program.resume_run(folder, None, place, reporter)
    training = TRAININGS[parameters["music"]]
    settings = training.settings(parameters["epochs"], parameters["balanced"])
    return program.start_run(settings, place, reporter, training.read(settings))


def workplace(job: Job) -> "Workplace":
    """Without processes that load ahead: forked from the worker, they would hold its lock when it dies.

    Raises WeightsMissingError.
    """
    from ML.training.contrastive.hearing import Workplace
    from ML.training.contrastive.team import Team

    settings = current_app.config
    return Workplace(
        whisper=whisper_weights(),
        team=Team(pick_device(config.DEVICE)),
        n_workers=0,
        checkpoint_dir=Path(settings["CHECKPOINTS_DIR"]),
        log_dir=Path(settings["TRAINING_LOGS_DIR"]),
        cache_root=Path(settings["FEATURE_CACHE_DIR"]),
        cache_bytes=settings["FEATURE_CACHE_MB"] * 10**6,
        batch=config.BATCH_SEGMENTS,
        run_name=run_name(job),
    )


def run_name(job: Job) -> str:
    """The same whenever the job goes on, and no other job's: `whisper_contrastive_20261128_094500_job7`."""
    digits = "".join(letter for letter in job.created_at if letter.isdecimal())
    return f"{PREFIX}{digits[:8]}_{digits[8:14]}_job{job.id}"


def reporter_of(report: Report) -> Reporter:
    def say(text: str) -> None:
        report.current.item = text

    def bar(items: Iterable, n: int, label: str) -> Iterator:
        report.begin(STAGES[label], n, "tracks")
        for n_done, item in enumerate(items, 1):
            yield item
            report.count(n_done, n)

    def tell_epoch(n_done: int, n_total: int, how: str) -> None:
        report.current.item = how
        report.count(n_done, n_total)

    return Reporter(
        say,
        bar,
        on_batch=lambda loss: report.check(),
        on_windows=lambda n_windows: say(f"{n_windows} windows"),
        on_epoch=tell_epoch,
        check=report.check,
    )


def tell_left_out(run: ContrastiveRun, report: Report) -> None:
    """By names below the music folder, where they are below it."""
    folder = f"{audio_dir().absolute()}/"
    for path, reason in read_json(run.dataset_path).get("left_out", {}).items():
        report.fail(path.removeprefix(folder), reason)


def outcome(evaluation: "Evaluation") -> str:
    from ML.training.contrastive.evaluation import KNN

    means = {name: evaluation.systems[name][KNN].mean for name in (JUDGED, RAW)}
    return (
        f"kNN accuracy {means[JUDGED]:.2f} on {evaluation.n_test} test tracks, raw Whisper {means[RAW]:.2f}, "
        f"chance {evaluation.chance[KNN]:.2f}"
    )
