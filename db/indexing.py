"""Folder → `tracks`: what is new, changed, moved, gone."""

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.database import Database
from db.library import read_selected_songs
from db.schema import Embedding, ExtractionFailure, Track, now
from ML.audio import is_audio_file, probe
from ML.errors import AudioDecodeError, LibraryError
from ML.isolation import isolated
from ML.tags import TrackTags, read_tags

READERS = 4  # threads; reading headers and packets mostly waits for the disk
Stamp = tuple[int | None, int | None]
TAG_FIELDS = ("title", "artist", "album", "year", "track_number", "has_cover")


@dataclass(frozen=True)
class FoundFile:
    """An audio file as the folder shows it, before it is opened."""

    filename: str
    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class FileFacts:
    """What an audio file says when it is opened; error is set when it cannot be read."""

    tags: TrackTags
    duration_seconds: float | None = None
    content_hash: str | None = None
    error: str | None = None


@dataclass
class IndexSummary:
    """How many files met which fate, and why the unreadable ones are."""

    counts: Counter[str] = field(default_factory=Counter)
    unreadable: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        counts = [f"{self.counts[fate]} {fate}" for fate in FATES if self.counts[fate]]
        return ", ".join(counts) or "no audio files"


FATES = ("new", "changed", "retagged", "moved", "returned", "gone", "unreadable", "unchanged")


def index_library(
    database: Database, audio_dir: Path, on_progress: Callable[[int, int], None] = lambda done, total: None
) -> IndexSummary:
    """Make `tracks` say what audio_dir holds. on_progress(n_done, n_total) counts files to open.

    Nothing is ever deleted: a missing file is marked gone and keeps its embeddings for its return.
    Raises LibraryError when the folder is not there (an unplugged disk is no empty library) or the
    genre table cannot be read.
    """
    found, summary = find_files(audio_dir)
    selected_genres = read_selected_songs(audio_dir)
    known = read_stamps(database)
    to_open = [file for file in found.values() if known.get(file.filename) != (file.size, file.mtime_ns)]
    for n_done, (file, facts) in enumerate(open_files(to_open), start=1):
        with database.write() as session:
            summary.counts[register(session, file, facts, present=found.keys())] += 1
        on_progress(n_done, len(to_open))
    summary.counts["unchanged"] = len(found) - len(to_open)
    with database.write() as session:
        summary.counts["gone"] = mark_gone(session, found.keys())
        apply_genres(session.scalars(select(Track)), selected_genres)
        query = select(Track).where(Track.error.is_not(None), Track.gone_at.is_(None))
        summary.unreadable |= {track.filename: track.error or "" for track in session.scalars(query)}
    return summary


@dataclass(frozen=True)
class FolderState:
    """What an index would find: files it does not know, or not as they are, and tracks without their file."""

    n_files: int
    n_new: int
    n_changed: int
    n_gone: int


def compare_folder(database: Database, audio_dir: Path) -> FolderState:
    """Opens no file. Raises LibraryError when the folder is not there."""
    found, known = find_files(audio_dir)[0], read_stamps(database)
    n_known = sum(known.get(name) is not None for name in found)
    n_unchanged = sum(known.get(name) == (file.size, file.mtime_ns) for name, file in found.items())
    n_gone = sum(stamped is not None and name not in found for name, stamped in known.items())
    return FolderState(len(found), len(found) - n_known, n_known - n_unchanged, n_gone)


def index_file(database: Database, audio_dir: Path, filename: str) -> Track:
    """Read one file that has just come into the folder, without walking through all the others.

    Raises LibraryError when the genre table cannot be read.
    """
    path = audio_dir / filename
    status = path.stat()
    file = FoundFile(filename, path, status.st_size, status.st_mtime_ns)
    facts = read_facts(file)
    selected_genres = read_selected_songs(audio_dir)
    with database.write() as session:
        same = session.scalars(select(Track.filename).where(Track.content_hash == facts.content_hash))
        present = {name for name in same if (audio_dir / name).is_file()}
        register(session, file, facts, present)
        track = session.scalars(select(Track).where(Track.filename == filename)).one()
        apply_genres([track], selected_genres)
        session.flush()
        session.expunge(track)
    return track


def check_folder(audio_dir: Path) -> None:
    """Raises LibraryError when it is not there: an unplugged disk is no empty library."""
    if not audio_dir.is_dir():
        raise LibraryError(f"The music folder {audio_dir} is not there: create it or set MELODEX_AUDIO_DIR.")


