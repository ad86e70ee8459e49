"""export."""

from pathlib import Path

import click

import config
from backend.commands.analysis import heard_specs, models_option
from backend.commands.edge import command, no_progress_option, staged_progress
from backend.exports import FORMATS, TITLE, Export, gather
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


def check_out(out: Path, overwrite: bool) -> None:
    if not out.parent.is_dir():
        raise LibraryError(f"There is no folder {out.parent}: make it first.")
    if out.is_dir():
        raise LibraryError(f"{out} is a folder that is there already: name another.")
    if out.exists() and not overwrite:
        raise LibraryError(f"{out} is there already: name another file, or add --overwrite.")
