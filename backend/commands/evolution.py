"""artist-evolution."""

import json
from pathlib import Path

import click
import numpy as np

import config
from backend.commands.analysis import heard_specs, json_option, models_option, seed_option
from backend.commands.edge import command, no_progress_option, progress_bar
from backend.context import database
from backend.evolutions import followed
from db.embeddings import LibraryMatrix
from db.evolution import GROUPS, SpaceEvolution, load_evolution
from db.exporting import spread
from db.map_cache import MapQuery
from db.projections import get_map
from ML.errors import LibraryError
from ML.evaluation.evolution_report import Panel, evolution_json, evolution_text, plot_evolution
from ML.whole_files import put_in_place


@command("artist-evolution")
@click.argument("name")
@click.option("--with", "other", help="A second one to lay beside the first.")
@click.option(
    "--by",
    type=click.Choice(list(GROUPS)),
    default="artist",
    show_default=True,
    help="What NAME is a name of.",
)
@models_option
@seed_option
@json_option
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="Draw a figure into this file.")
@no_progress_option
def artist_evolution(
    name: str, other: str | None, by: str, models: str | None, seed: int, as_json: bool, png: Path | None,
    no_progress: bool,
) -> None:  # fmt: skip
    """Follow an artist, an album or a genre from year to year through every model's space.

    Yearly centroids, drift with its interval, spread, the tracks farthest from what came before, and a
    permutation test against shuffled years.
    """
    names = [name] if other is None else [name, other]
    found = []
    specs = heard_specs(models)
    with progress_bar("Following", "model", no_progress, len(specs)) as bar:
        for spec in specs:
            with database().read() as session:
                found.append(load_evolution(session, spec, by, names, seed))
                session.expunge_all()
            bar.update(1)
    if png:
        draw(found, png)
    publish(found, as_json, seed)


def publish(found: list[SpaceEvolution], as_json: bool, seed: int) -> None:
    if as_json:
        facts = [
            {"model": space.spec.key, "seed": seed, "typical_distance": space.typical_distance,
             "groups": [evolution_json(followed(group)) for group in space.groups]}
            for space in found
        ]  # fmt: skip
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False))
        return
    for space in found:
        click.echo(f"\n{space.spec.key} (two tracks of the library lie {space.typical_distance:.3f} apart)")
        for group in space.groups:
            click.echo(f"\n{evolution_text(followed(group))}")


def draw(found: list[SpaceEvolution], png: Path) -> None:
    panels = [panel_of(space) for space in found]
    try:
        put_in_place(png, lambda path: plot_evolution(panels, path))
    except OSError as error:
        raise LibraryError(f"Cannot write {png}: {error.strerror}.") from error


def panel_of(space: SpaceEvolution) -> Panel:
    method = config.ON_DEMAND_PROJECTION_METHODS[0]
    drawn = get_map(database(), MapQuery(space.spec, "embeddings", method, 2, config.PROJECTION_SEED))
    placed = LibraryMatrix(drawn.track_ids, drawn.coords)
    groups = [
        followed(group, spread(placed, np.array([track.id for track in group.tracks])))
        for group in space.groups
    ]
    return Panel(space.spec.key, space.typical_distance, groups, drawn.coords)
