"""Extraction does what is missing, once, and no file and no model stops the rest."""

from collections import Counter
from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from sqlalchemy import func, select

from db.codec import decode_array
from db.embeddings import count_extracted, count_failed, load_matrix, load_segments
from db.indexing import index_library
from db.preprocessing import ExtractionSummary, Progress, extract, plan_extraction
from db.schema import Embedding, ExtractionFailure, SegmentVectors, Track
from ML import audio
from ML.audio import decode
from ML.devices import Workers
from ML.errors import ModelOutputError
from ML.inference import LoadedModel
from ML.registry import get
from ML.segments import SegmentOutput
from tests.sounds import noise, tone, write_sound

STREAM = audio.ResamplingStream
PAIR = ("acoustic", "librosa")


@pytest.fixture
def hear(database, music):
    """Index, then extract what is missing with these models."""

    def run(models: dict[str, LoadedModel], batch_segments: int = 2, **options) -> ExtractionSummary:
        index_library(database, music)
        with database.read() as session:
            plans = plan_extraction(session, [model.spec for model in models.values()], **options)
        for model in models.values():
            model.batch_segments = batch_segments
        return extract(database, music, plans, models)

    return run


def rows(database) -> dict[tuple[str, str], bytes]:
    """{(file name, model/variant): everything stored of it}"""
    query = (
        select(Track.filename, Embedding, SegmentVectors)
        .join(Embedding, Embedding.track_id == Track.id)
        .join(SegmentVectors, SegmentVectors.embedding_id == Embedding.id)
    )
    with database.read() as session:
        return {
            (name, f"{row.model}/{row.dataset}"): row.embedding_data + row.taggram_data
            + segments.starts_data + segments.embeddings_data + segments.taggrams_data
            for name, row, segments in session.execute(query)
        }  # fmt: skip


def test_every_song_is_decoded_once_for_all_models(hear, fake_models, decoded, songs):
    summary = hear(fake_models("musicnn", "acoustic"))
    assert (summary.n_extracted, summary.failures) == (3 * 4, {})
    assert decoded == {"a.wav": 1, "b.flac": 1, "c.ogg": 1}


def test_a_second_run_decodes_and_hears_nothing(hear, fake_models, decoded, songs):
    hear(fake_models("acoustic"))
    decoded.clear()
    models = fake_models("acoustic")
    assert hear(models).n_extracted == 0
    assert decoded == {}
    assert models["acoustic/librosa"].run.n_calls == 0


def test_a_new_model_hears_what_the_others_have_heard(hear, fake_models, songs, database):
    hear(fake_models("acoustic"))
    models = fake_models("musicnn/mtat", "acoustic")
    assert hear(models).n_extracted == 3
    assert models["acoustic/librosa"].run.n_calls == 0
    assert models["musicnn/mtat"].run.n_segments == 3
    with database.read() as session:
        assert count_extracted(session) == {("acoustic", "librosa"): 3, ("musicnn", "mtat"): 3}


def test_force_hears_everything_again_and_leaves_one_row_each(hear, fake_models, songs, database):
    hear(fake_models("acoustic"))
    before = rows(database)
    assert hear(fake_models("acoustic"), force=True).n_extracted == 3
    assert rows(database) == before
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SegmentVectors)) == 3


def test_one_track_alone(hear, fake_models, songs, database):
    assert hear(fake_models("acoustic"), filename="c.ogg").n_extracted == 1
    assert list(rows(database)) == [("c.ogg", "acoustic/librosa")]


def test_a_gone_song_is_not_wanted(hear, fake_models, songs, music):
    hear({})
    (music / "a.wav").unlink()
    assert hear(fake_models("acoustic")).n_extracted == 2


