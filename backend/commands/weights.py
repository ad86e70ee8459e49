"""models and download-weights."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

import config
from backend.commands.edge import command, no_progress_option
from backend.context import database, weights_dir
from backend.fetching import Fetched, fetch_missing, releases_to_fetch
from backend.pipelines import read_analyses
from backend.routes.models import describe
from backend.settings import models_in_use
from ML import registry
from ML.errors import MelodexError
from ML.spec import ModelSpec
from ML.text import aligned
from ML.weights.checksums import PINS_NAME, readable_size
from ML.weights.staging import Progress
from ML.weights.store import is_runnable, missing_message
from ML.weights.verification import verify_weights

RECOMMENDED = "recommended"
RECOMMENDED_TIMEOUT_SECONDS = 5  # without data: nobody named a file
COLUMNS = ("model", "variant", "release", "width", "taggram", "size", "licence", "weights", "tracks")
NUMBERS = {"width", "size", "tracks"}
PINNED_NOTE = (
    "* pinned on first use: nobody has published a digest, so the one it comes with is noted in\n"
    "  {pins} and checked ever after."
)
TOLD = {
    "intact": "intact: {path}",
    "pinned": "pinned: {path} is {sha256} from now on",
    "missing": "missing: {path}",
    "wrong": "wrong: {path} has the sha256 {sha256}, expected was {expected}: remove it and get it again",
}


@command("models")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, with everything the registry knows.")
def models(as_json: bool) -> None:
    """List every model: widths, size, licence, whether its weights are there, how many tracks it has heard.

    A model runs where its weights are present or not needed; download-weights fetches those that are absent.
    Of a model with several releases of weights it shows the one in use.
    """
    specs = models_in_use(weights_dir())
    with database().read() as session:
        analyses = read_analyses(session, specs)
    if as_json:
        records = [{**describe(spec, analyses), "state": weights_state(spec)} for spec in specs]
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
        return
    rows = [model_row(spec, analyses.extracted.get((spec.name, spec.variant), 0)) for spec in specs]
    click.echo("\n".join(aligned(COLUMNS, rows, NUMBERS)))
    if any(is_pinned_on_first_use(spec) for spec in specs):
        click.echo(f"\n{PINNED_NOTE.format(pins=weights_dir() / PINS_NAME)}")


def model_row(spec: ModelSpec, n_extracted: int) -> tuple[str, ...]:
    return (
        spec.name,
        spec.variant,
        spec.release or "-",
        str(spec.embedding_dim),
        f"{spec.taggram_dim} {spec.taggram_kind}",
        size_text(spec),
        spec.licence or "-",
        weights_state(spec) + ("*" if is_pinned_on_first_use(spec) else ""),
        str(n_extracted),
    )


def size_text(spec: ModelSpec) -> str:
    if spec.weights is None:
        return "-"
    return readable_size(spec.weights.n_bytes) if spec.weights.n_bytes else "unknown"


def weights_state(spec: ModelSpec) -> str:
    if spec.weights is None:
        return "not needed"
    return "present" if is_runnable(spec, weights_dir(), config.model_weights()) else "absent"


def is_pinned_on_first_use(spec: ModelSpec) -> bool:
    return spec.weights is not None and any(file.sha256 is None for file in spec.weights.files)


@command("download-weights")
@click.argument("models", nargs=-1, metavar="[MODEL[/VARIANT[@RELEASE]]]...")
@click.option("--all", "everything", is_flag=True, help="The weights of every model.")
@click.option("--verify", is_flag=True, help="Fetch nothing: check the digests of what is there.")
@no_progress_option
def download(models: tuple[str, ...], everything: bool, verify: bool, no_progress: bool) -> None:
    """Fetch pre-trained weights from where they are published: of musicnn/mtat, of all sizes of whisper, or
    those that are recommended.

    "recommended" is one wheel with MusiCNN and VGG, and MusiCNN/Jamendo if its host can be reached. Exit
    status 1 when something wanted is missing at the end; of the recommended ones, when all are.
    """
    if models == (RECOMMENDED,) and not verify:
        download_recommended(no_progress)
        return
    if verify:
        models = registry.RECOMMENDED if models == (RECOMMENDED,) else models
        named = [spec for key in models for spec in registry.get_by_key(key)]
        report_verdicts(named or published(with_releases=True), are_named=bool(models))
        return
    if not models and not everything:
        raise click.UsageError(f"Say which models, or --all. To be had:\n\n{choices()}")
    specs = releases_to_fetch(models or [spec.key for spec in published(with_releases=False)])
    fetched = fetch_with_bars(specs, no_progress)
    report_fetched(fetched)
    for spec in fetched.unpublished:
        path = weights_dir() / (spec.weights.path if spec.weights else "")
        click.echo(f"failed: {missing_message(spec, path)}", err=True)
    check_fetched(fetched.failed + fetched.unpublished)


def download_recommended(no_progress: bool) -> None:
    """One line for what cannot be downloaded.

    Raises MelodexError with the first reason when not one of them is there at the end.
    """
    specs = releases_to_fetch(registry.RECOMMENDED)
    reasons: list[str] = []
    with download_bars(no_progress) as show:
        fetched = fetch_missing(
            specs, weights_dir(), show, lambda _, reason: reasons.append(reason), RECOMMENDED_TIMEOUT_SECONDS
        )
    if len(fetched.failed) == len(specs):
        raise MelodexError(f"No recommended weights: {reasons[0]}")
    report_fetched(fetched)
    for reason in reasons:
        click.echo(f"not downloaded: {reason}", err=True)


def has_recommended() -> bool:
    """Whether the first of them can run. MusiCNN/Jamendo does not count: its host is often out of reach."""
    (first,) = registry.get_by_key(registry.RECOMMENDED[0])
    return weights_state(first) == "present"


def report_fetched(fetched: Fetched) -> None:
    size = readable_size(sum(path.stat().st_size for path in fetched.paths))
    click.echo(
        f"Fetched {len(fetched.paths)} files ({size}) into {weights_dir()}; {len(fetched.there)} models had "
        f"all they need, {len(fetched.failed)} failed."
    )


def published(with_releases: bool) -> list[ModelSpec]:
    """with_releases: those that are no default, too."""
    specs = (*registry.MODELS, *(registry.RELEASES if with_releases else ()))
    return [spec for spec in specs if spec.weights and spec.weights.is_published]


def choices() -> str:
    rows = [
        (spec.release_key if spec in registry.RELEASES else spec.key, size_text(spec), spec.licence or "-",
         weights_state(spec))
        for spec in published(with_releases=True)
    ]  # fmt: skip
    return "\n".join(f"  {line}" for line in aligned(("model", "size", "licence", "weights"), rows))


def fetch_with_bars(specs: Iterable[ModelSpec], no_progress: bool) -> Fetched:
    with download_bars(no_progress) as show:
        return fetch_missing(specs, weights_dir(), show, tell_failure)


def tell_failure(key: str, reason: str) -> None:
    click.echo(f"failed: {key}: {reason}", err=True)


def check_fetched(failed: list[ModelSpec]) -> None:
    if failed:
        names = ", ".join(spec.key for spec in failed)
        raise MelodexError(f"The weights of {names} could not be fetched.")


@contextmanager
def download_bars(hidden: bool) -> Iterator[Progress]:
    """A bar with bytes and rate for every file."""
    from tqdm import tqdm

    bars: dict[Path, Any] = {}

    def show(path: Path, n_done: int, n_total: int | None) -> None:
        if path not in bars:
            name = path.relative_to(weights_dir()).as_posix()
            bars[path] = tqdm(desc=name, initial=n_done, unit="B", unit_scale=True, disable=hidden)
        bars[path].total = n_total
        bars[path].update(n_done - bars[path].n)

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()


def report_verdicts(specs: Iterable[ModelSpec], are_named: bool) -> None:
    """What is absent is trouble only where it was asked for by name."""
    verdicts = [verdict for spec in specs for verdict in verify_weights(spec, weights_dir())]
    told = [verdict for verdict in verdicts if are_named or verdict.state != "missing"]
    bad = [verdict for verdict in told if verdict.state in ("wrong", "missing")]
    for verdict in told:
        click.echo(TOLD[verdict.state].format(**asdict(verdict)), err=verdict in bad)
    if bad:
        raise MelodexError(f"{len(bad)} of {len(told)} files are not what they should be.")
    click.echo(f"{len(told)} files checked in {weights_dir()}.")
