"""Playlists: made, changed, deleted, exported."""

import io
from typing import Any

from flask import Blueprint, Response, jsonify, request, send_file
from sqlalchemy.orm import Session

from backend.context import database
from backend.errors import NotInLibraryError
from backend.params import parse_choice
from backend.playlist_files import FORMATS
from backend.playlist_params import parse_playlist
from backend.tracks import describe_track
from db.duplicates import duplicate_groups
from db.file_names import safe_name
from db.playlists import (
    PlaylistSummary,
    change_playlist,
    create_playlist,
    delete_playlist,
    list_playlists,
    playlist_tracks,
)
from db.schema import Playlist, Track
from ML.errors import MelodexError

blueprint = Blueprint("playlists", __name__)


@blueprint.get("/playlists")
def playlists() -> Response:
    """Every playlist with its number of tracks and their length, those changed last first."""
    with database().read() as session:
        return jsonify(playlists=[describe_summary(summary) for summary in list_playlists(session)])


@blueprint.post("/playlists")
def create() -> tuple[Response, int]:
    """Make a playlist of JSON: `name`, and `track_ids` in their order, none where they are left out."""
    change = parse_playlist()
    if change.name is None:
        raise MelodexError('A new playlist needs a "name".')
    with database().write() as session:
        playlist = create_playlist(session, change.name, change.track_ids or [])
        return jsonify(describe(session, playlist.id)), 201


@blueprint.get("/playlists/<int:playlist_id>")
def read(playlist_id: int) -> Response:
    """A playlist with its tracks; `gone` marks one whose file is not there now, `duplicate_of` one whose
    recording has come before.
    """
    with database().read() as session:
        find(session, playlist_id)
        return jsonify(describe(session, playlist_id))


@blueprint.put("/playlists/<int:playlist_id>")
def change(playlist_id: int) -> Response:
    """Rename a playlist, or give it other tracks or another order: `name`, `track_ids` or both as JSON."""
    change = parse_playlist()
    with database().write() as session:
        change_playlist(session, find(session, playlist_id), change.name, change.track_ids)
        return jsonify(describe(session, playlist_id))


@blueprint.delete("/playlists/<int:playlist_id>")
def delete(playlist_id: int) -> Response:
    """Delete a playlist; its tracks stay in the library."""
    with database().write() as session:
        delete_playlist(session, find(session, playlist_id))
    return jsonify(success=True)


@blueprint.get("/playlists/<int:playlist_id>/export")
def export(playlist_id: int) -> Response:
    """A playlist as a file. Parameter: format, `m3u8` (with paths from the music folder), `csv` or `json`."""
    name = parse_choice(request.args, "format")
    with database().read() as session:
        playlist = find(session, playlist_id)
        text = FORMATS[name].write(playlist.name, playlist_tracks(session, playlist_id))
        download_name = f"{safe_name(playlist.name)}.{name}"
    return send_file(
        io.BytesIO(text.encode()), FORMATS[name].mime_type, as_attachment=True, download_name=download_name
    )


def find(session: Session, playlist_id: int) -> Playlist:
    playlist = session.get(Playlist, playlist_id) if playlist_id < 2**63 else None
    if playlist is None:
        raise NotInLibraryError(f"There is no playlist {playlist_id}: GET /playlists lists those there are.")
    return playlist


def describe(session: Session, playlist_id: int) -> dict[str, Any]:
    (summary,) = list_playlists(session, playlist_id)
    tracks = playlist_tracks(session, playlist_id)
    repeats = repeated(tracks, duplicate_groups(session))
    rows = [describe_entry(track) | {"duplicate_of": of} for track, of in zip(tracks, repeats, strict=True)]
    return describe_summary(summary) | {"tracks": rows}


def repeated(tracks: list[Track], groups: dict[int, int]) -> list[str | None]:
    """For each the file name of an earlier one with the same recording; groups: see duplicate_groups."""
    first: dict[int, str] = {}
    names = [first.setdefault(groups.get(track.id, track.id), track.filename) for track in tracks]
    return [None if name == track.filename else name for name, track in zip(names, tracks, strict=True)]


def describe_summary(summary: PlaylistSummary) -> dict[str, Any]:
    playlist = summary.playlist
    return {
        "id": playlist.id,
        "name": playlist.name,
        "n_tracks": summary.n_tracks,
        "duration": summary.duration,
        "created_at": playlist.created_at,
        "updated_at": playlist.updated_at,
    }


def describe_entry(track: Track) -> dict[str, Any]:
    return describe_track(track) | {"has_cover": bool(track.has_cover), "gone": track.gone_at is not None}
