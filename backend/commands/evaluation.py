"""evaluate and agreement."""

import json
from collections.abc import Callable
from pathlib import Path

import click
from flask import current_app

from backend.commands.analysis import heard_specs, json_option, judging_options, k_option, models_option
from backend.commands.edge import command, no_progress_option, progress_bar
from backend.commands.report_files import write_files
from backend.context import database
from backend.judging import plan_evaluation
from db.evaluations import (
    LABELS,
    Evaluations,
    compare_library,
    evaluate_library,
    load_common,
)
from db.library import readable_filenames
from ML.errors import LibraryError
from ML.evaluation import tables
from ML.evaluation.document import Document
from ML.evaluation.report_files import agreement_files, evaluation_files
from ML.spec import ModelSpec


def out_option(files: str, folder: str) -> Callable[[Callable], Callable]:
    return click.option(
        "--out", type=click.Path(path_type=Path, file_okay=False),
        help=f"Folder for {files}; default: {folder} in REPORTS_DIR.",
    )  # fmt: skip


@command("evaluate")
@click.option(
    "--labels", default="genre", show_default=True, metavar="SOURCE",
    help=f"What tracks are judged by: {', '.join(LABELS)}, or csv:COLUMN of selected_songs.csv.",
)  # fmt: skip
@out_option("tables (CSV, Markdown, LaTeX, JSON) and pictures", "evaluation")
@judging_options
def evaluate(
    models: str | None, labels: str, k: int, seed: int, out: Path | None, as_json: bool, no_progress: bool
) -> None:
    """Judge every model and its drawn maps by labels: all metrics, with intervals and chance levels.

    All on the tracks that every one of the models has heard, so that models can be compared. Neighbours and
    folds leave out a track's own artist where artists are known. The run is kept beside the database.
    """
    wanted = plan_evaluation(heard_specs(models), labels, k, seed)
    with progress_bar("Judging", "space", no_progress, wanted.n_steps) as bar:
        found = evaluate_library(database(), wanted, lambda: bar.update(1))
    kept = Evaluations(database()).save(found)
    folder = write_files(
        out or Path(current_app.config["REPORTS_DIR"]) / "evaluation", evaluation_files(kept)
    )
    tell(kept, tables.as_text(kept), folder, as_json)


@command("agreement")
@models_option
@k_option
@out_option("agreement.csv, .json and pictures", "agreement")
@json_option
@no_progress_option
def agreement(models: str | None, k: int, out: Path | None, as_json: bool, no_progress: bool) -> None:
    """Measure how far models agree: CKA of their spaces, shared neighbours, tracks they disagree about."""
    specs = pairable(heard_specs(models))
    with database().read() as session:
        everything = dict.fromkeys(readable_filenames(session), "any")
    tracks = load_common(database(), specs, everything)
    if len(tracks.filenames) < 2:
        raise LibraryError("No two tracks were heard by all of these models: run preprocess-all.")
    with progress_bar("Comparing", "model", no_progress, len(specs)) as bar:
        found = compare_library(tracks, k, lambda: bar.update(1))
    folder = write_files(out or Path(current_app.config["REPORTS_DIR"]) / "agreement", agreement_files(found))
    tell(found, tables.agreement_text(found), folder, as_json)


def pairable(specs: list[ModelSpec]) -> list[ModelSpec]:
    if len(specs) < 2:
        raise LibraryError(
            "Only one model has heard tracks: agreement needs two. See preprocess-all --models."
        )
    return specs


def tell(document: Document, text: str, folder: Path, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        click.echo(f"{text}\n\nTables and pictures: {folder}")