def test_stored_vectors_are_what_the_model_said(hear, fake_models, database, music):
    write_sound(
        music / "long.wav", np.concatenate([tone(level=0.2, seconds=10.0), tone(level=0.6, seconds=8.0)])
    )
    models = fake_models("acoustic")
    hear(models)
    waveform = decode(music / "long.wav")
    expected = models["acoustic/librosa"].embed(waveform.samples, waveform.sample_rate)
    with database.read() as session:
        track_id = session.scalar(select(Track.id))
        starts, embeddings, taggrams = load_segments(session, track_id, PAIR)
        pooled = load_matrix(session, PAIR, "embeddings").values[0]
        tags = load_matrix(session, PAIR, "taggrams").values[0]
        row = session.scalar(select(Embedding))
        session.expunge_all()
    assert starts.tolist() == [0.0, 10.0]
    assert (embeddings.dtype, embeddings.shape, taggrams.shape) == (np.float16, (2, 4), (2, 2))
    # Segments are stored in half precision, 5e-4 of each value. The rest has equal bits: the CountingModel
    # computes every segment by itself, whatever batch it is in.
    np.testing.assert_allclose(embeddings, expected.segment_embeddings, rtol=1e-3)
    np.testing.assert_allclose(taggrams, expected.segment_taggrams, rtol=1e-3)
    np.testing.assert_array_equal(pooled, expected.embedding)
    np.testing.assert_array_equal(tags, expected.taggram)
    # what the original program reads
    assert (row.embedding_shape, row.taggram_shape) == ("(1, 4)", "(1, 2)")
    assert decode_array(row.embedding_data).dtype == np.float32
    assert decode_array(row.embedding_data).shape == (1, 4)


def test_segments_before_extraction_are_none(hear, songs, database):
    hear({})
    with database.read() as session:
        assert load_segments(session, 1, PAIR) is None


def test_values_beyond_float16_are_kept_as_large_as_it_goes(hear, database, music):
    write_sound(music / "a.wav")
    loud = LoadedModel(
        get(*PAIR),
        lambda segments: SegmentOutput(
            np.full((len(segments), 3), 1e9, np.float32), np.ones((len(segments), 1))
        ),
    )
    hear({"acoustic/librosa": loud})
    with database.read() as session:
        _, embeddings, _ = load_segments(session, 1, PAIR)
        assert embeddings.tolist() == [[65504.0] * 3]
        assert load_matrix(session, PAIR, "embeddings").values.tolist() == [[1e9] * 3]


def test_a_bad_file_is_reported_and_the_rest_is_done(hear, fake_models, songs, music, database):
    (music / "b0.mp3").write_bytes(b"")
    summary = hear(fake_models("acoustic", "musicnn/mtat"))
    assert summary.n_extracted == 6
    assert set(summary.failures) == {("b0.mp3", "acoustic/librosa"), ("b0.mp3", "musicnn/mtat")}
    assert all("0 bytes" in reason for reason in summary.failures.values())


def test_a_file_deleted_after_indexing_is_reported(fake_models, songs, music, database):
    index_library(database, music)
    (music / "a.wav").unlink()
    models = fake_models("acoustic")
    with database.read() as session:
        plans = plan_extraction(session, [get(*PAIR)])
    summary = extract(database, music, plans, models)
    assert summary.n_extracted == 2
    assert "No such file" in summary.failures["a.wav", "acoustic/librosa"]


@pytest.mark.parametrize("batch_segments", [1, 2, 16])
def test_a_model_that_raises_on_one_song_fails_only_that_song(
    batch_segments, hear, fake_models, music, database
):
    for seed in range(5):
        write_sound(music / f"quiet {seed}.wav", noise(seed))
    write_sound(music / "quiet 2b.wav", tone(level=0.99))
    summary = hear(fake_models("acoustic", deaf_above=0.9), batch_segments)
    assert summary.n_extracted == 5
    ((filename, key), reason), *rest = summary.failures.items()
    assert (filename, key, rest) == ("quiet 2b.wav", "acoustic/librosa", [])
    assert "shape mismatch in layer 3" in reason


