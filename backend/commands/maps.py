"""refit."""

import click

from backend.commands.edge import command, count_up_to, no_progress_option, progress_bar
from backend.commands.extraction import models_option, wanted_specs
from backend.context import database
from backend.drawing import draw_anew, offered_maps
from db.embeddings import count_extracted
from ML.errors import MelodexError


@command("refit")
@models_option
@click.option(
    "--align/--no-align",
    default=True,
    help="Turn each map onto the one it replaces (default), or leave it as its method draws it.",
)
@no_progress_option
def refit(models: str | None, align: bool, no_progress: bool) -> None:
    """Draw the maps anew from all tracks, also from those that were only placed on them."""
    with database().read() as session:
        heard = count_extracted(session)
    specs = [spec for spec in wanted_specs(models) if heard.get((spec.name, spec.variant))]
    if not specs:
        raise MelodexError("None of these models has heard a track yet: run preprocess-all.")
    queries = offered_maps(specs)
    with progress_bar("Drawing maps", "map", no_progress, len(queries)) as bar:
        draw_anew(queries, count_up_to(bar), align)
    click.echo(f"{len(queries)} maps drawn anew.")
