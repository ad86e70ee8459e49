"""export."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import numpy as np

import config
from backend.commands.analysis import heard_specs, models_option
from backend.commands.edge import command, no_progress_option, progress_bar
from backend.context import audio_dir, database
from db.embeddings import LibraryMatrix
from db.exporting import load_facts, load_table, spread
from db.map_cache import MapQuery
from db.projections import get_map
from ML.errors import AudioDecodeError, LibraryError
from ML.export.map_page import PageMap, write_page
from ML.export.previews import make_preview
from ML.export.tables import TABLE_FORMATS
from ML.partial import put_in_place
from ML.projections import PROJECTIONS
from ML.spec import ModelSpec

HTML = "html"


@command("export")
@click.option(
    "--format", "file_format", type=click.Choice([*TABLE_FORMATS, HTML]), required=True,
    help="parquet and csv: one table; npy and projector: a folder; html: a page with the maps.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File or folder to write.")
@models_option
@click.option(
    "--method", type=click.Choice(config.ON_DEMAND_PROJECTION_METHODS),
    default=config.ON_DEMAND_PROJECTION_METHODS[0], show_default=True, help="Projection of the page's maps.",
)  # fmt: skip
@click.option("--previews", is_flag=True, help="Five seconds of every track in the page: 40 kB each.")
@click.option("--title", default="Melodex", show_default=True, help="Of the page.")
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
    try:
        if file_format == HTML:
            n_tracks = export_page(out, specs, method, title, previews, no_progress)
        else:
            n_tracks = export_table(out, specs, file_format)
    except OSError as error:
        raise LibraryError(f"Cannot write {out}: {error.strerror}.") from error
    click.echo(f"{n_tracks} tracks, {', '.join(spec.key for spec in specs)}: {out}")


def check_out(out: Path, overwrite: bool) -> None:
    if not out.parent.is_dir():
        raise LibraryError(f"There is no folder {out.parent}: make it first.")
    if out.is_dir():
        raise LibraryError(f"{out} is a folder that is there already: name another.")
    if out.exists() and not overwrite:
        raise LibraryError(f"{out} is there already: name another file, or add --overwrite.")


def export_table(out: Path, specs: list[ModelSpec], file_format: str) -> int:
    with database().read() as session:
        table = load_table(session, specs)
    kind = TABLE_FORMATS[file_format]
    put = put_folder if kind.is_folder else put_in_place
    put(out, lambda path: kind.write(table, path))
    return table.n_tracks


def put_folder(out: Path, write: Callable[[Path], None]) -> None:
    """A folder that has its name only when it is whole; what a killed run left is replaced."""
    unfinished = out.with_name(f"{out.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        write(unfinished)
        unfinished.rename(out)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def export_page(
    out: Path, specs: list[ModelSpec], method: str, title: str, wants_sound: bool, no_progress: bool
) -> int:
    with database().read() as session:
        facts = load_facts(session)
    sounds: list[bytes | None] = []
    with progress_bar("Drawing maps", "map", no_progress, len(specs)) as bar:
        maps = [page_map(spec, method, facts, bar) for spec in specs]
    if wants_sound:
        with progress_bar("Cutting previews", "track", no_progress, len(facts["id"])) as bar:
            sounds = list(cut_previews(facts, bar))
    put_in_place(out, lambda path: write_page(path, title, facts, maps, sounds))
    return len(facts["id"])


def page_map(spec: ModelSpec, method: str, facts: dict[str, list], bar) -> PageMap:
    drawn = get_map(database(), MapQuery(spec, "embeddings", method, 2, config.PROJECTION_SEED))
    bar.update(1)
    coords = spread(LibraryMatrix(drawn.track_ids, drawn.coords), np.array(facts["id"], dtype=np.int64))
    return PageMap(f"{spec.label} · {spec.variant_label} · {PROJECTIONS[method].label}", coords)


def cut_previews(facts: dict[str, list], bar) -> Iterator[bytes | None]:
    """None, and a line on stderr, for a file that cannot be read now."""
    for filename, duration in zip(facts["filename"], facts["duration"], strict=True):
        try:
            yield make_preview(audio_dir() / filename, duration)
        except AudioDecodeError as error:
            click.echo(f"No preview: {error}", err=True)
            yield None
        bar.update(1)
