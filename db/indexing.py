"""Folder → `tracks`: what is new, changed, moved, missing."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

import config
from db.database import Database
from db.folder import FolderListing, FoundFile, Stamp, list_folder
from db.folder_state import is_renumbered, read_known, read_stamps
from db.identity import match_files
from db.label_table import LabelTable, read_genres
from db.schema import Track, now
from db.track_files import (
    FATES,
    FileFacts,
    OpenedFile,
    columns_of,
    free_names,
    open_files,
    read_facts,
    seen,
    store,
    update_rows,
)
from ML.errors import LibraryError
from ML.genres import common_spellings

LEAST_TRACKS, MISSING_SHARE = 20, 0.5  # of a library whose disk may be missing
SOME_ROWS = 5  # of a genre table are named


@dataclass
class IndexSummary:
    """How many files met which fate. unreadable: why files are no tracks to play, by name.

    left_out: why entries of the folder were not read, by name.  unmatched: rows of selected_songs.csv.
    """

    counts: Counter[str] = field(default_factory=Counter)
    unreadable: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    unmatched: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = [f"{self.counts[fate]} {fate}" for fate in FATES if self.counts[fate]]
        return ", ".join(counts) or "no audio files"

    @property
    def remarks(self) -> list[str]:
        """A line for everything that is no track, or is not used."""
        lines = [f"unreadable: {name}: {reason}" for name, reason in self.unreadable.items()]
        lines += [f"left out: {name}: {reason}" for name, reason in self.left_out.items()]
        if self.unmatched:
            some = ", ".join(self.unmatched[:SOME_ROWS]) + (", …" if self.unmatched[SOME_ROWS:] else "")
            n_rows = f"{len(self.unmatched)} row" + ("s" if self.unmatched[1:] else "")
            lines.append(f"selected_songs.csv: {n_rows} without a file: {some}")
        return lines


def index_library(
    database: Database,
    audio_dir: Path,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    accept_missing: bool = False,
    retry: bool = False,
) -> IndexSummary:
    """Make `tracks` list what audio_dir holds. on_progress(n_done, n_total) counts files to open.

    Nothing is ever deleted: a track whose file is missing is marked gone and keeps its vectors.
    retry: open unreadable files again, although they have not changed.
    Raises LibraryError when the folder is not there, when the genre table cannot be read, and, unless
    accept_missing, when more than half of a library is missing at once: perhaps its disk is.
    """
    listing, genres = list_folder(audio_dir, config.IGNORED_NAMES), read_genres(audio_dir)
    summary = Index(database, listing, retry).run(on_progress, accept_missing)
    with database.write() as session:
        summary.unmatched = apply_genres(session, genres)
        query = select(Track).where(Track.error.is_not(None), Track.gone_at.is_(None))
        summary.unreadable |= {track.filename: track.error or "" for track in session.scalars(query)}
    return summary


class Index:
    """One reading of the folder.

    Files whose track is plain are stored as they are opened, so that an index that is stopped goes on where
    it was. Those that may have changed places wait for the end: only all of them show which is which.
    """

    def __init__(self, database: Database, listing: FolderListing, retry: bool = False):
        self.database, self.listing = database, listing
        self.summary = IndexSummary(unreadable=dict(listing.unusable), left_out=dict(listing.left_out))
        with database.read() as session:
            tracks = {track.filename: track for track in read_known(session)}
            stamps = read_stamps(session)
            failed = set(session.scalars(select(Track.filename).where(Track.error.is_not(None))))
        with_inode = not is_renumbered(stamps, listing.files)
        self.unchanged = {
            name: file
            for name, file in listing.files.items()
            if name in stamps and stamps[name].matches(file.stamp, with_inode)
            if not (retry and name in failed)
        }
        self.to_open = [file for name, file in listing.files.items() if name not in self.unchanged]
        # Only older databases, and disks whose inodes have all changed, do not have these.
        self.restamped = {
            tracks[name].id: file.stamp for name, file in self.unchanged.items() if stamps[name] != file.stamp
        }
        self.n_present = sum(track.gone_at is None for track in tracks.values())
        # Those that a file may be: all but the ones that are where they were, or cannot be looked at.
        self.free = {
            name: track
            for name, track in tracks.items()
            if name not in self.unchanged and (track.gone_at or not listing.is_unseen(name))
        }
        self.sounds = {track.content_hash for track in self.free.values()}

    def run(self, on_progress: Callable[[int, int], None], accept_missing: bool) -> IndexSummary:
        """Raises LibraryError when too many tracks are missing."""
        most = self.n_present if accept_missing else most_missing(self.n_present)
        without_file = [track for name, track in self.free.items() if name not in self.listing.files]
        n_without_file = sum(track.gone_at is None for track in without_file)
        if n_without_file - len(self.to_open) > most:  # more than can have moved
            raise too_many_missing(n_without_file, self.n_present)
        waiting: list[OpenedFile] = []
        for n_done, (file, facts) in enumerate(open_files(self.to_open), start=1):
            if n_without_file <= most and self.is_plain(file, facts):
                self.store_plain(file, facts)
            else:
                waiting.append((file, facts))
            on_progress(n_done, len(self.to_open))
        with self.database.write() as session:
            self.store_matched(session, waiting)
            missing = [track.id for track in self.free.values() if track.gone_at is None]
            if len(missing) > most:
                raise too_many_missing(len(missing), self.n_present)  # which takes all of this back
            update_rows(session, ({"id": id_, "gone_at": now()} for id_ in missing))
            update_rows(session, ({"id": id_, **columns_of(at)} for id_, at in self.restamped.items()))
        counts = self.summary.counts
        counts["gone"] = len(missing)
        counts["unchanged"] += len(self.unchanged)
        counts["ignored"] = self.listing.n_ignored
        return self.summary

    def is_plain(self, file: FoundFile, facts: FileFacts) -> bool:
        """Whether no other file can be this one's track, and this one no other track."""
        track = self.free.get(file.filename)
        if track is None:
            return facts.content_hash is None or facts.content_hash not in self.sounds
        return facts.content_hash is not None and track.content_hash == facts.content_hash

    def store_plain(self, file: FoundFile, facts: FileFacts) -> None:
        with self.database.write() as session:
            row = session.scalar(select(Track).where(Track.filename == file.filename))
            self.summary.counts[store(session, row, file, facts)] += 1
        self.free.pop(file.filename, None)

    def store_matched(self, session: Session, opened: Sequence[OpenedFile]) -> None:
        """Into the track of its sound, each; the tracks that were found are no longer free."""
        names_by_id = {track.id: name for name, track in self.free.items()}
        matched = match_files([seen(*each) for each in opened], self.free.values())
        free_names(session, matched, [file.filename for file, _ in opened])
        for file, facts in opened:
            row = session.get(Track, matched.get(file.filename, -1)) or session.scalar(
                select(Track).where(Track.filename == file.filename)  # an upload of this moment
            )
            was = names_by_id.get(row.id, file.filename) if row else file.filename
            self.summary.counts[store(session, row, file, facts, was)] += 1
        for track_id in matched.values():
            del self.free[names_by_id[track_id]]


