"""extract-acoustic-features."""

import click

from backend.commands.edge import command, no_progress_option, progress_bar
from backend.context import audio_dir, database
from db.acoustics import MeasuringSummary, extract_acoustics, plan_acoustics
from ML.errors import MelodexError


@command("extract-acoustic-features")
@click.option("--force", is_flag=True, help="Hear every track anew, also those that have their features.")
@no_progress_option
def extract_features(force: bool, no_progress: bool) -> None:
    """Measure spectral centroid (Hz) and tempo (BPM) of every track that lacks them.

    What the model acoustic/librosa has heard already is used instead of decoding again. Stop it at any
    moment: the next run continues. Exit status 1 when a track could not be heard.
    """
    with database().read() as session:
        plans = plan_acoustics(session, force)
    with progress_bar("Measuring", "track", no_progress, len(plans)) as bar:
        summary = extract_acoustics(database(), audio_dir(), plans, not force, bar.update)
    report(summary)


def report(summary: MeasuringSummary) -> None:
    for filename, reason in summary.failures.items():
        click.echo(f"failed: {filename}: {reason}", err=True)
    click.echo(
        f"{summary.n_heard} tracks heard, {summary.n_reused} taken from acoustic/librosa, "
        f"{len(summary.failures)} failed."
    )
    if summary.failures:
        raise MelodexError(f"{len(summary.failures)} tracks could not be heard.")
