"""What is in the library: file names, genres, metadata."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response
from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.bodies import answer_json
from backend.context import database
from db import library
from db.predictions import predicted_genres

Answer = TypeVar("Answer")

blueprint = Blueprint("library", __name__)


@blueprint.get("/audios")
def audios() -> Response:
    """File names of every playable track."""
    return answer_json("audios", lambda: read(library.readable_filenames))


@blueprint.get("/tags")
def tags() -> Response:
    """Genres, sorted, each once."""
    return answer_json("tags", lambda: read(library.genres))


@blueprint.get("/tracks")
def tracks() -> Response:
    """Metadata of every track that is there, the unreadable ones with their reason."""
    return answer_json("tracks", lambda: {"tracks": read(describe_tracks)})


def read(query: Callable[[Session], Answer]) -> Answer:
    with database().read() as session:
        return query(session)


def describe_tracks(session: Session) -> list[dict[str, Any]]:
    predictions, genres = predicted_genres(session), library.file_genres(session)
    return [
        describe(track, predictions.get(track.id), genres.get(track.id))
        for track in library.described_tracks(session)
    ]


def describe(track: Row, prediction: tuple[str, float] | None, genres: list[str] | None) -> dict[str, Any]:
    """prediction: the predicted genre and the activation of its tag, None before a model predicts any.

    genres: of the file's tags, None where it has one at most.
    """
    predicted_genre, confidence = prediction or (None, None)
    return {
        "id": track.id,
        "filename": track.filename,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "year": track.year,
        "genre": track.genre or library.UNKNOWN_GENRE,
        "genres": genres or ([track.genre] if track.genre else []),
        "track_number": track.track_number,
        "duration": track.duration,
        "tempo": track.tempo or None,  # 0 BPM is no tempo
        "spectral_centroid": track.spectral_centroid,
        "has_cover": bool(track.has_cover),
        "status": "error" if track.error else "ok",
        "error": track.error,
        "predicted_genre": predicted_genre,
        "confidence": confidence,
    }
