"""What a request or a command works on: the database and the music folder of the current app."""

from pathlib import Path
from threading import Lock

from flask import current_app

from db.database import Database, open_database
from db.derived import DerivedFiles
from db.spaces import Spaces

_opening = Lock()


def database() -> Database:
    """The app's database, opened (created, upgraded) when first asked for."""
    with _opening:
        if "database" not in current_app.extensions:
            current_app.extensions["database"] = open_database(Path(current_app.config["DATABASE_PATH"]))
        return current_app.extensions["database"]


def spaces() -> Spaces:
    """The vectors that the app searches in."""
    return current_app.extensions.setdefault(
        "spaces", Spaces(database(), current_app.config["SEARCH_MEMORY_MB"] * 2**20)
    )


def derived() -> DerivedFiles:
    return DerivedFiles(database())


def audio_dir() -> Path:
    return Path(current_app.config["AUDIO_DIR"])
