"""prepare."""

import click

from backend.commands.database import init_db
from backend.commands.demo import make_demo_library
from backend.commands.edge import command, no_progress_option
from backend.commands.extraction import preprocess_all
from backend.commands.indexing import index_audio
from backend.commands.weights import RECOMMENDED, download, has_recommended


@command("prepare")
@no_progress_option
@click.pass_context
def prepare(context: click.Context, no_progress: bool) -> None:
    """Prepare the first map: database, music, index, weights, vectors and maps, in one process.

    Runs init-db, make-demo-library (if the music folder is empty), index-audio, download-weights recommended
    (once) and preprocess-all. Weights that cannot be downloaded and tracks that cannot be analyzed are listed
    on stderr; the rest is done, and the exit status is 0.
    """
    context.invoke(init_db)
    context.invoke(make_demo_library, if_empty=True, no_progress=no_progress)
    context.invoke(index_audio, no_progress=no_progress)
    if not has_recommended():
        attempt(context, download, models=(RECOMMENDED,), no_progress=no_progress)
    if not attempt(context, preprocess_all, no_progress=no_progress):
        click.echo("Some tracks could not be analyzed (see above); the others are on the map.", err=True)


def attempt(context: click.Context, command: click.Command, **options: object) -> bool:
    """Whether the command did all that was wanted; if not, it has said why."""
    try:
        context.invoke(command, **options)
    except click.ClickException as error:
        error.show()
        return False
    return True
