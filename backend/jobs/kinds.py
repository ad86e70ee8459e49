"""Kinds of jobs: what each needs to know, and what it does. All of it is what the commands do, too."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import config
from backend.context import audio_dir, database, weights_dir
from backend.drawing import draw, draw_anew, missing_maps, offered_maps
from backend.exports import FORMATS, Export, file_name, gather
from backend.fetching import fetch_missing, releases_to_fetch, sort_by_weights
from backend.jobs import values
from backend.jobs.report import Report
from backend.jobs.training import train
from backend.judging import plan_evaluation
from backend.loading import alone, current_pipelines, listen, pick_device_for
from backend.settings import joining_specs
from backend.trainings import TRAININGS
from db.duplicate_search import find_pairs
from db.duplicates import save_pairs
from db.embeddings import count_extracted
from db.evaluations import LABELS, Evaluations, evaluate_library
from db.indexing import index_library
from db.kept_exports import KeptExports
from db.preprocessing import TrackPlan, outdated_lines, plan_extraction
from ML.errors import MelodexError
from ML.spec import ModelSpec
from ML.weights.store import missing_message, resolve_keys, weights_path

Parameters = dict[str, Any]


@dataclass(frozen=True)
class JobKind:
    """priority: a running job makes room for one of a higher priority, and then goes on.

    takes: its parameters, and how each is read; None for a kind that nobody can ask for directly.
    """

    run: Callable[[Parameters, Report], None]
    takes: dict[str, values.Parse] | None
    priority: int = 0


def index(parameters: Parameters, report: Report) -> None:
    report.begin("Reading new files", unit="files")
    summary = index_library(
        database(), audio_dir(), report.count,
        accept_missing=parameters.get("accept_missing", False), retry=parameters.get("retry", False),
    )  # fmt: skip
    for filename, reason in (summary.unreadable | summary.left_out).items():
        report.fail(filename, reason)
    report.current.note = str(summary)


def download(parameters: Parameters, report: Report) -> None:
    n_failed = fetch(releases_to_fetch(parameters["models"]), report)
    if n_failed:
        raise MelodexError(f"The weights of {n_failed} models could not be fetched.")


def extract(parameters: Parameters, report: Report) -> None:
    """Fetch weights where that is wanted, listen, draw the maps."""
    wanted = specs_of(parameters)
    if parameters["download"]:
        fetch(wanted, report)
    runnable, missing = sort_by_weights(wanted, weights_dir())
    for spec, reason in missing.items():
        if not parameters["download"]:
            report.fail(spec.key, reason)
    if not runnable:
        raise MelodexError("None of the models can run: their weights are not there.")
    with alone(lambda: report.begin("Waiting for another extraction"), report.check):
        with database().read() as session:
            plans = plan_extraction(
                session, runnable, renew=parameters.get("renew", False), pipelines=current_pipelines(runnable)
            )
        hear(plans, len(plans) * len(runnable), report)
        report_outdated(plans, report)
    draw_missing(runnable, report)


def report_outdated(plans: list[TrackPlan], report: Report) -> None:
    lines = [f"{line}: renew analyzes them again." for line in outdated_lines(plans)]
    report.current.note = " ".join(filter(None, [report.current.note, *lines])) or None


def maps(parameters: Parameters, report: Report) -> None:
    """Draw what is missing, or all maps anew."""
    specs = heard_specs(parameters)
    if not parameters["refit"]:
        return draw_missing(specs, report)
    report.begin("Drawing maps anew", unit="maps")
    return draw_anew(offered_maps(specs), report.count)


def uploads(parameters: Parameters, report: Report) -> None:
    """Hear tracks that were sent, with every model that the library has been heard with.

    Without waiting for an extraction, which may take hours and was planned before they came.
    """
    sent = set(parameters["track_ids"])
    with database().read() as session:
        specs = joining_specs(count_extracted(session), weights_dir())
        plans = [plan for plan in plan_extraction(session, specs) if plan.track_id in sent]
    hear(plans, len(plans) * len(specs), report)


def duplicates(parameters: Parameters, report: Report) -> None:
    specs = heard_specs(parameters)
    report.begin("Comparing", unit="pairs")
    with database().read() as session:
        found = list(find_pairs(session, specs, audio_dir(), report.count))
    with database().write() as session:
        save_pairs(session, found)
    report.current.note = f"{len(found)} pairs found"


def evaluate(parameters: Parameters, report: Report) -> None:
    """Judge models and their drawn maps by labels; the run is kept."""
    report.begin("Reading vectors")
    wanted = plan_evaluation(heard_specs(parameters), parameters["labels"])
    report.begin("Judging", wanted.n_steps, "models and maps")
    found = evaluate_library(
        database(), wanted, lambda: report.count(report.current.done + 1, wanted.n_steps)
    )
    Evaluations(database()).save(found)
    report.current.note = f"{found['n_tracks']} tracks judged"


def export(parameters: Parameters, report: Report) -> None:
    """Into a file that waits to be downloaded."""
    wanted = Export(
        parameters["format"], heard_specs(parameters), parameters["method"], parameters["previews"]
    )
    gathered = gather(wanted, report)
    report.begin("Writing the file")
    try:
        path = KeptExports(database()).make(report.job.id, file_name(wanted.file_format), gathered.write_file)
    except OSError as error:
        raise MelodexError(f"The export cannot be written: {error.strerror}.") from error
    report.current.note = f"{gathered.n_tracks} tracks in {path.name}"


def heard_specs(parameters: Parameters) -> list[ModelSpec]:
    """Of the models named those that have heard something. Raises MelodexError for none."""
    with database().read() as session:
        heard = count_extracted(session)
    specs = [spec for spec in specs_of(parameters) if heard.get((spec.name, spec.variant))]
    if not specs:
        raise MelodexError("None of these models has heard a track yet.")
    return specs


def specs_of(parameters: Parameters) -> list[ModelSpec]:
    return resolve_keys(parameters["models"], weights_dir(), config.model_weights())


def fetch(specs: list[ModelSpec], report: Report) -> int:
    """Returns how many could not be had, each of which is told."""

    def show(path: Path, n_done: int, n_total: int | None) -> None:
        stage = f"Fetching {path.relative_to(weights_dir()).as_posix()}"
        if report.current.stage != stage:
            report.begin(stage, n_total or 0, "bytes", n_done)
        report.count(n_done, n_total or 0)

    fetched = fetch_missing(specs, weights_dir(), show, report.fail)
    for spec in fetched.unpublished:
        path = weights_path(spec, weights_dir(), config.model_weights())
        report.fail(spec.key, missing_message(spec, path or weights_dir()))
    return len(fetched.failed) + len(fetched.unpublished)


def hear(plans: list[TrackPlan], n_wanted: int, report: Report) -> None:
    """n_wanted: vectors there should be at the end, those that are there already too."""
    plans = [plan for plan in plans if plan.missing]
    n_before = n_wanted - sum(len(plan.missing) for plan in plans)
    if not plans:
        return
    report.begin("Loading the models", n_wanted, "vectors", n_before)
    summary = listen(
        plans,
        pick_device_for(plans, config.DEVICE),
        on_progress=lambda progress: report.hear(progress, n_before),
        stop=report.stop,
        on_loaded=lambda: report.begin("Listening", n_wanted, "vectors", n_before),
    )
    for (filename, key), reason in summary.failures.items():
        report.fail(f"{filename} · {key}", reason)
    report.current.note = f"{summary.n_extracted} vectors extracted"
    report.check()


def draw_missing(specs: list[ModelSpec], report: Report) -> None:
    report.begin("Drawing maps", unit="maps")
    draw(missing_maps(specs), report.count)


SOON = 10
KINDS = {
    "index": JobKind(
        index, takes={"accept_missing": values.wish, "retry": values.wish}, priority=SOON
    ),
    "download": JobKind(download, takes={"models": values.models}),
    "extract": JobKind(extract, takes={
        "models": values.models, "download": values.wish, "renew": values.wish,
    }),
    "maps": JobKind(maps, takes={"models": values.models, "refit": values.wish}),
    "duplicates": JobKind(duplicates, takes={"models": values.models}),
    "evaluate": JobKind(evaluate, takes={"models": values.models, "labels": values.one_of(LABELS)}),
    "export": JobKind(export, takes={
        "models": values.models, "format": values.one_of(FORMATS), "method": values.map_method,
        "previews": values.wish,
    }),
    "train": JobKind(train, takes={
        "music": values.one_of(TRAININGS), "epochs": values.epochs, "balanced": values.wish,
    }),
    "uploads": JobKind(uploads, takes=None, priority=SOON),
}  # fmt: skip
