"""A stamp for every model's vectors, which triggers change with them: whoever writes, in whatever program.

Random instead of counted: a number that was rolled back never comes again with other vectors behind it.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Text

revision = "0006"
down_revision = "0004"

STAMP_NEW = """INSERT INTO vector_stamps (model, dataset, stamp) VALUES (NEW.model, NEW.dataset, random())
    ON CONFLICT (model, dataset) DO UPDATE SET stamp = excluded.stamp"""
STAMP_OLD = """UPDATE vector_stamps SET stamp = random()
    WHERE model = OLD.model AND dataset = OLD.dataset"""
STAMP_TRACK = """UPDATE vector_stamps SET stamp = random()
    WHERE (model, dataset) IN (SELECT model, dataset FROM embeddings WHERE track_id IN ({ids}))"""
# What decides which tracks a map shows, and in what order.
HAS_MOVED = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in ("id", "filename", "error", "gone_at"))
TRIGGERS = (  # (name, when, what)
    ("embeddings_come", "INSERT ON embeddings", STAMP_NEW),
    ("embeddings_change", "UPDATE ON embeddings", f"{STAMP_OLD}; {STAMP_NEW}"),
    ("embeddings_go", "DELETE ON embeddings", STAMP_OLD),
    # Without foreign keys a track may find vectors waiting, or leave some behind.
    ("tracks_come", "INSERT ON tracks", STAMP_TRACK.format(ids="NEW.id")),
    ("tracks_change", f"UPDATE ON tracks WHEN {HAS_MOVED}", STAMP_TRACK.format(ids="OLD.id, NEW.id")),
    ("tracks_go", "DELETE ON tracks", STAMP_TRACK.format(ids="OLD.id")),
)


def upgrade() -> None:
    op.create_table(
        "vector_stamps",
        Column("model", Text, primary_key=True),
        Column("dataset", Text, primary_key=True),
        Column("stamp", BigInteger, nullable=False),
    )
    op.execute(
        "INSERT INTO vector_stamps SELECT model, dataset, random() FROM embeddings GROUP BY model, dataset"
    )
    for name, when, what in TRIGGERS:
        op.execute(f"CREATE TRIGGER stamp_{name} AFTER {when} BEGIN {what}; END")
