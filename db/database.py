"""Opening the database: engine, transactions, upgrades."""

import sqlite3
from contextlib import AbstractContextManager, closing
from pathlib import Path
from threading import Lock

from filelock import FileLock
from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from db.backup import back_up
from db.schema import Base
from ML.errors import LibraryError

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_SECONDS = 60  # how long a writer waits for another before "database is locked"


class Database:
    """An open database, migrated to the newest schema.

    `read()` and `write()` are transactions: committed at the end of the block, rolled back by an error.
    """

    def __init__(self, path: Path):
        self.path = path
        self.engine = open_engine(path)
        self._readers = sessionmaker(self.engine)
        self._writers = sessionmaker(self.engine.execution_options(begin="BEGIN IMMEDIATE"))
        self._watcher = Watcher(path)

    def read(self) -> AbstractContextManager[Session]:
        return self._readers.begin()

    def write(self) -> AbstractContextManager[Session]:
        """Takes the write lock at once, so that what is read inside is still true when it is written."""
        return self._writers.begin()

    def version(self) -> int:
        """Another number whenever anybody, in any process, has committed something since. Takes no time.

        Ask before reading: what was read then is at least as new as the number says.
        """
        return self._watcher.version()

    def lock(self, purpose: str) -> FileLock:
        """A lock between threads and processes that work on this database."""
        return FileLock(f"{self.path}.{purpose}.lock")

    def close(self) -> None:
        self._watcher.close()
        self.engine.dispose()


class Watcher:
    """A connection that never writes: to it SQLite counts the commits of all the others."""

    def __init__(self, path: Path):
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock()

    def version(self) -> int:
        with self._lock:
            if self._connection is None:
                self._connection = sqlite3.connect(self.path, check_same_thread=False)
            return self._connection.execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def open_database(path: Path) -> Database:
    """Open, create or upgrade. Raises LibraryError when the file cannot be used as a database."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = Database(path)
        # One at a time: SQLite lets nobody wait for the switch to WAL, it answers "database is locked".
        with database.lock("migration"):
            migrate(database)
    except (DatabaseError, OSError) as error:
        reason = error.orig if isinstance(error, DatabaseError) else error.strerror
        raise LibraryError(
            f"Cannot use {path} as a database: {reason}. Move it away or set "
            "MELODEX_DATABASE_PATH to another file."
        ) from error
    return database


def migrate(database: Database) -> None:
    """Bring the schema up to date, after a backup of what there was.

    Raises LibraryError for one of a later Melodex, and when there is no room for the backup.
    """
    version, newest = schema_version(database.engine), newest_version()
    if version is not None and version > newest:
        raise LibraryError(
            f"{database.path} was made by a newer Melodex (schema {version}, this one knows {newest}): "
            "use that one, or set MELODEX_DATABASE_PATH to another file."
        )
    if version != newest:
        if inspect(database.engine).has_table("tracks"):
            back_up(database.path, backup_path(database.path, version))
        upgrade(database.engine)


def backup_path(path: Path, version: str | None) -> Path:
    """Where a database of an older schema is kept when it is upgraded."""
    return path.with_name(f"{path.name}.schema-{version or 'original'}.backup")


def open_engine(path: Path) -> Engine:
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", prepare_connection)
    event.listen(engine, "begin", begin_transaction)
    return engine


def prepare_connection(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own implicit BEGIN leaves out DDL and reads: transactions begin in begin_transaction.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "PRAGMA synchronous = NORMAL"
    )  # safe with WAL: a power cut loses at most the last commits


def begin_transaction(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def newest_version() -> str:
    """Revision of the last migration: the number its file name starts with."""
    return max(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("0*.py"))


def schema_version(engine: Engine) -> str | None:
    """The revision a database is at; None for a new one and for one the original program made."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def older_schema(path: Path) -> str | None:
    """The schema of a file that opening would upgrade, None for one of today. Changes nothing."""
    # A file without a log is read as it lies, since even a reader would make a log beside it.
    mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            if "alembic_version" not in tables:
                return "original"
            ((version,),) = connection.execute("SELECT version_num FROM alembic_version")
    except sqlite3.DatabaseError:  # opening it says what is wrong
        return None
    return version if version < newest_version() else None


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration that is missing, in one transaction."""
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)


def faults(database: Database) -> list[str]:
    """What SQLite finds damaged, and rows that point nowhere. Reads the whole file."""
    with database.read() as session:
        found = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check"))]
        orphans = session.execute(text("PRAGMA foreign_key_check")).all()
    return [fault for fault in found if fault != "ok"] + [f"{row[0]} without its {row[2]}" for row in orphans]


def drop_tables(database: Database) -> None:
    with database.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
