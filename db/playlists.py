"""Playlists: tracks in an order that a person chose. One that is gone keeps its place for its return."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from db.library import MAX_VARIABLES
from db.schema import Playlist, PlaylistTrack, Track, now
from ML.errors import LibraryError

MAX_TRACKS = MAX_VARIABLES  # of a playlist
MAX_PLAYLISTS = 1_000


@dataclass(frozen=True)
class PlaylistSummary:
    """A playlist and what it adds up to. duration: seconds, of the tracks whose length is known."""

    playlist: Playlist
    n_tracks: int
    duration: float


def list_playlists(session: Session, playlist_id: int | None = None) -> list[PlaylistSummary]:
    """Those of late first; with an id only that one, none where there is no such playlist."""
    query = (
        select(Playlist, func.count(Track.id), func.sum(Track.duration))
        .outerjoin(PlaylistTrack, PlaylistTrack.playlist_id == Playlist.id)
        .outerjoin(Track, Track.id == PlaylistTrack.track_id)
        .group_by(Playlist.id)
        .order_by(Playlist.updated_at.desc(), Playlist.id.desc())
    )
    if playlist_id is not None:
        query = query.where(Playlist.id == playlist_id)
    rows = session.execute(query)
    return [PlaylistSummary(playlist, n_tracks, duration or 0.0) for playlist, n_tracks, duration in rows]


def playlist_tracks(session: Session, playlist_id: int) -> list[Track]:
    """In their order, those that are gone too."""
    query = select(Track).join(PlaylistTrack, PlaylistTrack.track_id == Track.id)
    ordered = query.where(PlaylistTrack.playlist_id == playlist_id).order_by(PlaylistTrack.position)
    return list(session.scalars(ordered))


def create_playlist(session: Session, name: str, track_ids: Sequence[int]) -> Playlist:
    """Raises LibraryError for tracks that do not exist, and where there are playlists enough."""
    if session.query(Playlist).count() >= MAX_PLAYLISTS:
        raise LibraryError(f"There are {MAX_PLAYLISTS} playlists already: delete some first.")
    playlist = Playlist(name=name)
    session.add(playlist)
    session.flush()
    fill(session, playlist, track_ids)
    return playlist


def change_playlist(
    session: Session, playlist: Playlist, name: str | None, track_ids: Sequence[int] | None
) -> None:
    """None leaves what there is. Raises LibraryError for tracks that do not exist."""
    if name is not None:
        playlist.name = name
    if track_ids is not None:
        fill(session, playlist, track_ids)
    playlist.updated_at = now()


def fill(session: Session, playlist: Playlist, track_ids: Sequence[int]) -> None:
    check_tracks(session, track_ids)
    session.execute(delete(PlaylistTrack).where(PlaylistTrack.playlist_id == playlist.id))
    rows = [
        {"playlist_id": playlist.id, "position": position, "track_id": track_id}
        for position, track_id in enumerate(track_ids)
    ]
    if rows:
        session.execute(insert(PlaylistTrack), rows)


def check_tracks(session: Session, track_ids: Sequence[int]) -> None:
    unknown = set(track_ids) - set(session.scalars(select(Track.id).where(Track.id.in_(track_ids))))
    if unknown:
        shown = ", ".join(map(str, sorted(unknown)[:5]))
        raise LibraryError(f"The library has no track {shown}: GET /tracks lists those there are.")


def delete_playlist(session: Session, playlist: Playlist) -> None:
    session.execute(delete(PlaylistTrack).where(PlaylistTrack.playlist_id == playlist.id))
    session.delete(playlist)
