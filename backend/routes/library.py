"""What is in the library: file names, genres, metadata."""

from typing import Any

from flask import Blueprint, Response, jsonify

from backend.context import database
from db import library
from db.embeddings import load_predictions
from db.schema import Track
from ML import registry

GENRE_MODEL = "mfcc_cnn"

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
    spec = registry.get(GENRE_MODEL)
    with database().read() as session:
        predictions = load_predictions(session, (spec.name, spec.variant), spec.tag_names)
        tracks = library.present_tracks(session)
        return jsonify(tracks=[describe(track, predictions.get(track.id)) for track in tracks])


def describe(track: Track, prediction: tuple[str, float] | None) -> dict[str, Any]:
    """prediction: the genre that a network heard and its probability, None before it has listened."""
    predicted_genre, confidence = prediction or (None, None)
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
        "tempo": track.tempo or None,  # 0 BPM is no tempo
        "spectral_centroid": track.spectral_centroid,
        "has_cover": bool(track.has_cover),
        "status": "error" if track.error else "ok",
        "error": track.error,
        "predicted_genre": predicted_genre,
        "confidence": confidence,
    }