def most_missing(n_present: int) -> int:
    """How many tracks of a library may be missing at once before its disk is suspected."""
    return int(MISSING_SHARE * n_present) if n_present >= LEAST_TRACKS else n_present


def too_many_missing(n_missing: int, n_present: int) -> LibraryError:
    return LibraryError(
        f"{n_missing} of {n_present} tracks have no file, and nothing was changed: is the disk with the "
        "music connected? If the files were removed on purpose, run index-audio --accept-missing."
    )


def index_file(database: Database, audio_dir: Path, filename: str) -> Track:
    """Read one file that has just come into the folder, without walking through all the others.

    A genre table that cannot be read is left to the next index.
    """
    path = audio_dir / filename
    file = FoundFile(filename, path, Stamp.of(path.stat()))
    facts = read_facts(file)
    with database.write() as session:
        is_candidate = (Track.content_hash == facts.content_hash) | (Track.filename == filename)
        free = [
            track
            for track in read_known(session, is_candidate)
            if track.filename == filename or not may_exist(audio_dir / track.filename)
        ]
        matched = match_files([seen(file, facts)], free)
        free_names(session, matched, [filename])
        row = session.get(Track, matched.get(filename, -1))
        store(session, row, file, facts)
        session.flush()
        with suppress(LibraryError):
            apply_genres(session, read_genres(audio_dir))
        track = session.scalars(select(Track).where(Track.filename == filename)).one()
        session.refresh(track)
        session.expunge(track)
    return track


def may_exist(path: Path) -> bool:
    """Whether a file is there, or cannot be looked for."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def apply_genres(session: Session, table: LabelTable) -> list[str]:
    """selected_songs.csv wins over the files' own tags. Returns its rows without a file.

    Spellings of one genre are shown as the table has it, else as most files do.
    """
    query = select(Track.id, Track.filename, Track.genre, Track.file_genre).where(Track.gone_at.is_(None))
    rows = session.execute(query).all()
    own = table.match(row.filename for row in rows)
    genres = {row.id: own.labels.get(row.filename) or row.file_genre for row in rows}
    preferred = common_spellings(Counter(own.labels.values()))
    spellings = common_spellings(Counter(filter(None, genres.values())), preferred.values())
    shown = {id_: spellings[genre] if genre else None for id_, genre in genres.items()}
    changed = [{"id": row.id, "genre": shown[row.id]} for row in rows if row.genre != shown[row.id]]
    update_rows(session, changed)
    return own.unmatched
