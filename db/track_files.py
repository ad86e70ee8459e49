"""Audio files → rows of `tracks`: what a file says when it is opened, and what becomes of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.folder import FoundFile, Stamp
from db.identity import SeenFile
from db.schema import Embedding, ExtractionFailure, Track, TrackGenre
from ML.audio import probe
from ML.errors import AudioDecodeError, AudioOutOfReachError
from ML.isolation import isolated
from ML.tags import TrackTags, read_tags

READERS = 4  # threads; reading headers and packets mostly waits for the disk
TAG_FIELDS = ("title", "artist", "album", "year", "track_number", "has_cover")
FATES = ("new", "changed", "retagged", "moved", "returned", "gone", "unreadable", "unchanged", "ignored")


@dataclass(frozen=True)
class FileFacts:
    """What an audio file says when it is opened. error: why it cannot be read.

    is_out_of_reach: the reason lies outside the file, so that the next index tries again.
    """

    tags: TrackTags
    duration_seconds: float | None = None
    content_hash: str | None = None
    error: str | None = None
    is_out_of_reach: bool = False


OpenedFile = tuple[FoundFile, FileFacts]


def open_files(files: list[FoundFile]) -> Iterator[OpenedFile]:
    with ThreadPoolExecutor(READERS) as pool:
        try:
            yield from zip(files, pool.map(read_facts, files), strict=True)
        finally:
            pool.shutdown(cancel_futures=True)


def read_facts(file: FoundFile) -> FileFacts:
    try:
        audio, tags = isolated(probe, file.path), isolated(read_tags, file.path)
    except AudioDecodeError as error:
        return FileFacts(
            TrackTags(), error=str(error), is_out_of_reach=isinstance(error, AudioOutOfReachError)
        )
    return FileFacts(tags, audio.duration_seconds, audio.content_hash)


def seen(file: FoundFile, facts: FileFacts) -> SeenFile:
    return SeenFile(file.filename, facts.content_hash, file.stamp.inode, facts.is_out_of_reach)


def free_names(session: Session, matched: Mapping[str, int], wanted: Collection[str]) -> None:
    """Take away every name that a file of another track is about to get.

    Tracks that get a new name lose theirs first: two may swap them. One that is missing, and whose name now
    is that of another, keeps it with its number.
    """
    rows = {row.filename: row.id for row in session.execute(select(Track.id, Track.filename))}
    moving = {id_ for name, id_ in matched.items() if rows.get(name) != id_}
    parked = {
        rows[name]: name
        for name in wanted
        if name in rows and rows[name] not in moving and matched.get(name, rows[name]) != rows[name]
    }
    update_rows(session, ({"id": id_, "filename": f"moving {id_}"} for id_ in moving))
    update_rows(
        session, ({"id": id_, "filename": f"{name} (missing, track {id_})"} for id_, name in parked.items())
    )


def update_rows(session: Session, rows: Iterable[Mapping[str, object]]) -> None:
    """Columns of tracks, by their ids."""
    if found := list(rows):
        session.execute(update(Track), found)


def store(
    session: Session, row: Track | None, file: FoundFile, facts: FileFacts, was: str | None = None
) -> str:
    """Write what a file says into the row of its track, or into a new one. Returns its fate.

    was: the name that the track had.
    """
    track = row or Track(filename=file.filename)
    session.add(track)
    fate = fate_of(row, was or file.filename, file, facts)
    if fate == "changed":
        forget_vectors(session, track)
    write_facts(track, file, facts)
    return fate


def fate_of(track: Track | None, was: str, file: FoundFile, facts: FileFacts) -> str:
    if facts.error:
        return "unreadable"
    if track is None:
        return "new"
    # A track of the original program has no hash yet: its vectors are trusted.
    if track.content_hash and track.content_hash != facts.content_hash:
        return "changed"
    if was != file.filename:
        return "moved"
    if track.gone_at or track.error:
        return "returned"
    return "unchanged" if is_described(track, facts) else "retagged"


def is_described(track: Track, facts: FileFacts) -> bool:
    """Whether the track has all that the file says: only its stamp is another."""
    described = {name: getattr(track, name) for name in TAG_FIELDS}
    told = {name: getattr(facts.tags, name) for name in TAG_FIELDS}
    genres = tuple(each.genre for each in track.file_genres)
    return described == told and genres == facts.tags.genres and track.duration == facts.duration_seconds


def forget_vectors(session: Session, track: Track) -> None:
    session.execute(delete(Embedding).where(Embedding.track_id == track.id))
    session.execute(delete(ExtractionFailure).where(ExtractionFailure.track_id == track.id))
    track.processed_at = track.spectral_centroid = track.tempo = None


def write_facts(track: Track, file: FoundFile, facts: FileFacts) -> None:
    track.filename = file.filename
    # Without a stamp it is opened again at the next index: what is out of reach now may be in order.
    stamp = Stamp(None, None) if facts.is_out_of_reach else file.stamp
    for name, value in columns_of(stamp).items():
        setattr(track, name, value)
    track.gone_at, track.error = None, facts.error
    if facts.error:
        return  # what was known of the file stays: it may come back whole
    track.duration, track.content_hash = facts.duration_seconds, facts.content_hash
    track.file_genre = facts.tags.genre
    if tuple(each.genre for each in track.file_genres) != facts.tags.genres:
        with_position = enumerate(facts.tags.genres)
        track.file_genres = [TrackGenre(position=place, genre=genre) for place, genre in with_position]
    for name in TAG_FIELDS:
        setattr(track, name, getattr(facts.tags, name))


def columns_of(stamp: Stamp) -> dict[str, int | None]:
    return {f"file_{name}": value for name, value in stamp._asdict().items()}
