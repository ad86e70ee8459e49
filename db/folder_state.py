"""The music folder compared with the last index: files that are new or changed, tracks without a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

import config
from db.database import Database
from db.folder import FoundFile, Stamp, list_folder
from db.identity import KnownTrack
from db.schema import Track


@dataclass(frozen=True)
class FolderState:
    """What an index would find: files it does not know, or not as they are, and tracks without their file."""

    n_files: int
    n_new: int
    n_changed: int
    n_gone: int


def compare_folder(database: Database, audio_dir: Path) -> FolderState:
    """Opens no file. Raises LibraryError when the folder is not there."""
    listing = list_folder(audio_dir, config.IGNORED_NAMES)
    with database.read() as session:
        known = {track.filename for track in read_known(session, Track.gone_at.is_(None))}
        stamps = read_stamps(session)
    with_inode = not is_renumbered(stamps, listing.files)
    n_known = sum(name in known for name in listing.files)
    n_unchanged = sum(
        name in known and stamps[name].matches(file.stamp, with_inode) for name, file in listing.files.items()
    )
    n_gone = sum(name not in listing.files and not listing.is_unseen(name) for name in known)
    return FolderState(len(listing.files), len(listing.files) - n_known, n_known - n_unchanged, n_gone)


def read_known(session: Session, *which: ColumnElement[bool]) -> list[KnownTrack]:
    query = select(Track.id, Track.filename, Track.content_hash, Track.gone_at, Track.file_inode)
    return [KnownTrack(*row) for row in session.execute(query.where(*which))]


def read_stamps(session: Session) -> dict[str, Stamp]:
    """Of each file that was there at the last index, and could be read or is damaged."""
    query = select(
        Track.filename, Track.file_size, Track.file_mtime_ns, Track.file_ctime_ns, Track.file_inode
    ).where(Track.gone_at.is_(None))
    return {name: Stamp(*stamp) for name, *stamp in session.execute(query)}


def is_renumbered(stamps: Mapping[str, Stamp], files: Mapping[str, FoundFile]) -> bool:
    """Whether no inode is known any more: a network mount gives new ones, files that swap names do not."""
    known = {stamp.inode for stamp in stamps.values()} - {None}
    return known.isdisjoint(file.stamp.inode for file in files.values())
