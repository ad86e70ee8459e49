"""init-db and clean-db."""

import click
from flask import current_app

from backend.commands.edge import command
from backend.context import database, derived
from db.database import drop_tables
from db.evaluations import Evaluations
from db.kept_exports import KeptExports
from db.library import delete_everything


@command("init-db")
def init_db() -> None:
    """Create the database, or bring an older one up to date. Safe to run again."""
    database()
    click.echo(f"Database ready: {current_app.config['DATABASE_PATH']}")


@command("clean-db")
@click.option("--drop-tables", "drop", is_flag=True, help="Drop the tables too; init-db makes them again.")
def clean_db(drop: bool) -> None:
    """Delete every record: tracks, vectors, maps, playlists, evaluations. The audio files stay.

    Exports that wait in the app go, too; what commands wrote into folders of yours stays.
    """
    with database().write() as session:
        n_tracks = delete_everything(session)
    for kept in (derived(), Evaluations(database()), KeptExports(database())):
        kept.clear()
    if drop:
        drop_tables(database())
    click.echo(
        f"Deleted {n_tracks} tracks and everything computed from them" + (", tables too." if drop else ".")
    )
