"""backup and restore."""

from pathlib import Path

import click
from flask import current_app

from backend.commands.edge import command
from backend.context import derived
from db import backup as backups
from db.database import newest_version, open_database
from ML.errors import LibraryError

FILE = click.Path(path_type=Path, dir_okay=False)


@command("backup")
@click.argument("file", type=FILE)
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there.")
def backup(file: Path, overwrite: bool) -> None:
    """Copy the database into FILE, whole and checked, also while it is in use.

    Tracks, vectors, maps and playlists; not the music, and not the list of jobs.
    """
    if file.exists() and not overwrite:
        raise LibraryError(f"{file} is there already: choose another name, or --overwrite.")
    backups.back_up(database_path(), file)
    click.echo(f"Backed up to {file} ({file.stat().st_size / 2**20:.1f} MB).")


@command("restore")
@click.argument("file", type=FILE)
def restore(file: Path) -> None:
    """Put a backup in the place of the database, and bring it up to date.

    What was there before is kept beside it. A server that is running goes on with the restored one.
    """
    kept = backups.restore(file, database_path(), newest_version())
    open_database(database_path()).close()
    derived().clear()
    click.echo(f"Restored {file}." + (f" What was there before: {kept}" if kept else ""))
    click.echo("Run index-audio: the music folder may have changed since.")


def database_path() -> Path:
    return Path(current_app.config["DATABASE_PATH"])
