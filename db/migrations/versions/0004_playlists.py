"""Playlists."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, Text

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "playlists",
        Column("id", Integer, primary_key=True),
        Column("name", Text, nullable=False),
        Column("created_at", Text, nullable=False),
    )
    op.create_table(
        "playlist_tracks",
        Column("playlist_id", Integer, ForeignKey("playlists.id", ondelete="CASCADE"), primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("track_id", Integer, ForeignKey("tracks.id", ondelete="CASCADE"), nullable=False, index=True),
    )
