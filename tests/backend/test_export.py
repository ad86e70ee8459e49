"""The library taken along: every table says what the database says, and nothing is overwritten."""

import csv
from pathlib import Path

import numpy as np
import pytest
from werkzeug.test import Client

from db.embeddings import load_matrix
from tests.processes import kill_at
from tests.sounds import noise, tag, write_sound

HOSTILE = '</script><img src=x onerror="alert(1)">'


@pytest.fixture
def library(music, run, loads) -> list[str]:
    """Three songs heard by one model; one of them is broken for it."""
    for seed, name in enumerate(["a.wav", "b.mp3", "c.ogg"]):
        write_sound(music / name, noise(seed, 7.0) * (seed + 1))
    tag(music / "b.mp3", title=HOSTILE, artist="Björk", date="1997", genre="Rock")
    assert run("index-audio", "--no-progress").exit_code == 0
    assert run("preprocess-all", "--models", "acoustic", "--no-maps", "--no-progress").exit_code == 0
    return ["a.wav", "b.mp3", "c.ogg"]


@pytest.fixture
def vectors(library, app) -> np.ndarray:
    from backend.context import database

    with app.app_context(), database().read() as session:
        return load_matrix(session, ("acoustic", "librosa"), "embeddings").values


@pytest.fixture
def export(run, tmp_path):
    def call(kind: str, *options: str):
        out = tmp_path / f"out.{kind}"
        answer = run("export", "--format", kind, "--out", out, "--no-progress", *options)
        assert answer.exit_code == 0, answer.stderr
        return out

    return call


def test_parquet_round_trips(library, vectors, export):
    from pyarrow import parquet

    table = parquet.read_table(export("parquet"))
    assert table["filename"].to_pylist() == library
    title, year, genre = (table[name][1].as_py() for name in ("title", "year", "genre"))
    assert (title, year, genre) == (HOSTILE, 1997, "Rock")
    assert np.array_equal(np.array(table["embedding:acoustic/librosa"].to_pylist(), np.float32), vectors)


def test_a_track_that_was_not_heard_has_no_vector(library, vectors, music, run, export):
    from pyarrow import parquet

    write_sound(music / "d.wav", noise(9))
    run("index-audio", "--no-progress")
    column = parquet.read_table(export("parquet"))["embedding:acoustic/librosa"].to_pylist()
    assert [each is None for each in column] == [False, False, False, True]
    rows = list(csv.DictReader(export("csv").open(encoding="utf-8-sig")))
    assert rows[3]["acoustic/librosa[0]"] == ""
    stored = np.load(export("npy") / "acoustic_librosa.npy")
    assert np.array_equal(stored[:3], vectors) and np.isnan(stored[3]).all()


def test_csv_and_npy_hold_the_same_rows(library, vectors, export):
    with export("csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["filename"] for row in rows] == library
    assert rows[1]["title"] == HOSTILE
    numbers = [[float(row[f"acoustic/librosa[{at}]"]) for at in range(vectors.shape[1])] for row in rows]
    assert np.array_equal(np.array(numbers, np.float32), vectors)
    folder = export("npy")
    assert np.array_equal(np.load(folder / "acoustic_librosa.npy"), vectors)
    with (folder / "metadata.csv").open(newline="") as file:
        assert [row["filename"] for row in csv.DictReader(file)] == library


def test_tensorboard_loads_the_projector_files(library, vectors, export):
    from tensorboard.plugins.base_plugin import TBContext
    from tensorboard.plugins.projector.projector_plugin import ProjectorPlugin

    plugin = ProjectorPlugin(TBContext(logdir=str(export("projector"))))
    apps = {path: Client(served) for path, served in plugin.get_plugin_apps().items()}
    (run_name,) = apps["/runs"].get("/").get_json()
    config = apps["/info"].get("/", query_string={"run": run_name}).get_json()
    (embedding,) = config["embeddings"]
    query = {"run": run_name, "name": embedding["tensorName"]}
    tensor = np.frombuffer(apps["/tensor"].get("/", query_string=query).data, np.float32)
    np.testing.assert_allclose(tensor.reshape(embedding["tensorShape"]), vectors, rtol=1e-6)  # as text
    metadata = apps["/metadata"].get("/", query_string=query).text.strip().split("\n")
    titles = [line.split("\t")[metadata[0].split("\t").index("title")] for line in metadata]
    assert titles == ["title", "-", HOSTILE, "-"]


def test_nothing_is_overwritten_unasked(library, run, tmp_path):
    out = tmp_path / "table.csv"
    out.write_text("mine")
    refused = run("export", "--format", "csv", "--out", out)
    assert (refused.exit_code, out.read_text()) == (1, "mine")
    assert "--overwrite" in refused.stderr
    assert run("export", "--format", "csv", "--out", out, "--overwrite").exit_code == 0
    assert out.read_text(encoding="utf-8-sig").startswith("id,filename")
    assert run("export", "--format", "npy", "--out", tmp_path, "--overwrite").exit_code == 1
    assert run("export", "--format", "csv", "--out", tmp_path / "no" / "where.csv").exit_code == 1
    assert out.is_file() and not list(tmp_path.glob("*.part"))


BEFORE_ITS_NAME = ("ML.whole_files", "sync_file")  # all is written, under the name of something unfinished
IN_ITS_MIDDLE = ("numpy", "save")  # the folder is there, and its table


@pytest.mark.parametrize(
    ("kind", "moment"), [("csv", BEFORE_ITS_NAME), ("html", BEFORE_ITS_NAME), ("npy", IN_ITS_MIDDLE)]
)
def test_killed_it_leaves_nothing_half_and_the_next_one_gives_the_whole(
    kind, moment, library, run, environment, tmp_path
):
    out, whole = tmp_path / f"out.{kind}", tmp_path / f"whole.{kind}"
    export = ("export", "--no-progress", "--format", kind, "--out")
    if kind != "npy":
        out.write_text("mine")
    before = content(out)
    kill_at(*moment, environment, *export, out, "--overwrite")
    assert content(out) == before
    assert (tmp_path / f"out.{kind}.part").exists(), "the kill must hit the writing for this to say anything"
    for path in (out, whole):
        answer = run(*export, path, "--overwrite")
        assert answer.exit_code == 0, answer.stderr
    assert content(out) == content(whole) != before
    assert not list(tmp_path.glob("*.part"))


def content(path: Path) -> dict[str, bytes]:
    """Bytes by name, of a file or of those in a folder; empty for what is not there."""
    files = sorted(path.iterdir()) if path.is_dir() else [path] if path.exists() else []
    return {"" if file == path else file.name: file.read_bytes() for file in files}


def test_before_extraction_there_is_nothing_to_take_along(songs, run, tmp_path):
    run("index-audio", "--no-progress")
    answer = run("export", "--format", "csv", "--out", tmp_path / "x.csv")
    assert (answer.exit_code, "preprocess-all" in answer.stderr) == (1, True)
    assert not (tmp_path / "x.csv").exists()


def test_the_page_tells_of_a_track_it_has_no_sound_of(library, run, music, tmp_path):
    (music / "a.wav").unlink()
    out = tmp_path / "map.html"
    answer = run("export", "--format", "html", "--out", out, "--previews", "--no-progress")
    assert (answer.exit_code, "a.wav" in answer.stderr) == (0, True)
    text = out.read_text()
    assert "<img" not in text and "http://" not in text and "https://" not in text
