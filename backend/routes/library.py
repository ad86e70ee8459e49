"""What is in the library: file names, genres, metadata."""

from typing import Any

from flask import Blueprint, Response, jsonify

from backend.context import database
from db import library
from db.schema import Track

blueprint = Blueprint("library", __name__)


@blueprint.get("/audios")
def audios() -> Response:
    """File names of every playable track."""
    with database().read() as session:
        return jsonify(library.readable_filenames(session))


@blueprint.get("/tags")
def tags() -> Response:
    """Genres, sorted, each once."""
    with database().read() as session:
        return jsonify(library.genres(session))


@blueprint.get("/tracks")
def tracks() -> Response:
    """Metadata of every track that is there, the unreadable ones with their reason."""
    with database().read() as session:
        return jsonify(tracks=[describe(track) for track in library.present_tracks(session)])


def describe(track: Track) -> dict[str, Any]:
    return {
        "id": track.id,
        "filename": track.filename,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "year": track.year,
        "genre": track.genre or library.UNKNOWN_GENRE,
        "track_number": track.track_number,
        "duration": track.duration,
        "has_cover": bool(track.has_cover),
        "status": "error" if track.error else "ok",
        "error": track.error,
    }
