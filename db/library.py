"""Queries over tracks."""

from collections.abc import Sequence

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from db.schema import Base, Track, TrackGenre
from ML.errors import LibraryError

UNKNOWN_GENRE = "Unknown"
MAX_VARIABLES = 10_000  # SQLite takes 32 766 in one statement
DESCRIPTION = (
    Track.id, Track.filename, Track.title, Track.artist, Track.album, Track.year, Track.genre,
    Track.track_number, Track.duration, Track.tempo, Track.spectral_centroid, Track.has_cover, Track.error,
)  # fmt: skip
PLAYABLE = (Track.gone_at.is_(None), Track.error.is_(None))  # what maps and lists show


def present_tracks(session: Session) -> list[Track]:
    """Every track whose file is there, readable or not, in the order of their names."""
    return list(session.scalars(select(Track).where(Track.gone_at.is_(None)).order_by(Track.filename)))


def described_tracks(session: Session) -> Sequence[Row]:
    """What a person is told of every track whose file is there, by column, in the order of their names."""
    query = select(*DESCRIPTION).where(Track.gone_at.is_(None)).order_by(Track.filename)
    return session.execute(query).all()


def labelled_tracks(session: Session) -> Sequence[Row]:
    """File name, genre and artist of every playable track that has a genre, in the order of their names."""
    query = select(Track.filename, Track.genre, Track.artist).where(*PLAYABLE, Track.genre > "")
    return session.execute(query.order_by(Track.filename)).all()


def labels_by_id(session: Session) -> dict[int, tuple[str, str]]:
    """(file name, genre) of every track whose file is there; a hundred thousand take a quarter second."""
    query = select(Track.id, Track.filename, Track.genre).where(Track.gone_at.is_(None))
    return {id_: (filename, genre or UNKNOWN_GENRE) for id_, filename, genre in session.execute(query)}


def readable_filenames(session: Session) -> list[str]:
    query = select(Track.filename).where(*PLAYABLE)
    return list(session.scalars(query.order_by(Track.filename)))


def count_playable(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Track).where(*PLAYABLE)) or 0


def file_genres(session: Session) -> dict[int, list[str]]:
    """Genres in the tags of each file that has several, by id of the track, in their order."""
    query = select(TrackGenre.track_id, TrackGenre.genre).order_by(TrackGenre.track_id, TrackGenre.position)
    found: dict[int, list[str]] = {}
    for track_id, genre in session.execute(query):
        found.setdefault(track_id, []).append(genre)
    return {track_id: several for track_id, several in found.items() if len(several) > 1}


def genres(session: Session) -> list[str]:
    """Sorted, unique; a track without a genre counts as "Unknown"."""
    query = select(Track.genre).where(*PLAYABLE).distinct()
    return sorted({genre or UNKNOWN_GENRE for genre in session.scalars(query)})


def get_track(session: Session, filename: str) -> Track:
    """Raises LibraryError when no such file has been indexed, or when it is there no more."""
    name = filename.encode("utf-8", "replace").decode()  # the command line's names may be no UTF-8, ours are
    track = session.scalar(select(Track).where(Track.filename == name))
    if track is None:
        raise LibraryError(f"{filename!r} is not in the library: run index-audio, or check the name.")
    if track.gone_at:
        raise LibraryError(f"{filename!r} is gone: put it back into the music folder and run index-audio.")
    return track


def tracks_by_id(session: Session, track_ids: Sequence[int]) -> dict[int, Track]:
    """Those of the tracks that are there and can be played."""
    found: dict[int, Track] = {}
    for at in range(0, len(track_ids), MAX_VARIABLES):
        some = track_ids[at : at + MAX_VARIABLES]
        query = select(Track).where(Track.id.in_(some), *PLAYABLE)
        found |= {track.id: track for track in session.scalars(query)}
    return found


def delete_everything(session: Session) -> int:
    """Delete every record, in the order foreign keys ask for. Returns the number of tracks there were."""
    n_tracks = session.query(Track).count()
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
    return n_tracks