def test_a_model_that_answers_nan_fails_and_stores_nothing(hear, database, music):
    write_sound(music / "a.wav")
    broken = LoadedModel(
        get(*PAIR),
        lambda segments: SegmentOutput(np.full((len(segments), 3), np.nan), np.ones((len(segments), 1))),
    )
    summary = hear({"acoustic/librosa": broken})
    assert "not finite" in summary.failures["a.wav", "acoustic/librosa"]
    assert rows(database) == {}


def test_a_failure_is_remembered_until_the_next_success(hear, fake_models, music, database):
    write_sound(music / "loud.wav", tone(level=0.99))
    hear(fake_models("acoustic", deaf_above=0.9))
    with database.read() as session:
        assert count_failed(session) == {PAIR: 1}
        assert "shape mismatch" in session.scalar(select(ExtractionFailure.reason))
    hear(fake_models("acoustic", deaf_above=0.9))  # failing twice is one failure
    with database.read() as session:
        assert count_failed(session) == {PAIR: 1}
    hear(fake_models("acoustic"))
    with database.read() as session:
        assert count_failed(session) == {}
        assert count_extracted(session) == {PAIR: 1}


def test_a_failed_forced_run_keeps_the_vectors_there_were(hear, fake_models, music, database):
    write_sound(music / "loud.wav", tone(level=0.99))
    hear(fake_models("acoustic"))
    before = rows(database)
    assert hear(fake_models("acoustic", deaf_above=0.9), force=True).failures
    assert rows(database) == before


def test_stopped_anywhere_the_next_run_ends_with_the_same_rows(music, fake_models, hear, database, tmp_path):
    from db.database import open_database

    for seed in range(6):
        write_sound(music / f"{seed}.wav", noise(seed))
    hear(fake_models("acoustic", "musicnn/mtat"))
    for stop_after in (1, 2, 5, 11):
        other = open_database(tmp_path / f"stopped {stop_after}.db")
        index_library(other, music)
        models = fake_models("acoustic", "musicnn/mtat")
        specs = [model.spec for model in models.values()]

        def stop(progress: Progress, stop_after: int = stop_after) -> None:
            if progress.n_pairs_done == stop_after:
                raise KeyboardInterrupt

        with other.read() as session:
            plans = plan_extraction(session, specs)
        with pytest.raises(KeyboardInterrupt):
            extract(other, music, plans, models, on_progress=stop)
        assert len(rows(other)) == stop_after, "what was counted is stored"
        with other.read() as session:
            plans = plan_extraction(session, specs)
        assert extract(other, music, plans, models).n_extracted == 12 - stop_after
        assert rows(other) == rows(database)
        other.close()


def test_progress_counts_every_pair(database, music, songs, fake_models):
    (music / "bad.mp3").write_bytes(b"")
    index_library(database, music)
    models = fake_models("acoustic", "musicnn/mtat")
    with database.read() as session:
        plans = plan_extraction(session, [model.spec for model in models.values()])
    seen: list[Progress] = []
    extract(database, music, plans, models, on_progress=lambda progress: seen.append(replace(progress)))
    assert [progress.n_pairs_done for progress in seen] == list(range(1, 9))
    assert seen[-1] == Progress(4, 8, 4, 8, 2, seen[-1].audio_seconds, seen[-1].stage)
    # The OGG among the three songs is padded to whole frames.
    assert seen[-1].audio_seconds == pytest.approx(3 * decode(music / songs[0]).duration_seconds, rel=0.05)
    assert seen[-1].stage in models


