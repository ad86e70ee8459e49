"""export and import-vectors."""

from pathlib import Path

import click

import config
from backend.commands.analysis import heard_specs, models_option
from backend.commands.edge import command, count_up_to, no_progress_option, progress_bar, staged_progress
from backend.context import database
from backend.exports import FORMATS, TITLE, Export, gather
from backend.loading import alone
from db import importing
from ML.errors import LibraryError


@command("export")
@click.option(
    "--format", "file_format", type=click.Choice(FORMATS), required=True,
    help="parquet and csv: one table; npy and projector: a folder; html: a page with the maps.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File or folder to write.")
@models_option
@click.option(
    "--method", type=click.Choice(config.ON_DEMAND_PROJECTION_METHODS),
    default=config.ON_DEMAND_PROJECTION_METHODS[0], show_default=True, help="Projection of the page's maps.",
)  # fmt: skip
@click.option("--previews", is_flag=True, help="Five seconds of every track in the page: 40 kB each.")
@click.option("--title", default=TITLE, show_default=True, help="Of the page.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@no_progress_option
def export(
    file_format: str, out: Path, models: str | None, method: str, previews: bool, title: str, overwrite: bool,
    no_progress: bool,
) -> None:  # fmt: skip
    """Write the library for other programs: facts, predicted genres, embeddings; or as one page to look at.

    The page needs nothing but itself, so that it can lie beside a paper.
    """
    check_out(out, overwrite)
    specs = heard_specs(models)
    with staged_progress(no_progress) as progress:
        gathered = gather(Export(file_format, specs, method, previews, title), progress)
    try:
        gathered.put(out)
    except OSError as error:
        raise LibraryError(f"Cannot write {out}: {error.strerror}.") from error
    click.echo(f"{gathered.n_tracks} tracks, {', '.join(spec.key for spec in specs)}: {out}")


@command("import-vectors")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--renew", is_flag=True, help="Replace vectors that were computed with other weights.")
@no_progress_option
def import_vectors(file: Path, renew: bool, no_progress: bool) -> None:
    """Import vectors from a Parquet file that export has written, for tracks with the same sound.

    File names need not match. The file is checked first: of a bad one nothing is imported. Stop it at any
    moment: what is saved stays, and the next run continues.
    """
    with alone(lambda: click.echo("Another extraction is running: waiting for its end.")):
        with progress_bar("Checking", "track", no_progress) as bar:
            checked = importing.check_vectors(file, count_up_to(bar))
        with progress_bar("Importing", "track", no_progress) as bar:
            found = importing.import_vectors(database(), checked, renew, count_up_to(bar))
    for key, imported in found.items():
        click.echo(import_line(key, imported))
    if any(imported.n_other for imported in found.values()):
        click.echo("Tracks analyzed with other weights keep their vectors: --renew replaces them.")
    if not any(imported.n_imported + imported.n_there for imported in found.values()):
        click.echo("No track of this library has vectors of this file: run index-audio first.")


def import_line(key: str, imported: importing.ImportedVectors) -> str:
    """ "musicnn/msd (pons2019): 48 imported, 0 already there, 2 not in this library" """
    release = f" ({imported.pipeline.release})" if imported.pipeline.release else ""
    other = f", {imported.n_other} analyzed with other weights" if imported.n_other else ""
    return (
        f"{key}{release}: {imported.n_imported} imported, {imported.n_there} already there{other}, "
        f"{imported.n_absent} not in this library"
    )


def check_out(out: Path, overwrite: bool) -> None:
    if not out.parent.is_dir():
        raise LibraryError(f"There is no folder {out.parent}: make it first.")
    if out.is_dir():
        raise LibraryError(f"{out} is a folder that is there already: name another.")
    if out.exists() and not overwrite:
        raise LibraryError(f"{out} is there already: name another file, or add --overwrite.")
