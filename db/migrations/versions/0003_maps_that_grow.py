"""Maps grow with the library. Those of the earlier shape are dropped: a cache, and drawn anew."""

from alembic import op
from sqlalchemy import Boolean, Column, Integer, LargeBinary, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.drop_table("projections")
    op.create_table(
        "projections",
        Column("id", Integer, primary_key=True),
        Column("key", Text, nullable=False, unique=True),
        Column("name", Text, nullable=False, index=True),
        Column("dimensions", Integer, nullable=False),
        Column("is_usual", Boolean, nullable=False),
        Column("code_version", Integer, nullable=False),
        Column("track_ids_data", LargeBinary, nullable=False),
        Column("stamps_data", LargeBinary, nullable=False),
        Column("coords_data", LargeBinary, nullable=False),
        Column("fitted_data", LargeBinary, nullable=False),
        Column("parameters", Text, nullable=False),
        Column("note", Text),
        Column("created_at", Text, nullable=False),
    )