def test_asked_to_stop_it_finishes_what_is_open_and_opens_no_more(database, music, fake_models):
    for seed in range(12):
        write_sound(music / f"{seed:02d}.wav", noise(seed))
    index_library(database, music)
    models, stop = fake_models("acoustic", "musicnn/mtat"), Event()
    with database.read() as session:
        plans = plan_extraction(session, [model.spec for model in models.values()])
    workers = Workers(n_readers=2, n_hearers=2)
    summary = extract(database, music, plans, models, workers, lambda progress: stop.set(), stop)
    stored = Counter(filename for filename, _ in rows(database))
    assert 1 <= len(stored) <= 6 and set(stored.values()) == {2}, "no track is left half done"
    assert summary.n_extracted == 2 * len(stored) and not summary.failures


@pytest.mark.parametrize("batch_segments", [2, 3, 16])
def test_batches_are_as_few_as_their_size_allows(batch_segments, hear, fake_models, music):
    for number, seconds in enumerate((1, 4, 31, 7, 95, 3)):
        write_sound(music / f"{number}.wav", noise(number, float(seconds)))
    models = fake_models("acoustic", "musicnn/mtat")
    hear(models, batch_segments)
    for model in models.values():
        assert model.run.n_calls == -(-model.run.n_segments // batch_segments)
        assert max(model.run.batch_sizes) <= batch_segments


def test_models_that_listen_alike_share_one_resampling(monkeypatch, in_process, hear, fake_models, songs):
    rates = []
    monkeypatch.setattr(audio, "ResamplingStream", lambda rate: rates.append(rate) or STREAM(rate))
    hear(fake_models("musicnn", "acoustic"))
    assert Counter(rates) == {16_000: 3, 22_050: 3}


def test_only_missing_models_need_be_loaded_for_unreadable_songs(database, music):
    (music / "bad.mp3").write_bytes(b"")
    index_library(database, music)
    with database.read() as session:
        plans = plan_extraction(session, [get(*PAIR)])
    summary = extract(database, music, plans, {})
    assert "0 bytes" in summary.failures["bad.mp3", "acoustic/librosa"]


def test_a_row_of_another_width_does_not_break_the_matrix(hear, fake_models, songs, database, caplog):
    hear(fake_models("acoustic"))
    with database.write() as session:
        first, second, _ = session.scalars(select(Embedding).order_by(Embedding.track_id))
        first.embedding_data = b"no array"
        second.taggram_data = None
    with database.read() as session:
        assert load_matrix(session, PAIR, "embeddings").values.shape == (2, 4)
        assert load_matrix(session, PAIR, "taggrams").values.shape == (2, 2)
    assert "damaged" in caplog.text


def test_an_unheard_of_error_type_is_wrapped_with_the_name_of_the_model(fake_models):
    model = fake_models("acoustic", deaf_above=0.1)["acoustic/librosa"]
    with pytest.raises(ModelOutputError, match="acoustic/librosa failed: shape mismatch"):
        model.embed(tone(), 22_050)


@pytest.mark.parametrize("force", [False, True])
def test_a_track_never_gets_the_vectors_of_a_file_that_took_its_name(
    force, hear, fake_models, database, music, songs
):
    """An extraction runs for hours: meanwhile files are renamed and indexed, and others take their names."""
    models = fake_models("acoustic")
    if force:
        hear(models)
    index_library(database, music)
    before = rows(database)
    with database.read() as session:
        plans = plan_extraction(session, [model.spec for model in models.values()], force=force)
    (music / "a.wav").rename(music / "moved.wav")
    index_library(database, music)
    write_sound(music / "a.wav", noise(80))
    summary = extract(database, music, plans, models)
    assert summary.n_extracted == 2
    ((name, _),) = summary.failures
    assert (
        name == "a.wav" and "has changed since it was indexed" in summary.failures[name, "acoustic/librosa"]
    )
    assert rows(database).get(("moved.wav", "acoustic/librosa")) == before.get(("a.wav", "acoustic/librosa"))
    assert hear(models).failures == {}, "the next run has each file's own"
    decoded_alone = {name: row for (name, _), row in rows(database).items()}
    assert hear(models, force=True).n_extracted == 4
    assert {name: row for (name, _), row in rows(database).items()} == decoded_alone
