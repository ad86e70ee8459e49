"""The track that a request names."""

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
