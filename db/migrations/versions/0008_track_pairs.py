"""Pairs of tracks that may be the same recording, and what a person says of them."""

from alembic import op
from sqlalchemy import Column, Float, ForeignKey, Integer, Text, UniqueConstraint

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "track_pairs",
        Column("id", Integer, primary_key=True),
        Column("first_id", Integer, ForeignKey("tracks.id", ondelete="CASCADE"), nullable=False),
        Column("second_id", Integer, ForeignKey("tracks.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("kind", Text, nullable=False),
        Column("closeness", Float),
        Column("bit_error_rate", Float),
        Column("offset_seconds", Float),
        Column("verdict", Text),
        Column("decided_at", Text),
        UniqueConstraint("first_id", "second_id"),
    )
