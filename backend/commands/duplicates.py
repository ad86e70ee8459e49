"""find-duplicates."""

import json

import click

from backend.commands.analysis import heard_specs, json_option, models_option
from backend.commands.edge import command, count_up_to, no_progress_option, progress_bar
from backend.context import audio_dir, database
from backend.pairs import describe_pair
from db.duplicate_search import find_pairs
from db.duplicates import list_pairs, save_pairs
from ML.text import aligned


@command("find-duplicates")
@models_option
@json_option
@no_progress_option
def find_duplicates(models: str | None, as_json: bool, no_progress: bool) -> None:
    """Find tracks that are the same recording, or likely versions of it.

    Those near in a model's space, or of the same artist and title, are compared by their sound. What is
    found waits for a person: nothing is merged or deleted, and verdicts given before stay.
    """
    specs = heard_specs(models)
    with progress_bar("Comparing", "pair", no_progress) as bar, database().read() as session:
        found = list(find_pairs(session, specs, audio_dir(), count_up_to(bar)))
    with database().write() as session:
        save_pairs(session, found)
    with database().read() as session:
        pairs = [describe_pair(shown) for shown in list_pairs(session)]
    if as_json:
        click.echo(json.dumps(pairs, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        tell(pairs)


def tell(pairs: list[dict]) -> None:
    if not pairs:
        click.echo("No duplicates and no likely versions.")
        return
    rows = [
        (pair["kind"], pair["verdict"] or "undecided", *(track["filename"] for track in pair["tracks"]))
        for pair in pairs
    ]
    click.echo("\n".join(aligned(("found", "verdict", "first", "second"), rows)))
    click.echo("Listen and decide on the app's page: ?page=duplicates")
