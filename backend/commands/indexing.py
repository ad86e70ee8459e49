"""index-audio."""

import click

from backend.commands.edge import command, count_up_to, no_progress_option, progress_bar
from backend.context import audio_dir, database
from db.indexing import IndexSummary, index_library


@command("index-audio")
@click.option("--retry", is_flag=True, help="Open unreadable files again, although they have not changed.")
@click.option("--accept-missing", is_flag=True, help="Mark tracks as missing even if it is most of them.")
@no_progress_option
def index_audio(retry: bool, accept_missing: bool, no_progress: bool) -> None:
    """Find the audio files in the music folder and read their tags.

    Notices new, changed, moved and missing files; nothing is deleted. When more than half of a library is
    missing at once, nothing is changed and the exit status is 1: its disk may not be connected.
    """
    with progress_bar("Indexing", "file", no_progress) as bar:
        summary = index_library(database(), audio_dir(), count_up_to(bar), accept_missing, retry)
    report(summary)


def report(summary: IndexSummary) -> None:
    for line in summary.remarks:
        click.echo(line, err=True)
    click.echo(f"Indexed {audio_dir()}: {summary}.")
