"""Tables. The columns of the original program come first and keep their names and meaning."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, ForeignKey, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


def now() -> str:
    """The present in UTC, as text: SQLite has no time type, and the original wrote text."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


class Base(DeclarativeBase):
    metadata = MetaData()


class Track(Base):
    """A song file. filename: relative to the music folder, with forward slashes."""

    __tablename__ = "tracks"

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str] = mapped_column(unique=True)
    duration: Mapped[float | None]  # seconds
    processed_at: Mapped[str | None] = mapped_column(String)
    created_at: Mapped[str | None] = mapped_column(String, default=now)
    spectral_centroid: Mapped[float | None]  # Hz
    tempo: Mapped[float | None]  # BPM, 0 where there is no pulse

    title: Mapped[str | None]
    artist: Mapped[str | None]
    album: Mapped[str | None]
    year: Mapped[int | None]
    track_number: Mapped[int | None]
    file_genre: Mapped[str | None]  # the first of the file's own tags
    genre: Mapped[str | None]  # as shown: selected_songs.csv wins over file_genre, in its common spelling
    has_cover: Mapped[bool | None]
    file_size: Mapped[int | None]  # bytes
    file_mtime_ns: Mapped[int | None]
    file_ctime_ns: Mapped[int | None] = mapped_column(BigInteger)  # None where not known, as file_inode
    file_inode: Mapped[int | None] = mapped_column(BigInteger)
    content_hash: Mapped[str | None]  # of the sound, not of the tags
    error: Mapped[str | None]  # why the file cannot be read, None when it can
    gone_at: Mapped[str | None]  # when the file was missed, None while it is there

    embeddings: Mapped[list["Embedding"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)
    file_genres: Mapped[list["TrackGenre"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="TrackGenre.position"
    )


class TrackGenre(Base):
    """A genre in the tags of a file, as it is spelled there. The first is `tracks.file_genre`, too."""

    __tablename__ = "track_genres"

    track_id: Mapped[int] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # counted from 0
    genre: Mapped[str]


class Embedding(Base):
    """Pooled vectors of one track by one model; dataset is the model's variant."""

    __tablename__ = "embeddings"
    __table_args__ = (UniqueConstraint("track_id", "model", "dataset"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"))
    model: Mapped[str]
    dataset: Mapped[str]
    embedding_data: Mapped[bytes | None]
    embedding_shape: Mapped[str | None]
    taggram_data: Mapped[bytes | None]
    taggram_shape: Mapped[str | None]
    created_at: Mapped[str | None] = mapped_column(String, default=now)
    pipeline_id: Mapped[int | None] = mapped_column(ForeignKey("pipelines.id"))


class PipelineRecord(Base):
    """What computed vectors, see `ML.pipeline.Pipeline`. Rows never change.

    key: a hash of everything but the time.  libraries: versions by name, as JSON.
    """

    __tablename__ = "pipelines"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    model: Mapped[str]
    dataset: Mapped[str]
    release: Mapped[str]
    weights_digest: Mapped[str | None]
    front_end_version: Mapped[int | None]
    pooling_version: Mapped[int | None]
    sample_rate: Mapped[int | None]  # Hz
    segment_samples: Mapped[int | None]
    hop_samples: Mapped[int | None]
    postprocess: Mapped[bool | None]
    libraries: Mapped[str]
    runtime: Mapped[str | None]
    precision: Mapped[str | None]
    created_at: Mapped[str] = mapped_column(String, default=now)


class SegmentVectors(Base):
    """The segment vectors behind one embedding, as float16 arrays [S, D] and [S, T]; starts in seconds."""

    __tablename__ = "segment_vectors"

    embedding_id: Mapped[int] = mapped_column(
        ForeignKey("embeddings.id", ondelete="CASCADE"), primary_key=True
    )
    starts_data: Mapped[bytes]
    embeddings_data: Mapped[bytes]
    taggrams_data: Mapped[bytes]


class VectorStamp(Base):
    """Another number whenever the vectors of a model's tracks change, or which tracks there are.

    Triggers write it (migration 0006), and nobody else.
    """

    __tablename__ = "vector_stamps"

    model: Mapped[str] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(primary_key=True)
    stamp: Mapped[int] = mapped_column(BigInteger)


class GenreStamp(Base):
    """Another number whenever the genre of a track that is there changes. One row.

    Triggers write it (migration 0009), and nobody else.
    """

    __tablename__ = "genre_stamp"

    id: Mapped[int] = mapped_column(primary_key=True)
    stamp: Mapped[int] = mapped_column(BigInteger)


class ExtractionFailure(Base):
    """Why a model could not hear a track; removed by the next success."""

    __tablename__ = "extraction_failures"

    track_id: Mapped[int] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    dataset: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    created_at: Mapped[str] = mapped_column(String, default=now)


class CachedProjection(Base):
    """A map: where every track lies that was there when it was drawn, or has been placed on it since.

    key is a hash of what it shows and how it is drawn, but not of the library: the map grows with that.
    """

    __tablename__ = "projections"

    id: Mapped[int] = mapped_column(
        primary_key=True
    )  # the lowest of a dimension: what others are turned onto
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]  # e.g. embeddings_musicnn_mtat_umap_2
    dimensions: Mapped[int]
    is_usual: Mapped[bool]  # drawn with the settings' seed and default parameters
    code_version: Mapped[int]
    track_ids_data: Mapped[bytes]  # int64 [n], ascending
    stamps_data: Mapped[bytes]  # int64 [n], of the vectors they were drawn from
    coords_data: Mapped[bytes]  # float32 [n, dimensions], NaN for a vector that cannot be used
    fitted_data: Mapped[bytes]  # bool [n], False for tracks placed later
    parameters: Mapped[str]  # JSON
    note: Mapped[str | None]
    created_at: Mapped[str] = mapped_column(String, default=now)


class Playlist(Base):
    """Tracks in an order that a person chose."""

    __tablename__ = "playlists"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[str] = mapped_column(String, default=now)
    updated_at: Mapped[str] = mapped_column(String, default=now)


class PlaylistTrack(Base):
    """A place in a playlist, counted from 0. A track may stand in several."""

    __tablename__ = "playlist_tracks"

    playlist_id: Mapped[int] = mapped_column(ForeignKey("playlists.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), index=True)


class TrackPair(Base):
    """Two tracks that may be the same recording or versions of it, first_id < second_id.

    kind: what was found, see ML.duplicates.  verdict: what a person says, None before.
    """

    __tablename__ = "track_pairs"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("tracks.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    closeness: Mapped[float | None]  # distance as a share of that of two random tracks; the nearest model's
    bit_error_rate: Mapped[float | None]  # of the fingerprints; None where they were not compared
    offset_seconds: Mapped[float | None]  # where the second one starts in the first
    verdict: Mapped[str | None]
    decided_at: Mapped[str | None]
