"""Which pipeline computed each embedding.

Rows from before have one that says what is known of them. MusiCNN and VGG for MSD and MagnaTagATune had one
release, won2020. Vectors without segments are by the original program, which ran each network once over the
whole song. MERT's window and VGGish's post-processing were settings: they are not known.
"""

from alembic import op
from sqlalchemy import Boolean, Column, Integer, Text, UniqueConstraint, text

revision = "0010"
down_revision = "0009"

# (sample rate in Hz, samples of a segment, samples from one segment to the next) of every model there was.
FRAMINGS = {
    "musicnn": (16_000, 48_000, 48_000),
    "vgg": (16_000, 59_049, 59_049),
    "whisper": (16_000, 480_000, 480_000),
    "mert": (24_000, None, None),
    "vggish": (16_000, 15_600, 15_360),
    "whisper_contrastive": (16_000, 480_000, 480_000),
    "mfcc_cnn": (22_050, 655_360, 655_360),
    "acoustic": (22_050, 220_500, 220_500),
}
WON2020_PAIRS = {(model, dataset) for model in ("musicnn", "vgg") for dataset in ("msd", "mtat")}
KINDS = """SELECT DISTINCT model, dataset,
    EXISTS (SELECT 1 FROM segment_vectors WHERE embedding_id = embeddings.id) FROM embeddings"""
INSERT = text(
    "INSERT INTO pipelines (key, model, dataset, release, front_end_version, pooling_version, sample_rate,"
    " segment_samples, hop_samples, postprocess, libraries, created_at) VALUES (:key, :model, :dataset,"
    " :release, :version, :version, :sample_rate, :segment_samples, :hop_samples, :postprocess, '{}',"
    " CURRENT_TIMESTAMP)"
)
ASSIGN = """UPDATE embeddings SET pipeline_id = (
    SELECT id FROM pipelines WHERE pipelines.model = embeddings.model
    AND pipelines.dataset = embeddings.dataset AND (pipelines.release <> 'original') =
    EXISTS (SELECT 1 FROM segment_vectors WHERE embedding_id = embeddings.id))"""
CHANGE_TRIGGER = "SELECT sql FROM sqlite_master WHERE name = 'stamp_embeddings_change'"


def upgrade() -> None:
    create_pipelines()
    # No constraint by ALTER TABLE in SQLite, but a column may come with its reference.
    op.execute("ALTER TABLE embeddings ADD COLUMN pipeline_id INTEGER REFERENCES pipelines (id)")
    describe_what_is_there()
    op.drop_index("ix_embeddings_model_dataset", "embeddings")
    # All that counting needs: a row itself is mostly vectors, and its last column comes after them.
    op.create_index("ix_embeddings_pipeline", "embeddings", ["model", "dataset", "pipeline_id", "track_id"])


def create_pipelines() -> None:
    op.create_table(
        "pipelines",
        Column("id", Integer, primary_key=True),
        Column("key", Text, nullable=False),
        Column("model", Text, nullable=False),
        Column("dataset", Text, nullable=False),
        Column("release", Text, nullable=False),
        Column("weights_digest", Text),
        Column("front_end_version", Integer),
        Column("pooling_version", Integer),
        Column("sample_rate", Integer),
        Column("segment_samples", Integer),
        Column("hop_samples", Integer),
        Column("postprocess", Boolean),
        Column("libraries", Text, nullable=False),
        Column("runtime", Text),
        Column("precision", Text),
        Column("created_at", Text, nullable=False),
        UniqueConstraint("key"),
    )


def describe_what_is_there() -> None:
    connection = op.get_bind()
    for model, dataset, has_segments in connection.execute(text(KINDS)).all():
        connection.execute(INSERT, describe(model, dataset, bool(has_segments)))
    trigger = connection.execute(text(CHANGE_TRIGGER)).scalar_one()
    op.execute("DROP TRIGGER stamp_embeddings_change")  # no vector changes: maps and indexes stay valid
    op.execute(ASSIGN)
    op.execute(trigger)


def describe(model: str, dataset: str, has_segments: bool) -> dict[str, object]:
    """A row of `pipelines`."""
    release = "won2020" if (model, dataset) in WON2020_PAIRS else ""
    sample_rate, segment_samples, hop_samples = FRAMINGS.get(model, (None, None, None))
    return {
        "key": f"before 0010: {model}/{dataset} {release if has_segments else 'original'}",
        "model": model,
        "dataset": dataset,
        "release": release if has_segments else "original",
        "version": 1 if has_segments else None,
        "sample_rate": sample_rate,
        "segment_samples": segment_samples if has_segments else None,
        "hop_samples": hop_samples if has_segments else None,
        "postprocess": None if model == "vggish" or not has_segments else False,
    }
