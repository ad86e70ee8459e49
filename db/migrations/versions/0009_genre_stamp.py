"""A stamp for the genres of all tracks, which triggers change with them: as those of vectors (0006)."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer

revision = "0009"
down_revision = "0008"

STAMP = "UPDATE genre_stamp SET stamp = random()"
HAS_CHANGED = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in ("id", "genre", "gone_at"))
TRIGGERS = (  # (name, when)
    ("come", "INSERT ON tracks"),
    ("change", f"UPDATE ON tracks WHEN {HAS_CHANGED}"),
    ("go", "DELETE ON tracks"),
)


def upgrade() -> None:
    op.create_table(
        "genre_stamp",
        Column("id", Integer, primary_key=True),
        Column("stamp", BigInteger, nullable=False),
    )
    op.execute("INSERT INTO genre_stamp VALUES (1, random())")
    for name, when in TRIGGERS:
        op.execute(f"CREATE TRIGGER stamp_genres_{name} AFTER {when} BEGIN {STAMP}; END")
