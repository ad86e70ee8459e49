"""index-audio."""

import click

from backend.commands.edge import command, count_up_to, no_progress_option, progress_bar
from backend.context import audio_dir, database
from db.indexing import IndexSummary, index_library


@command("index-audio")
@no_progress_option
def index_audio(no_progress: bool) -> None:
    """Find the audio files in the music folder and read their tags.

    Notices new, changed, moved and missing files; nothing is deleted.
    """
    with progress_bar("Indexing", "file", no_progress) as bar:
        summary = index_library(database(), audio_dir(), count_up_to(bar))
    report(summary)


def report(summary: IndexSummary) -> None:
    for filename, reason in summary.unreadable.items():
        click.echo(f"unreadable: {filename}: {reason}", err=True)
    click.echo(f"Indexed {audio_dir()}: {summary}.")
