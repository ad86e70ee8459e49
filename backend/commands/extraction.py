"""preprocess-all and preprocess-track."""

from dataclasses import asdict, dataclass

import click

import config
from backend.commands.edge import (
    command,
    count_up_to,
    no_progress_option,
    progress_bar,
    stop_on_interrupt,
)
from backend.commands.extraction_progress import show_progress
from backend.commands.weights import check_fetched, fetch_with_bars
from backend.context import database, weights_dir
from backend.drawing import draw, missing_maps
from backend.fetching import sort_by_weights
from backend.loading import alone, current_pipelines, listen, pick_device_for
from backend.settings import default_specs
from db.library import get_track
from db.preprocessing import ExtractionSummary, TrackPlan, outdated_lines, plan_extraction
from ML.devices import describe_device
from ML.errors import MelodexError
from ML.spec import ModelSpec
from ML.weights.store import resolve_keys

models_option = click.option(
    "--models", help="Models to run, e.g. musicnn/mtat,vgg/msd@won2020; default: those the settings name."
)
device_option = click.option("--device", help="Where networks run: auto, cpu, cuda, cuda:1, mps.")
force_option = click.option("--force", is_flag=True, help="Extract again what is already there.")
renew_option = click.option(
    "--renew", is_flag=True, help="Extract again what was extracted with other weights or settings."
)


@command("preprocess-all")
@models_option
@force_option
@renew_option
@device_option
@click.option("--download", is_flag=True, help="Fetch the weights that are missing first.")
@click.option("--no-maps", is_flag=True, help="Leave the maps to the first request for them.")
@no_progress_option
def preprocess_all(
    models: str | None, force: bool, renew: bool, device: str | None, download: bool, no_maps: bool,
    no_progress: bool,
) -> None:  # fmt: skip
    """Extract what is missing for every indexed track, then draw the maps.

    A few tracks analyzed with other weights are extracted again; more than a fifth of a model's only with
    --renew.

    Stop it at any moment: the next run continues. Exit status 1 when a wanted vector or download is missing
    at the end.
    """
    wanted = wanted_specs(models)
    failed = fetch_with_bars(wanted, no_progress).failed if download else []
    specs = runnable_specs(wanted, None if failed else models)
    plans, summary = run_extraction(specs, Wanted(force, renew), device, no_progress)
    if not no_maps:
        draw_maps(specs, no_progress)
    report(summary, plans, specs)
    check_fetched(failed)


@command("preprocess-track")
@click.argument("filename")
@models_option
@force_option
@renew_option
@device_option
@no_progress_option
def preprocess_track(
    filename: str, models: str | None, force: bool, renew: bool, device: str | None, no_progress: bool
) -> None:
    """Extract what is missing for one indexed track; FILENAME as index-audio saw it."""
    with database().read() as session:
        get_track(session, filename)
    specs = runnable_specs(wanted_specs(models), models)
    plans, summary = run_extraction(specs, Wanted(force, renew, filename), device, no_progress)
    report(summary, plans, specs)


def wanted_specs(models: str | None) -> list[ModelSpec]:
    """Records of the models named, or of the settings' pairs. Raises UnknownChoiceError."""
    if models:
        return resolve_keys(models.split(","), weights_dir(), config.model_weights())
    return default_specs(weights_dir())


def runnable_specs(specs: list[ModelSpec], models: str | None) -> list[ModelSpec]:
    """Those whose weights are there. models: the names they come from, if any.

    Raises MelodexError, after the way to get them, where a named model has no weights; a name without a
    variant needs those of one variant.
    """
    runnable, missing = sort_by_weights(specs, weights_dir())
    names = {key for key in (models or "").split(",") if "/" not in key}
    met = {spec.name for spec in runnable} & names
    unmet = {spec: reason for spec, reason in missing.items() if spec.name not in met}
    if models or len(missing) == 1:
        for reason in unmet.values():
            click.echo(f"skipped: {reason}", err=True)
    elif missing:
        click.echo(
            f"{len(missing)} models have no weights (the command models lists them); download-weights "
            "recommended gets those to begin with.",
            err=True,
        )
    if unmet and (models or not runnable):
        raise MelodexError(f"{len(unmet)} of the wanted models cannot run: their weights are not there.")
    return runnable


@dataclass(frozen=True)
class Wanted:
    """Options of `plan_extraction`."""

    force: bool
    renew: bool
    filename: str | None = None


def run_extraction(
    specs: list[ModelSpec], wanted: Wanted, device: str | None, no_progress: bool
) -> tuple[list[TrackPlan], ExtractionSummary]:
    with alone(lambda: click.echo("Another extraction is at work here: waiting for its end.")):
        return extract_planned(specs, wanted, device, no_progress)


def extract_planned(
    specs: list[ModelSpec], wanted: Wanted, device: str | None, no_progress: bool
) -> tuple[list[TrackPlan], ExtractionSummary]:
    with database().read() as session:
        plans = plan_extraction(session, specs, **asdict(wanted), pipelines=current_pipelines(specs))
    for line in outdated_lines(plans):
        click.echo(f"{line}: --renew analyzes them again.")
    n_missing = sum(len(plan.missing) for plan in plans)
    if not n_missing:
        return plans, ExtractionSummary()
    picked = pick_device_for(plans, device or config.DEVICE)
    click.echo(describe_device(picked))
    with show_progress(no_progress, n_missing) as show, stop_on_interrupt() as stop:
        summary = listen(plans, picked, show, stop)
    if stop.is_set():
        click.echo(f"Stopped: {summary.n_extracted} extracted are stored; the next run continues.", err=True)
        raise click.Abort
    return plans, summary


def draw_maps(specs: list[ModelSpec], no_progress: bool) -> None:
    if missing := missing_maps(specs):
        with progress_bar("Drawing maps", "map", no_progress, len(missing)) as bar:
            draw(missing, count_up_to(bar))


def report(summary: ExtractionSummary, plans: list[TrackPlan], specs: list[ModelSpec]) -> None:
    for (filename, key), reason in summary.failures.items():
        click.echo(f"failed: {filename} with {key}: {reason}", err=True)
    n_wanted = len(plans) * len(specs)
    n_there = n_wanted - sum(len(plan.missing) for plan in plans)
    click.echo(
        f"{len(plans)} tracks × {len(specs)} models: {n_there} were there, {summary.n_extracted} extracted, "
        f"{len(summary.failures)} failed."
    )
    if summary.failures:
        raise MelodexError(f"{len(summary.failures)} of {n_wanted} vectors could not be extracted.")
