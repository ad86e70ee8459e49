"""What must be true of a database whatever has happened to the processes that wrote it."""

import sqlite3
from pathlib import Path

ROWS = """
SELECT filename, model, dataset, embedding_data, taggram_data, embedding_shape, taggram_shape,
       starts_data, embeddings_data, taggrams_data
FROM tracks JOIN embeddings ON track_id = tracks.id LEFT JOIN segment_vectors ON embedding_id = embeddings.id
ORDER BY filename, model, dataset
"""
WITHOUT_SEGMENTS = "SELECT id FROM embeddings WHERE id NOT IN (SELECT embedding_id FROM segment_vectors)"
HALF_ROWS = """
SELECT id FROM embeddings WHERE embedding_data IS NULL OR taggram_data IS NULL
UNION ALL SELECT id FROM tracks WHERE error IS NULL AND (content_hash IS NULL OR file_size IS NULL)
"""


def query(path: Path, sql: str) -> list[tuple]:
    connection = sqlite3.connect(path, timeout=60)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def assert_intact(path: Path) -> None:
    """A database of any schema."""
    assert query(path, "PRAGMA integrity_check") == [("ok",)]
    assert query(path, "PRAGMA foreign_key_check") == []


def assert_sound(path: Path) -> None:
    """One of the newest schema that only this program has written: no half rows either."""
    assert_intact(path)
    assert query(path, WITHOUT_SEGMENTS) == []
    assert query(path, HALF_ROWS) == []
