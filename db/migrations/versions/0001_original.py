"""The schema of the original program. A database it made already has these tables and keeps them."""

from alembic import op
from sqlalchemy import (
    TIMESTAMP,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    inspect,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    existing = inspect(op.get_bind()).get_table_names()
    if "tracks" not in existing:
        create_tracks()
    if "embeddings" not in existing:
        create_embeddings()


def create_tracks() -> None:
    op.create_table(
        "tracks",
        Column("id", Integer, primary_key=True),
        Column("filename", Text, unique=True, nullable=False),
        Column("duration", Float),
        Column("processed_at", TIMESTAMP),
        Column("created_at", TIMESTAMP, server_default=func.current_timestamp()),
    )


def create_embeddings() -> None:
    op.create_table(
        "embeddings",
        Column("id", Integer, primary_key=True),
        Column("track_id", Integer, ForeignKey("tracks.id", ondelete="CASCADE"), nullable=False),
        Column("model", Text, nullable=False),
        Column("dataset", Text, nullable=False),
        Column("embedding_data", LargeBinary),
        Column("embedding_shape", Text),
        Column("taggram_data", LargeBinary),
        Column("taggram_shape", Text),
        Column("created_at", TIMESTAMP, server_default=func.current_timestamp()),
        UniqueConstraint("track_id", "model", "dataset"),
    )
