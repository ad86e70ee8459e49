"""What is killed: each scenario knows how to begin, how far it is, and what it must end with."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.codec import decode_array
from tests.conftest import REPOSITORY, flask_command
from tests.original import add_track, make_original_database
from tests.reliability import contrastive, uploading
from tests.reliability.workspace import Workspace
from tests.soundness import ROWS, assert_intact, assert_sound, query

TRACKS = (
    "SELECT filename, duration, file_size, content_hash, error, genre, gone_at FROM tracks ORDER BY filename"
)
MAPS = "SELECT name, track_ids_data, coords_data, fitted_data FROM projections ORDER BY name"
OLD_TRACKS = "SELECT id, filename, duration, processed_at FROM tracks ORDER BY id"
OLD_EMBEDDINGS = """
SELECT id, track_id, model, dataset, embedding_data, embedding_shape, taggram_data, taggram_shape
FROM embeddings ORDER BY id
"""
TABLES = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
N_ROWS = "SELECT count(*) FROM {}"
N_OLD_TRACKS = 1500


@dataclass(frozen=True)
class Scenario:
    """progress: how many of n_units are done, told while the command runs.

    state: what is to be the same as after an undisturbed run.  check: what is to be true at any moment.
    """

    name: str
    n_units: int
    prepare: Callable[[Workspace], None]
    start: Callable[[Workspace], subprocess.Popen]
    progress: Callable[[Workspace], int]
    finish: Callable[[Workspace], None]
    state: Callable[[Workspace], Any]
    check: Callable[[Workspace], None]


def rows(table: str) -> Callable[[Workspace], int]:
    """How many a table holds, 0 before there is one."""

    def count(workspace: Workspace) -> int:
        try:
            return query(workspace.database, N_ROWS.format(table))[0][0]
        except sqlite3.OperationalError:
            return 0

    return count


def command(*arguments: str) -> Callable[[Workspace], subprocess.Popen]:
    return lambda workspace: workspace.start(flask_command(*arguments))


def again(*arguments: str) -> Callable[[Workspace], None]:
    """The same command once more is all that a person has to do."""
    return lambda workspace: workspace.flask(*arguments)


def decoded(sql: str, path: Path) -> list[tuple]:
    """Rows with their arrays: batches mix tracks as they come, so a network's last bits may differ."""
    return [
        tuple(decode_array(value) if isinstance(value, bytes) else value for value in row)
        for row in query(path, sql)
    ]


def check_library(workspace: Workspace) -> None:
    if workspace.database.exists():
        assert_intact(workspace.database)
    if rows("alembic_version")(workspace):
        assert_sound(workspace.database)


INDEX = ("index-audio", "--no-progress")
EXTRACT = ("preprocess-all", "--no-progress", "--no-maps")
PROJECT = ("preprocess-all", "--no-progress", "--models", "acoustic")


def index_first(workspace: Workspace) -> None:
    workspace.flask(*INDEX)


def extract_first(workspace: Workspace) -> None:
    workspace.flask(*INDEX)
    workspace.flask(*EXTRACT, "--models", "acoustic")


# --- training ---------------------------------------------------------------------------------------------
EPOCHS = 6
TRAIN = (
    "--epochs",
    EPOCHS,
    "--patience",
    0,
    "--fixed_mfcc_length",
    32,
    "--num_workers",
    0,
    "--batch_size",
    4,
)


def train_command(workspace: Workspace) -> list[str]:
    """Onwards from the newest checkpoint; from the beginning before there is one."""
    latest = workspace.folder / "runs" / "latest"
    fresh = (
        "--data_dir",
        workspace.shelf.parent / "genres",
        "--output_dir",
        workspace.folder / "runs",
        *TRAIN,
    )
    arguments = ("--resume", latest) if latest.exists() else fresh
    return [sys.executable, str(REPOSITORY / "train.py"), *map(str, arguments)]


def train_on(workspace: Workspace) -> None:
    workspace.finish(train_command(workspace))


def history(workspace: Workspace) -> list[dict]:
    path = workspace.folder / "runs" / "latest" / "history.json"
    return json.loads(path.read_text()) if path.exists() else []


def trained(workspace: Workspace) -> Any:
    run = workspace.folder / "runs" / "latest"
    names = sorted(path.relative_to(run).as_posix() for path in run.rglob("*") if "tfevents" not in path.name)
    return history(workspace), names, (run / "classification_report.txt").read_text()


def check_training(workspace: Workspace) -> None:
    from ML.weights.store import load_file

    run = workspace.folder / "runs" / "latest"
    if run.exists():
        assert len(history(workspace)) <= EPOCHS
        assert load_file(run / "checkpoints" / "last.pth")


# --- migration --------------------------------------------------------------------------------------------
def make_old(workspace: Workspace) -> None:
    make_original_database(workspace.database, acoustic=False)
    with sqlite3.connect(workspace.database) as connection:
        for number in range(len(query(workspace.database, "SELECT id FROM tracks")), N_OLD_TRACKS):
            add_track(connection, number, acoustic=False)
    connection.close()


def has_begun(workspace: Workspace) -> int:
    """1 from when the old file is first touched, or anything is written beside it."""
    return int(len(list(workspace.folder.glob("library.db*"))) > 1)


def migrated(workspace: Workspace) -> Any:
    return [query(workspace.database, sql) for sql in (OLD_TRACKS, OLD_EMBEDDINGS, TABLES)]


def check_migration(workspace: Workspace) -> None:
    assert_intact(workspace.database)
    assert rows("tracks")(workspace) == N_OLD_TRACKS
    assert rows("embeddings")(workspace) == 2 * N_OLD_TRACKS


def nothing(workspace: Workspace) -> None:
    """The folder is empty, and that is what the command begins with."""


SCENARIOS = (
    Scenario(
        "index", 40, nothing, command(*INDEX), rows("tracks"), again(*INDEX),
        lambda workspace: query(workspace.database, TRACKS), check_library,
    ),
    Scenario(
        "extract", 80, index_first, command(*EXTRACT), rows("embeddings"), again(*EXTRACT),
        lambda workspace: decoded(ROWS, workspace.database), check_library,
    ),
    Scenario(
        "project", 8, extract_first, command(*PROJECT), rows("projections"), again(*PROJECT),
        lambda workspace: decoded(MAPS, workspace.database), check_library,
    ),
    Scenario(
        "train", EPOCHS, nothing, lambda workspace: workspace.start(train_command(workspace)),
        lambda workspace: len(history(workspace)), train_on,
        trained, check_training,
    ),
    Scenario(
        "contrast", contrastive.N_UNITS, contrastive.prepare, contrastive.start, contrastive.progress,
        contrastive.finish, contrastive.learnt, contrastive.check,
    ),
    Scenario(
        "upload", uploading.N_SENT, nothing, uploading.serve_and_send, uploading.n_received,
        uploading.send_the_rest, uploading.received, check_library,
    ),
    Scenario(
        "migrate", 2, make_old, command("init-db"), has_begun, again("init-db"), migrated, check_migration,
    ),
)  # fmt: skip
