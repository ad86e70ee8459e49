"""A database as the original program made it: contract section 3, written with nothing of ours."""

import io
import sqlite3
from pathlib import Path

import numpy as np

N_TRACKS = 6
VARIANTS = {"msd": 200, "mtat": 200}  # the original's embeddings are 200 wide, whatever the variant
ACOUSTIC_COLUMNS = ("spectral_centroid", "tempo")
TABLES = """
CREATE TABLE tracks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    filename TEXT UNIQUE NOT NULL,
    duration REAL,
    processed_at TIMESTAMP,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE embeddings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    track_id INTEGER NOT NULL,
    model TEXT NOT NULL,
    dataset TEXT NOT NULL,
    embedding_data BLOB,
    embedding_shape TEXT,
    taggram_data BLOB,
    taggram_shape TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (track_id) REFERENCES tracks (id) ON DELETE CASCADE,
    UNIQUE(track_id, model, dataset)
);
"""


def original_vector(number: int, variant: str, width: int = 200) -> np.ndarray:
    """float32 [width], another for every track and variant."""
    rng = np.random.default_rng([number, len(variant)])
    return rng.standard_normal(width).astype(np.float32)


def blob(vector: np.ndarray) -> tuple[bytes, str]:
    buffer, row = io.BytesIO(), vector.reshape(1, -1)
    np.save(buffer, row, allow_pickle=False)
    return buffer.getvalue(), str(row.shape)


def make_original_database(path: Path, acoustic: bool) -> Path:
    with sqlite3.connect(path) as connection:
        connection.executescript(TABLES)
        if acoustic:
            for column in ACOUSTIC_COLUMNS:
                connection.execute(f"ALTER TABLE tracks ADD COLUMN {column} REAL")
        for number in range(N_TRACKS):
            add_track(connection, number, acoustic)
    connection.close()
    return path


def add_track(connection: sqlite3.Connection, number: int, acoustic: bool) -> None:
    cursor = connection.execute(
        "INSERT INTO tracks (filename, duration, processed_at) VALUES (?, ?, '2024-05-01 10:00:00')",
        (f"song {number:02d}.mp3", 30.0 + number),
    )
    if acoustic:
        connection.execute(
            "UPDATE tracks SET spectral_centroid = ?, tempo = ? WHERE id = ?",
            (1500.0 + number, 90.0 + number, cursor.lastrowid),
        )
    for variant, width in VARIANTS.items():
        values = (*blob(original_vector(number, variant, width)), *blob(original_vector(number, variant, 50)))
        connection.execute(
            "INSERT INTO embeddings (track_id, model, dataset, embedding_data, embedding_shape, taggram_data,"
            " taggram_shape) VALUES (?, 'musicnn', ?, ?, ?, ?, ?)",
            (cursor.lastrowid, variant, *values),
        )
