"""Files from elsewhere → the music folder: kept apart until they have proved to be music, moved in whole."""

import errno
import filecmp
import mimetypes
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO
from uuid import uuid4

from sqlalchemy import delete, select

from db.database import Database
from db.file_names import safe_name
from db.folder import check_folder
from db.indexing import index_file
from db.schema import Track
from ML.audio import probe
from ML.errors import AudioDecodeError, StorageError
from ML.formats import sniff_extension
from ML.isolation import isolated
from ML.whole_files import is_left_over, sync_file, sync_folder

WITHOUT_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS)  # file systems as on memory cards
OUR_NAME = re.compile(r"\.?(?P<process>\d+)-[0-9a-f]{32}\.part")  # hidden: under way between file systems


def add_upload(database: Database, audio_dir: Path, stream: IO[bytes], name: str) -> Track:
    """The track, stored and indexed, not yet heard by any model; sent again it is the one that is there.

    name: as the sender gave it; its title is kept, its path and its extension are not believed.
    Raises AudioDecodeError for what is no music, LibraryError when there is no music folder, StorageError.
    After any error the music folder is as it was.
    """
    check_folder(audio_dir)
    try:
        with quarantined(database, audio_dir, stream) as path:
            extension = check_sound(path)
            with database.lock("uploads"):
                filename, is_new = move_to_free_name(path, database, audio_dir, safe_stem(name), extension)
                with removed_on_error(audio_dir / filename if is_new else None):
                    return record(database, audio_dir, filename, is_new)
    except OSError as error:
        raise StorageError(f"{name} cannot be stored: {error.strerror}.") from error


@contextmanager
def removed_on_error(path: Path | None) -> Iterator[None]:
    """A file that is not recorded is not kept; path: None for one that was there before."""
    try:
        yield
    except BaseException:
        if path:
            path.unlink(missing_ok=True)
        raise


def record(database: Database, audio_dir: Path, filename: str, is_new: bool) -> Track:
    """Index a stored file. Raises AudioDecodeError for a new one that cannot be read again a moment later."""
    track = index_file(database, audio_dir, filename)
    if track.error and is_new:
        with database.write() as session:
            session.execute(delete(Track).where(Track.id == track.id))
        raise AudioDecodeError(track.error)
    return track


@contextmanager
def quarantined(database: Database, audio_dir: Path, stream: IO[bytes]) -> Iterator[Path]:
    """The stream as a file beside the database, on the disk; gone afterwards unless it was moved."""
    sweep_uploads(database, audio_dir)
    folder = uploads_folder(database)
    folder.mkdir(exist_ok=True)
    path = folder / f"{os.getpid()}-{uuid4().hex}.part"
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(stream, file)
            sync_file(file)
        yield path
    finally:
        path.unlink(missing_ok=True)


def uploads_folder(database: Database) -> Path:
    return database.path.with_name(f"{database.path.name}.uploads")


def sweep_uploads(database: Database, audio_dir: Path) -> None:
    """Delete what was left, in either folder, by processes that were killed."""
    for path in (*uploads_folder(database).glob("*.part"), *audio_dir.glob(".*.part")):
        ours = OUR_NAME.fullmatch(path.name)
        try:
            if ours and is_left_over(path, int(ours["process"])):
                path.unlink()
        except FileNotFoundError:  # moved in, or swept by another request
            continue


def check_sound(path: Path) -> str:
    """The extension that suits the content. Raises AudioDecodeError when nothing in it can be heard."""
    if path.stat().st_size == 0:
        raise AudioDecodeError("The file is empty (0 bytes).")
    extension = isolated(sniff_extension, path)
    try:
        isolated(probe, path)
    except AudioDecodeError as error:
        raise AudioDecodeError(str(error).replace(path.name, "this file")) from error
    return extension


def safe_stem(name: str) -> str:
    """The title in the name of a file: without its folders and its extension, safe everywhere."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    kind = mimetypes.guess_type(base)[0] or ""
    return safe_name(base.rpartition(".")[0] if kind.startswith(("audio/", "video/")) else base)


def move_to_free_name(
    path: Path, database: Database, audio_dir: Path, stem: str, extension: str
) -> tuple[str, bool]:
    """Its name in the folder, and whether it is new there.

    The name is that of a file of the same bytes, sent under this title before, or a free one: a sender that
    was cut off before the answer came can send again.
    """
    for name in possible_names(stem, extension):
        target = audio_dir / name
        if has_same_bytes(target, path):
            return name, False
        if target.exists() or is_known(database, name):
            continue
        try:
            move_in(path, target)
        except FileExistsError:  # another program has taken a name that was free a moment ago
            continue
        return name, True
    raise AssertionError("numbers do not end")


def possible_names(stem: str, extension: str) -> Iterator[str]:
    yield f"{stem}{extension}"
    yield from (f"{stem} ({number}){extension}" for number in count(2))


def has_same_bytes(target: Path, path: Path) -> bool:
    """A link is never compared with: it would tell who sends what a file outside the folder consists of."""
    is_file = target.is_file() and not target.is_symlink()
    return is_file and filecmp.cmp(target, path, shallow=False)


def is_known(database: Database, name: str) -> bool:
    """A track that is gone keeps its name for its return."""
    with database.read() as session:
        return session.scalar(select(Track.id).where(Track.filename == name)) is not None


def move_in(path: Path, target: Path) -> None:
    """In one step, also from another file system: nobody ever sees half a file under a song's name.

    Raises FileExistsError when there is one of that name.
    """
    try:
        put(path, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        hidden = target.with_name(f".{path.name}")
        try:
            shutil.copyfile(path, hidden)
            with hidden.open("rb+") as file:
                sync_file(file)
            put(hidden, target)
        finally:
            hidden.unlink(missing_ok=True)
    with removed_on_error(target):
        sync_folder(target.parent)


def put(path: Path, target: Path) -> None:
    """A second name for the file, which unlike a rename replaces nothing; the first is the caller's."""
    try:
        target.hardlink_to(path)
    except OSError as error:
        if error.errno not in WITHOUT_LINKS:
            raise
        if target.exists():
            raise FileExistsError(target) from error
        path.rename(target)