def find_files(audio_dir: Path) -> tuple[dict[str, FoundFile], IndexSummary]:
    """Audio files below a folder by relative name, and a summary that holds those whose name is unusable."""
    check_folder(audio_dir)
    found, summary = {}, IndexSummary()
    for path in walk(audio_dir):
        filename = path.relative_to(audio_dir).as_posix()
        try:
            filename.encode("utf-8")
        except UnicodeEncodeError:
            shown = os.fsencode(filename).decode("utf-8", "backslashreplace")  # as `ls` shows it
            summary.unreadable[shown] = "The name is not valid UTF-8: rename the file."
            continue
        try:
            status = path.stat()
        except FileNotFoundError:  # deleted since the folder was read: gone, as if a moment earlier
            continue
        found[filename] = FoundFile(filename, path, status.st_size, status.st_mtime_ns)
    return found, summary


def walk(audio_dir: Path) -> Iterator[Path]:
    """Audio files in the order of their names; links that lead out of the folder are left alone."""
    root = audio_dir.resolve()
    for path in sorted(audio_dir.rglob("*")):
        if is_audio_file(path) and path.is_file() and path.resolve().is_relative_to(root):
            yield path


def read_stamps(database: Database) -> dict[str, Stamp | None]:
    """Size and time of each track's file when last read; None for a track that was gone."""
    query = select(Track.filename, Track.file_size, Track.file_mtime_ns, Track.gone_at)
    with database.read() as session:
        return {name: None if gone else (size, time) for name, size, time, gone in session.execute(query)}


def open_files(files: list[FoundFile]) -> Iterator[tuple[FoundFile, FileFacts]]:
    with ThreadPoolExecutor(READERS) as pool:
        try:
            yield from zip(files, pool.map(read_facts, files), strict=True)
        finally:
            pool.shutdown(cancel_futures=True)


def read_facts(file: FoundFile) -> FileFacts:
    try:
        audio, tags = isolated(probe, file.path), isolated(read_tags, file.path)
    except AudioDecodeError as error:
        return FileFacts(TrackTags(), error=str(error))
    return FileFacts(tags, audio.duration_seconds, audio.content_hash)


def register(session: Session, file: FoundFile, facts: FileFacts, present: Collection[str]) -> str:
    """Write what a file says into its row, or into that of the missing file it was. Returns its fate."""
    track = session.scalar(select(Track).where(Track.filename == file.filename))
    moved_from = None if track else find_moved(session, facts.content_hash, present)
    fate = fate_of(track, moved_from, facts)
    track = track or moved_from or Track(filename=file.filename)
    session.add(track)
    if fate == "changed":
        forget_vectors(session, track)
    write_facts(track, file, facts)
    return fate


def fate_of(track: Track | None, moved_from: Track | None, facts: FileFacts) -> str:
    if facts.error:
        return "unreadable"
    if moved_from:
        return "moved"
    if track is None:
        return "new"
    # A track of the original program has no hash yet: its vectors are trusted.
    if track.content_hash and track.content_hash != facts.content_hash:
        return "changed"
    return "returned" if track.gone_at or track.error else "retagged"


def find_moved(session: Session, content_hash: str | None, present: Collection[str]) -> Track | None:
    """A track with the same sound whose file is no longer where it was."""
    if content_hash is None:
        return None
    same = session.scalars(select(Track).where(Track.content_hash == content_hash))
    return next((track for track in same if track.filename not in present), None)


def forget_vectors(session: Session, track: Track) -> None:
    session.execute(delete(Embedding).where(Embedding.track_id == track.id))
    session.execute(delete(ExtractionFailure).where(ExtractionFailure.track_id == track.id))
    track.processed_at = track.spectral_centroid = track.tempo = None


def write_facts(track: Track, file: FoundFile, facts: FileFacts) -> None:
    track.filename = file.filename
    track.file_size, track.file_mtime_ns = file.size, file.mtime_ns
    track.gone_at, track.error = None, facts.error
    if facts.error:
        return  # what was known of the file stays: it may come back whole
    track.duration, track.content_hash = facts.duration_seconds, facts.content_hash
    track.file_genre = facts.tags.genre
    for name in TAG_FIELDS:
        setattr(track, name, getattr(facts.tags, name))


def mark_gone(session: Session, present: Collection[str]) -> int:
    listed = session.scalars(select(Track).where(Track.gone_at.is_(None)))
    missing = [track for track in listed if track.filename not in present]
    for track in missing:
        track.gone_at = now()
    return len(missing)


def apply_genres(tracks: Iterable[Track], selected_genres: dict[str, str]) -> None:
    """selected_songs.csv wins over the files' own tags; its names may leave out the folders."""
    for track in tracks:
        basename = track.filename.rsplit("/", 1)[-1]
        own = selected_genres.get(track.filename) or selected_genres.get(basename)
        track.genre = own or track.file_genre
