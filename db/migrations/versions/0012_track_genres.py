"""All genres of a file's tags, and text in one Unicode form.

The stamps of the files are removed: the next index opens each once more, which reads genres, dates and the
true length, and costs no extraction.
"""

import unicodedata

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, Text, bindparam, column, select, table, update

revision = "0012"
down_revision = "0011"

TEXTS = ("title", "artist", "album", "file_genre", "genre")


def upgrade() -> None:
    op.create_table(
        "track_genres",
        Column("track_id", Integer, ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("genre", Text, nullable=False),
    )
    op.execute("INSERT INTO track_genres SELECT id, 0, file_genre FROM tracks WHERE file_genre IS NOT NULL")
    compose_texts()
    op.execute("UPDATE tracks SET file_mtime_ns = NULL")


def compose_texts() -> None:
    """ "é" as one letter, as files from most systems have it; macOS writes two."""
    connection = op.get_bind()
    for name in TEXTS:
        tracks = table("tracks", column("id"), column(name))
        rows = connection.execute(select(tracks.c.id, tracks.c[name]).where(tracks.c[name].is_not(None)))
        composed = [(id_, old, unicodedata.normalize("NFC", old)) for id_, old in rows]
        changed = [{"row": id_, name: new} for id_, old, new in composed if new != old]
        if changed:
            connection.execute(update(tracks).where(tracks.c.id == bindparam("row")), changed)
