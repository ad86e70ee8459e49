"""Playlists: tracks in an order of a person's own."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.library import get_track
from db.schema import Playlist, PlaylistTrack, Track
from ML.errors import LibraryError


@dataclass(frozen=True)
class SavedPlaylist:
    """filenames: in order; a file that is gone keeps its place, and comes back to it."""

    id: int
    name: str
    filenames: list[str]


def list_playlists(session: Session) -> list[SavedPlaylist]:
    """In the order of their names."""
    playlists = session.scalars(select(Playlist).order_by(Playlist.name, Playlist.id))
    return [
        SavedPlaylist(playlist.id, playlist.name, filenames(session, playlist.id)) for playlist in playlists
    ]


def filenames(session: Session, playlist_id: int) -> list[str]:
    query = select(Track.filename).join(PlaylistTrack, PlaylistTrack.track_id == Track.id)
    ordered = query.where(PlaylistTrack.playlist_id == playlist_id).order_by(PlaylistTrack.position)
    return list(session.scalars(ordered))


def create_playlist(session: Session, name: str, names: list[str]) -> SavedPlaylist:
    """names: of tracks, in order. Raises LibraryError for one that the library does not have."""
    session.add(playlist := Playlist(name=name))
    session.flush()
    return put_tracks(session, playlist, names)


def change_playlist(session: Session, playlist_id: int, name: str, names: list[str]) -> SavedPlaylist:
    """Another name and other tracks. Raises LibraryError where there is no such playlist or track."""
    playlist = get_playlist(session, playlist_id)
    playlist.name = name
    session.execute(delete(PlaylistTrack).where(PlaylistTrack.playlist_id == playlist_id))
    return put_tracks(session, playlist, names)


def put_tracks(session: Session, playlist: Playlist, names: list[str]) -> SavedPlaylist:
    tracks = [get_track(session, name) for name in names]
    session.add_all(
        PlaylistTrack(playlist_id=playlist.id, position=position, track_id=track.id)
        for position, track in enumerate(tracks)
    )
    return SavedPlaylist(playlist.id, playlist.name, names)


def delete_playlist(session: Session, playlist_id: int) -> None:
    """Raises LibraryError where there is no such playlist."""
    session.delete(get_playlist(session, playlist_id))


def get_playlist(session: Session, playlist_id: int) -> Playlist:
    playlist = session.get(Playlist, playlist_id)
    if playlist is None:
        raise LibraryError(f"There is no playlist {playlist_id}: GET /playlists lists what there is.")
    return playlist
