"""Playlists: list, save, change, delete. A body is `{"name": "…", "tracks": ["a/song.mp3", …]}`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, Response, jsonify, request
from sqlalchemy.orm import Session

from backend.context import database
from backend.errors import NotInLibraryError
from db import playlists
from db.playlists import SavedPlaylist
from ML.errors import LibraryError, MelodexError

blueprint = Blueprint("playlists", __name__)
MAX_NAME, MAX_TRACKS = 200, 10_000
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class PlaylistBody:
    """What a person saves. tracks: file names, in order."""

    name: str
    tracks: list[str]


@blueprint.get("/playlists")
def list_all() -> Response:
    """Every saved playlist with its tracks, by name."""
    with database().read() as session:
        found = playlists.list_playlists(session)
    return jsonify(playlists=[describe(playlist) for playlist in found])


@blueprint.post("/playlists")
def create() -> tuple[Response, int]:
    """Save a playlist: JSON with name and tracks (file names, in order)."""
    body = parse_body()
    saved = write(lambda session: playlists.create_playlist(session, body.name, body.tracks))
    return jsonify(describe(saved)), 201


@blueprint.put("/playlists/<int:playlist_id>")
def change(playlist_id: int) -> Response:
    """Replace name and tracks of a playlist: JSON as for POST."""
    body = parse_body()
    saved = write(lambda session: playlists.change_playlist(session, playlist_id, body.name, body.tracks))
    return jsonify(describe(saved))


@blueprint.delete("/playlists/<int:playlist_id>")
def delete(playlist_id: int) -> Response:
    """Forget a playlist. The tracks stay."""
    write(lambda session: playlists.delete_playlist(session, playlist_id))
    return jsonify(success=True)


def write(change: Callable[[Session], Answer]) -> Answer:
    """Raises NotInLibraryError for a playlist or a track that is not there; then nothing has changed."""
    try:
        with database().write() as session:
            return change(session)
    except LibraryError as error:
        raise NotInLibraryError(str(error)) from error


def describe(playlist: SavedPlaylist) -> dict[str, object]:
    return {"id": playlist.id, "name": playlist.name, "tracks": playlist.filenames}


def parse_body() -> PlaylistBody:
    """Raises MelodexError, saying what is wrong."""
    body = request.get_json()
    name, tracks = (body.get("name"), body.get("tracks")) if isinstance(body, dict) else (None, None)
    if not isinstance(name, str) or not 0 < len(name.strip()) <= MAX_NAME:
        raise MelodexError(f"A playlist needs a name of at most {MAX_NAME} characters.")
    if not isinstance(tracks, list) or not all(isinstance(track, str) for track in tracks):
        raise MelodexError("A playlist needs tracks: a list of file names that GET /audios lists.")
    if len(tracks) > MAX_TRACKS:
        raise MelodexError(f"A playlist holds at most {MAX_TRACKS} tracks.")
    return PlaylistBody(name.strip(), tracks)
