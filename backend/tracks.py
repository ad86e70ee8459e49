"""The track that a request names."""

from typing import Any

from sqlalchemy.orm import Session

from backend.errors import NotInLibraryError
from db.library import get_track
from db.schema import Track
from ML.errors import LibraryError


def find_track(session: Session, filename: str) -> Track:
    """filename: as GET /audios tells it. Raises NotInLibraryError."""
    try:
        return get_track(session, filename)
    except LibraryError as error:
        raise NotInLibraryError(str(error)) from error


def describe_track(track: Track) -> dict[str, Any]:
    """What every route and command tells of a track that it lists."""
    return {
        "track_id": track.id,
        "filename": track.filename,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "duration": track.duration,
    }
