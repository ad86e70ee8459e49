"""What the library knows of a file, segment vectors, failures and cached maps."""

from alembic import op
from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, LargeBinary, Text, inspect

revision = "0002"
down_revision = "0001"

TRACK_COLUMNS = (
    ("spectral_centroid", Float),  # the original added these two later: some of its databases have them
    ("tempo", Float),
    ("title", Text),
    ("artist", Text),
    ("album", Text),
    ("year", Integer),
    ("track_number", Integer),
    ("file_genre", Text),
    ("genre", Text),
    ("has_cover", Boolean),
    ("file_size", Integer),
    ("file_mtime_ns", Integer),
    ("content_hash", Text),
    ("error", Text),
    ("gone_at", Text),
)


def upgrade() -> None:
    existing = {column["name"] for column in inspect(op.get_bind()).get_columns("tracks")}
    for name, kind in TRACK_COLUMNS:
        if name not in existing:
            op.add_column("tracks", Column(name, kind))
    op.create_index("ix_tracks_content_hash", "tracks", ["content_hash"])
    op.create_index("ix_embeddings_model_dataset", "embeddings", ["model", "dataset"])
    create_segment_vectors()
    create_extraction_failures()
    create_projections()


def create_segment_vectors() -> None:
    op.create_table(
        "segment_vectors",
        Column("embedding_id", Integer, ForeignKey("embeddings.id", ondelete="CASCADE"), primary_key=True),
        Column("starts_data", LargeBinary, nullable=False),
        Column("embeddings_data", LargeBinary, nullable=False),
        Column("taggrams_data", LargeBinary, nullable=False),
    )


def create_extraction_failures() -> None:
    op.create_table(
        "extraction_failures",
        Column("track_id", Integer, ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
        Column("model", Text, primary_key=True),
        Column("dataset", Text, primary_key=True),
        Column("reason", Text, nullable=False),
        Column("created_at", Text, nullable=False),
    )


def create_projections() -> None:
    op.create_table(
        "projections",
        Column("key", Text, primary_key=True),
        Column("name", Text, nullable=False, index=True),
        Column("track_ids_data", LargeBinary, nullable=False),
        Column("coords_data", LargeBinary, nullable=False),
        Column("parameters", Text, nullable=False),
        Column("note", Text),
        Column("created_at", Text, nullable=False),
    )
