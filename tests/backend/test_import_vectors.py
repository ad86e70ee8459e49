"""Vectors computed on a workstation are the same on a laptop; of a bad file nothing is imported."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
from sqlalchemy import select

from db.database import open_database
from db.embeddings import SPACES, load_matrix, load_segment_matrix
from db.exporting import load_table
from db.importing import check_vectors, import_vectors
from db.indexing import index_library
from db.map_cache import MapQuery
from db.pipelines import main_pipeline
from db.preprocessing import extract, plan_extraction
from db.projections import get_map
from db.schema import Embedding, SegmentVectors
from ML.export.parquet import METADATA_KEY, write_parquet
from ML.inference import LoadedModel
from ML.pipeline import describe_spec
from ML.registry import get
from ML.segments import SegmentOutput
from tests.processes import kill_at
from tests.soundness import query
from tests.sounds import noise, write_sound

MSD = get("musicnn", "msd", "won2020")
PAIR = ("musicnn", "msd")
NAMES = ["a.wav", "b.flac", "c.ogg"]
RENAMED = {"a.wav": "x/one.wav", "b.flac": "two.flac", "c.ogg": "a three.ogg"}


def make_model(spec) -> LoadedModel:
    """Vectors of the widths of a real network, different for every segment."""

    def run(segments) -> SegmentOutput:
        level = segments.samples.std(axis=1, keepdims=True)
        waves = [np.sin(level * np.arange(1, width + 1)) for width in (spec.embedding_dim, spec.taggram_dim)]
        return SegmentOutput(*(wave.astype(np.float32) for wave in waves))

    return LoadedModel(spec, run, pipeline=describe_spec(spec, "aa" * 32, "onnxruntime", "float32"))


def analyze(database, music, *specs) -> None:
    index_library(database, music)
    with database.read() as session:
        plans = plan_extraction(session, specs)
    assert not extract(database, music, plans, {spec.key: make_model(spec) for spec in specs}).failures


@pytest.fixture
def workstation(tmp_path):
    """Three songs, analyzed by two models."""
    folder = tmp_path / "workstation"
    folder.mkdir()
    for seed, name in enumerate(NAMES):
        write_sound(folder / name, noise(seed, 7.0) * (seed + 1))
    database = open_database(tmp_path / "workstation.db")
    analyze(database, folder, MSD, get("acoustic"))
    yield database
    database.close()


@pytest.fixture
def exported(workstation, tmp_path):
    path = tmp_path / "vectors.parquet"
    write_parquet(load_table(workstation, [MSD, get("acoustic")], is_complete=True), path)
    return path


@pytest.fixture
def laptop(workstation, music, database):
    """The same songs under other names, and one more."""
    for name, other in RENAMED.items():
        (music / other).parent.mkdir(exist_ok=True)
        shutil.copy(workstation.path.parent / "workstation" / name, music / other)
    write_sound(music / "own.wav", noise(9))
    index_library(database, music)
    return database


def rows_by_sound(database) -> dict[tuple, tuple]:
    """Everything stored of each (sound, model), by column."""
    return {
        row[:3]: row[3:]
        for row in query(
            database.path,
            "SELECT content_hash, embeddings.model, embeddings.dataset, embedding_data, embedding_shape,"
            " taggram_data, taggram_shape, starts_data, embeddings_data, taggrams_data, release,"
            " weights_digest, libraries FROM embeddings JOIN tracks ON tracks.id = track_id"
            " JOIN segment_vectors ON embedding_id = embeddings.id"
            " JOIN pipelines ON pipelines.id = pipeline_id",
        )
    }


def test_a_laptop_gets_what_a_workstation_computed(laptop, workstation, exported, run):
    answer = run("import-vectors", exported, "--no-progress")
    assert answer.exit_code == 0, answer.stderr
    assert answer.stdout.splitlines() == [
        "musicnn/msd (won2020): 3 imported, 0 already there, 0 not in this library",
        "acoustic/librosa: 3 imported, 0 already there, 0 not in this library",
    ]
    assert rows_by_sound(laptop) == rows_by_sound(workstation), "float32, float16 and shapes to the bit"
    assert len(rows_by_sound(laptop)) == 6
    drawn = MapQuery(MSD, "embeddings", "pca", 2, 1)
    assert len(get_map(laptop, drawn).track_ids) == 3


def test_again_it_changes_nothing(laptop, exported, run):
    run("import-vectors", exported)
    before = query(laptop.path, "SELECT * FROM embeddings ORDER BY id")
    assert "musicnn/msd (won2020): 0 imported, 3 already there" in run("import-vectors", exported).stdout
    assert query(laptop.path, "SELECT * FROM embeddings ORDER BY id") == before


def test_imported_tracks_are_not_analyzed_again(laptop, exported, run, music):
    run("import-vectors", exported)
    model = make_model(MSD)
    with laptop.read() as session:
        plans = plan_extraction(session, [MSD], pipelines={MSD.key: model.pipeline})
    assert [plan.filename for plan in plans if plan.missing] == ["own.wav"]


def test_songs_that_the_library_lacks_are_counted(laptop, exported, run, music):
    (music / "two.flac").unlink()
    run("index-audio")
    assert "2 imported, 0 already there, 1 not in this library" in run("import-vectors", exported).stdout


def test_copies_of_a_song_all_get_its_vectors(laptop, exported, run, music):
    shutil.copy(music / "two.flac", music / "copy.flac")
    run("index-audio")
    assert "musicnn/msd (won2020): 4 imported" in run("import-vectors", exported).stdout


def test_vectors_of_other_weights_are_replaced_only_where_that_is_wanted(laptop, exported, run, music):
    pons = make_model(get("musicnn", "msd", "pons2019"))
    with laptop.read() as session:
        plans = plan_extraction(session, [pons.spec])
    extract(laptop, music, plans, {pons.spec.key: pons})
    answer = run("import-vectors", exported).stdout
    assert "0 imported, 0 already there, 3 analyzed with other weights" in answer and "--renew" in answer
    assert "musicnn/msd (won2020): 3 imported" in run("import-vectors", exported, "--renew").stdout
    with laptop.read() as session:
        assert main_pipeline(session, PAIR).pipeline.release == "won2020"
        assert len(load_matrix(session, PAIR, "embeddings").track_ids) == 3, "one pipeline, own.wav left out"


def test_a_track_not_analyzed_and_one_of_the_original_program_survive_the_way(
    workstation, laptop, run, tmp_path
):
    with workstation.write() as session:
        first, second, _ = session.scalars(select(Embedding).where(Embedding.model == "musicnn"))
        session.delete(first)
        session.delete(session.get(SegmentVectors, second.id))
    path = tmp_path / "part.parquet"
    write_parquet(load_table(workstation, [MSD], is_complete=True), path)
    assert "2 imported, 0 already there, 0 not in this library" in run("import-vectors", path).stdout
    with laptop.read() as session:
        assert [len(load_matrix(session, PAIR, space).track_ids) for space in SPACES] == [2, 2]
        assert len(load_segment_matrix(session, PAIR, "embeddings").track_ids) == 1


def test_a_large_file_is_written_and_read_in_parts(workstation, laptop, exported, monkeypatch, tmp_path):
    monkeypatch.setattr("ML.export.parquet.ROW_GROUP", 2)
    monkeypatch.setattr("ML.export.vector_file.BATCH_ROWS", 1)
    path, seen = tmp_path / "parts.parquet", []
    write_parquet(load_table(workstation, [MSD, get("acoustic")], is_complete=True), path)
    import_vectors(laptop, check_vectors(path), on_progress=lambda done, total: seen.append((done, total)))
    assert rows_by_sound(laptop) == rows_by_sound(workstation)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def change_table(path, change) -> None:
    """Write a file again after change(table); what a program makes that does not keep to the format."""
    from pyarrow import parquet

    parquet.write_table(change(parquet.read_table(path)), path)


def without_metadata(table):
    return table.replace_schema_metadata({})


def with_metadata(**changes):
    def change(table):
        facts = json.loads(table.schema.metadata[METADATA_KEY])
        key = changes.get("key", "musicnn/msd")
        facts = {key: {**facts["musicnn/msd"], **{k: v for k, v in changes.items() if k != "key"}}}
        return table.replace_schema_metadata({METADATA_KEY: json.dumps(facts)})

    return change


def with_text_metadata(table):
    return table.replace_schema_metadata({METADATA_KEY: "{"})


def without_column(name):
    return lambda table: table.drop_columns([name])


def with_vectors(width, value, name="embedding:musicnn/msd"):
    def change(table):
        import pyarrow as pa

        flat = pa.array(np.full(len(table) * width, value, np.float32))
        column = pa.FixedSizeListArray.from_arrays(flat, width)
        return table.set_column(table.schema.get_field_index(name), name, column)

    return change


BAD = {
    "no pipeline": (without_metadata, "does not say which pipeline"),
    "metadata that is no JSON": (with_text_metadata, "no JSON"),
    "an unknown model": (with_metadata(key="noise/msd", model="noise"), "Unknown model 'noise'"),
    "an unknown variant": (with_metadata(key="musicnn/x", dataset="x"), "Unknown variant"),
    "an unknown release": (with_metadata(release="new2030"), "Unknown release"),
    "the pipeline of another model": (with_metadata(model="vgg"), "vgg/msd"),
    "a pipeline of wrong types": (with_metadata(sample_rate="16 kHz"), "sample_rate"),
    "a number that no database can hold": (with_metadata(hop_samples=10**30), "hop_samples"),
    "text that no database can hold": (with_metadata(runtime="\ud800"), "runtime"),
    "widths of another release": (with_metadata(release="pons2019"), "500 numbers a vector instead of 200"),
    "no content hash": (without_column("content_hash"), "no column content_hash"),
    "no segments": (without_column("segment_starts:musicnn/msd"), "no column segment_starts"),
    "wrong widths": (with_vectors(7, 1.0), "7 numbers a vector instead of 500"),
    "NaN": (with_vectors(500, np.nan), "no finite numbers"),
    "infinity": (with_vectors(50, np.inf, "taggram:musicnn/msd"), "no finite numbers"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_line(name, laptop, exported, run):
    change, reason = BAD[name]
    change_table(exported, change)
    refused(run, laptop, exported, reason)


def refused(run, laptop, path, reason) -> None:
    answer = run("import-vectors", path, "--no-progress")
    assert (answer.exit_code, answer.stdout) == (1, "")
    (line,) = answer.stderr.splitlines()
    assert line.startswith(f"Error: Cannot import {path}: ") and reason in line
    assert query(laptop.path, "SELECT count(*) FROM embeddings") == [(0,)]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_file_cut_short_is_refused(share, laptop, exported, run):
    data = exported.read_bytes()
    exported.write_bytes(data[: int(share * len(data))])
    refused(run, laptop, exported, "no whole Parquet file")


def test_a_flipped_bit_in_the_vectors_is_found(laptop, exported, run):
    """A third into the file: among the vectors, of which each page has a checksum."""
    data = bytearray(exported.read_bytes())
    data[len(data) // 3] ^= 1
    exported.write_bytes(data)
    refused(run, laptop, exported, "")


def test_a_missing_file_is_said(laptop, tmp_path, run):
    refused(run, laptop, tmp_path / "nowhere.parquet", "")


def test_a_killed_import_loses_nothing_and_is_finished_by_the_next(
    laptop, workstation, exported, environment, run
):
    write_sound(laptop.path.parent / "music" / "own too.wav", noise(5))
    analyze(laptop, laptop.path.parent / "music", get("vggish"))
    own = query(laptop.path, "SELECT count(*) FROM embeddings WHERE model = 'vggish'")
    kill_at("db.importing", "save_heard_summary", environment, "import-vectors", "--no-progress", exported)
    assert query(laptop.path, "PRAGMA integrity_check") == [("ok",)]
    assert query(laptop.path, "SELECT count(*) FROM embeddings WHERE model = 'vggish'") == own == [(5,)]
    assert run("import-vectors", exported).exit_code == 0
    found = {key: row for key, row in rows_by_sound(laptop).items() if key[1] != "vggish"}
    assert found == rows_by_sound(workstation)


def test_an_import_killed_between_two_batches_keeps_the_first_and_the_next_does_the_rest(
    laptop, workstation, exported, environment, run
):
    """Batches of one track, two models each: the third search for a target begins the second batch."""
    command = ("import-vectors", "--no-progress", exported)
    one_track = [("ML.export.vector_file", "BATCH_ROWS", 1)]
    kill_at("db.importing", "find_target", environment, *command, call=3, constants=one_track)
    assert query(laptop.path, "PRAGMA integrity_check") == [("ok",)]
    first = query(laptop.path, "SELECT * FROM embeddings ORDER BY id")
    kept, expected = rows_by_sound(laptop), rows_by_sound(workstation)
    assert len(first) == len(kept) == 2, "one track, two models"
    assert kept.items() <= expected.items()
    assert run(*command).stdout.splitlines() == [
        "musicnn/msd (won2020): 2 imported, 1 already there, 0 not in this library",
        "acoustic/librosa: 2 imported, 1 already there, 0 not in this library",
    ]
    assert rows_by_sound(laptop) == expected
    assert query(laptop.path, "SELECT * FROM embeddings ORDER BY id")[:2] == first


def test_exports_carry_the_pipeline(laptop, exported, run, tmp_path):
    from pyarrow import parquet

    run("import-vectors", exported)
    expected = dataclasses.asdict(make_model(MSD).pipeline)
    metadata = parquet.read_schema(exported).metadata[METADATA_KEY]
    assert json.loads(metadata)["musicnn/msd"] == expected
    for kind in ("npy", "projector"):
        out = tmp_path / kind
        answer = run("export", "--format", kind, "--models", "musicnn/msd", "--out", out, "--no-progress")
        assert answer.exit_code == 0, answer.stderr
        assert json.loads((out / "pipeline.json").read_text())["musicnn/msd"] == expected


def test_models_and_doctor_say_which_pipeline_is_in_use(laptop, exported, run, client, music):
    run("import-vectors", exported)
    pons = make_model(get("musicnn", "msd", "pons2019"))
    with laptop.read() as session:
        plans = [plan for plan in plan_extraction(session, [pons.spec]) if plan.filename == "own.wav"]
    extract(laptop, music, plans, {pons.spec.key: pons})
    (model,) = [
        each
        for each in client.get("/models").get_json()["models"]
        if (each["model"], each["variant"]) == PAIR
    ]
    found = [(each["release"], each["n_tracks"], each["in_use"]) for each in model["pipelines"]]
    assert found == [("won2020", 3, True), ("pons2019", 1, False)]
    assert model["pipelines"][0]["weights_digest"] == "aa" * 32
    assert model["outdated"] == [], "no weights are here that could analyze the tracks again"
    lines = run("doctor").stdout.splitlines()
    (mixed,) = [line for line in lines if "musicnn/msd: " in line]
    assert "3 tracks by won2020 (in use), 1 by pons2019" in mixed and "--renew" in mixed
    (single,) = [line for line in lines if "acoustic/librosa: " in line]
    assert "3 tracks by" in single and "--renew" not in single
