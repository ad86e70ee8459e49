"""Libraries without music: tracks, artists, genres and clustered vectors, for measuring at any size.

    python -m benchmarks.synthetic_library library.db --tracks 100000 --model musicnn/mtat

The vectors lie in clusters around genres and artists, in as many directions as real embeddings fill; the
names are made of invented words. The same arguments give the same library.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import insert
from tqdm import tqdm

from db.codec import encode_vector
from db.database import Database, open_database
from db.schema import Embedding, Track
from ML import registry
from ML.spec import ModelSpec

TRACKS_PER_ARTIST, TRACKS_PER_ALBUM = 24, 12
GENRES = (
    "Rock", "Electronic", "Hip-Hop", "Classical", "Jazz", "Folk", "Pop", "Metal", "Blues", "Country",
    "Ambient", "House", "Techno", "Soul", "Reggae", "Punk", "Latin", "Soundtrack", "Experimental", "Spoken",
)  # fmt: skip
SYLLABLES = [
    consonant + vowel for consonant in "bcdfglmnprstvz" for vowel in ("a", "e", "i", "o", "u", "ay", "en")
]
N_WORDS = 4000
INTRINSIC = 40  # directions that the vectors of a real model mostly fill
LEFT_OVER = 0.15  # of noise in every direction
BLOCK = 10_000  # tracks written at once


@dataclass(frozen=True)
class Shape:
    """How the vectors lie. axes: float32 [INTRINSIC, D].  artists: float32 [n_artists, INTRINSIC]."""

    axes: np.ndarray
    artists: np.ndarray
    artist_genres: np.ndarray


def make_library(path: Path, n_tracks: int, spec: ModelSpec, seed: int = 0, hidden: bool = True) -> Database:
    """A new database of n_tracks that one model has heard; its taggrams are noise."""
    database = open_database(path)
    rng = np.random.default_rng(seed)
    shape = draw_shape(rng, n_tracks // TRACKS_PER_ARTIST + 1, spec.embedding_dim)
    tracks = name_tracks(rng, n_tracks, shape)
    for start in tqdm(range(0, n_tracks, BLOCK), desc="writing", unit="block", disable=hidden, leave=False):
        numbers = np.arange(start, min(start + BLOCK, n_tracks))
        vectors = draw_vectors(rng, shape, numbers // TRACKS_PER_ARTIST)
        with database.write() as session:
            session.execute(insert(Track), [next(tracks) for _ in numbers])
            session.execute(insert(Embedding), list(embedding_rows(spec, numbers, vectors, rng)))
    return database


def draw_shape(rng: np.random.Generator, n_artists: int, width: int) -> Shape:
    genres = 2.0 * rng.standard_normal((len(GENRES), INTRINSIC))
    artist_genres = rng.integers(len(GENRES), size=n_artists)
    artists = genres[artist_genres] + rng.standard_normal((n_artists, INTRINSIC))
    axes = rng.standard_normal((INTRINSIC, width)) / np.sqrt(INTRINSIC)
    return Shape(axes.astype(np.float32), artists.astype(np.float32), artist_genres)


def draw_vectors(rng: np.random.Generator, shape: Shape, artists: np.ndarray) -> np.ndarray:
    """float32 [n, D], not negative, like what a ReLU leaves."""
    own = shape.artists[artists] + rng.standard_normal((len(artists), INTRINSIC), dtype=np.float32)
    noise = rng.standard_normal((len(artists), shape.axes.shape[1]), dtype=np.float32)
    return np.maximum(own @ shape.axes + LEFT_OVER * noise, 0.0)


def name_tracks(rng: np.random.Generator, n_tracks: int, shape: Shape) -> Iterator[dict[str, object]]:
    """Rows of `tracks`: Artist/Album (Year)/03 Title.mp3."""
    words = np.array(["".join(rng.choice(SYLLABLES, size=rng.integers(1, 4))) for _ in range(N_WORDS)])
    artist = album = ""
    year = 0
    for number in range(n_tracks):
        of_artist = number // TRACKS_PER_ARTIST
        if number % TRACKS_PER_ARTIST == 0:
            artist = f"{phrase(rng, words)} {of_artist}"
        if number % TRACKS_PER_ALBUM == 0:
            album, year = phrase(rng, words), int(rng.integers(1960, 2025))
        title, position = phrase(rng, words), number % TRACKS_PER_ALBUM + 1
        yield {
            "id": number + 1, "filename": f"{artist}/{album} ({year})/{position:02d} {title} {number}.mp3",
            "title": title, "artist": artist, "album": album, "year": year, "track_number": position,
            "genre": GENRES[shape.artist_genres[of_artist]], "duration": float(rng.integers(120, 400)),
        }  # fmt: skip


def phrase(rng: np.random.Generator, words: np.ndarray) -> str:
    """One to three words, the frequent ones more often, as in any language."""
    picks = np.minimum(rng.zipf(1.3, size=rng.integers(1, 4)), len(words)) - 1
    return " ".join(words[picks]).title()


def embedding_rows(
    spec: ModelSpec, numbers: np.ndarray, vectors: np.ndarray, rng: np.random.Generator
) -> Iterator[dict[str, object]]:
    taggrams = (
        rng.random((len(numbers), spec.taggram_dim), dtype=np.float32) if spec.tag_names else vectors[:, :4]
    )
    for number, vector, taggram in zip(numbers.tolist(), vectors, taggrams, strict=True):
        embedding_data, embedding_shape = encode_vector(vector)
        taggram_data, taggram_shape = encode_vector(taggram)
        yield {
            "track_id": number + 1, "model": spec.name, "dataset": spec.variant,
            "embedding_data": embedding_data, "embedding_shape": embedding_shape,
            "taggram_data": taggram_data, "taggram_shape": taggram_shape,
        }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, help="database to make; it must not be there")
    parser.add_argument("--tracks", type=int, default=10_000, help="how many (default: 10000)")
    parser.add_argument("--model", default="musicnn/mtat", help="whose vectors (default: musicnn/mtat)")
    parser.add_argument("--no-progress", action="store_true", help="no progress bar")
    arguments = parser.parse_args()
    if arguments.path.exists():
        parser.error(f"{arguments.path} is there: name a new file")
    (spec,) = registry.get_by_key(arguments.model)
    make_library(arguments.path, arguments.tracks, spec, hidden=arguments.no_progress).close()
    print(f"{arguments.path}: {arguments.tracks} tracks heard by {spec.key}")


if __name__ == "__main__":
    main()
