"""evaluate and agreement as a researcher types them: tables, pictures, what is kept, and what is refused."""

import csv
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from db.database import open_database
from db.embeddings import save_output
from db.schema import Track
from ML.evaluation.resampling import draw_samples
from ML.segments import TrackOutput
from tests.ML.evaluation.clusters import clusters, random_vectors

MODELS = {"musicnn/mtat": 0.0, "whisper/base": 40.0}  # and how much noise drowns the genres in its space


N_ROUNDS = 200  # bootstrap samples: a fifth of the product's, whose effects here are far from any interval


@pytest.fixture(autouse=True)
def fewer_rounds(monkeypatch) -> None:
    monkeypatch.setattr("ML.evaluation.judgement.draw_samples", partial(draw_samples, n_rounds=N_ROUNDS))


def output(vector: np.ndarray) -> TrackOutput:
    row = vector.astype(np.float32)
    return TrackOutput(row, row[:2], row[None], row[None, :2], np.zeros(1))


@pytest.fixture
def library(app, tmp_path):
    """24 tracks of four clusters that one model tells apart and another does not; a 25th without a genre."""
    app.config["REPORTS_DIR"] = tmp_path / "reports"
    vectors, genres = clusters(4, 6)
    database = open_database(app.config["DATABASE_PATH"])
    with database.write() as session:
        for number, (vector, genre) in enumerate(zip([*vectors, np.ones(8)], [*genres, None], strict=True)):
            track = Track(filename=f"{number}.mp3", genre=genre, artist=f"artist {number % 12}")
            session.add(track)
            session.flush()
            for key, level in MODELS.items():
                noise = level * random_vectors(1, 8, seed=number)[0]
                save_output(session, track.id, tuple(key.split("/")), output(vector + noise))
    database.close()


def evaluate(run, *arguments):
    result = run("evaluate", "--json", "--no-progress", "--k", 4, *arguments)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_model_that_hears_genres_wins_and_the_deaf_one_is_at_chance(run, library):
    found = evaluate(run)
    rows = {row["name"]: row["metrics"]["knn_accuracy"] for row in found["rows"]}
    assert rows["musicnn/mtat"]["mean"] == 1.0
    low, high = rows["whisper/base"]["interval_95"]
    assert low <= rows["whisper/base"]["chance"] <= high
    (difference,) = (row for row in found["differences"] if row["metric"] == "knn_accuracy")
    assert difference["left"] == "musicnn/mtat" and difference["interval_95"][0] > 0
    assert (found["n_tracks"], found["n_left_out"], found["artist_filtered"]) == (24, 1, True)
    assert found["agreement"]["cka"][0][1] == found["agreement"]["cka"][1][0] < 0.9


def test_tables_and_pictures_are_written_where_they_are_asked_for_and_handed_out(
    run, client, library, tmp_path
):
    run("refit", "--no-progress", "--models", "musicnn/mtat")
    found = evaluate(run, "--out", tmp_path / "paper")
    with (tmp_path / "paper/evaluation.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == sum(len(row["metrics"]) for row in found["rows"])
    assert {line["map"] for line in lines} == {"", "pca"}
    shown = f"{found['rows'][0]['metrics']['probe_accuracy']['mean']:.3f}"
    for name in ("evaluation.md", "evaluation.tex"):
        assert shown in (tmp_path / "paper" / name).read_text(), name
    difference = next(each for each in found["differences"] if each["metric"] == "knn_accuracy")
    low, high = difference["interval_95"]
    assert low > 0, "these two models differ"
    marked = f"{difference['mean']:.3f} [{low:.3f}, {high:.3f}]*"
    assert f"| musicnn/mtat − whisper/base | {marked} |" in (tmp_path / "paper/evaluation.md").read_text()
    assert f"musicnn/mtat $-$ whisper/base & {marked} &" in (tmp_path / "paper/evaluation.tex").read_text()
    with (tmp_path / "paper/differences.csv").open() as file:
        listed = list(csv.DictReader(file))
    assert len(listed) == len(found["differences"])
    assert float(listed[0]["difference"]) == found["differences"][0]["mean"]
    for picture in ("models", "maps", "agreement", "confusion_musicnn_mtat"):
        assert (tmp_path / f"paper/{picture}.png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in (tmp_path / f"paper/{picture}.svg").read_text()
    assert_handed_out(client, found["id"], tmp_path / "paper")


def assert_handed_out(client, evaluation_id: str, folder: Path) -> None:
    """The app gives the same tables and pictures, of which two show that it draws them."""
    drawn = ("models.png", "agreement.svg")
    for path in (
        path for path in folder.iterdir() if path.suffix not in (".png", ".svg") or path.name in drawn
    ):
        answer = client.get(f"/evaluations/{evaluation_id}/{path.name}")
        assert answer.status_code == 200, path.name
        assert path.name in answer.headers["Content-Disposition"]
        if path.suffix == ".png":
            assert answer.data.startswith(b"\x89PNG")
        elif path.suffix != ".svg":  # whose identifiers are drawn by lot
            assert answer.data == path.read_bytes(), path.name
    refused = client.get(f"/evaluations/{evaluation_id}/models")
    assert refused.status_code == 400 and "models.png" in refused.get_json()["choices"]


def test_an_evaluation_begun_in_the_app_finds_the_same(client, library, run, work_off):
    run("refit", "--no-progress", "--models", "musicnn/mtat")
    wanted = {"kind": "evaluate", "parameters": {"models": list(MODELS), "labels": "genre"}}
    job = client.post("/jobs", json=wanted).get_json()
    work_off()
    told = client.get(f"/jobs/{job['id']}").get_json()
    assert (told["state"], told["note"]) == ("done", "24 tracks judged")
    assert told["done"] == told["total"] > len(MODELS)
    (kept,) = client.get("/evaluations").get_json()["evaluations"]
    shown = client.get(f"/evaluations/{kept['id']}").get_json()
    typed = json.loads(run("evaluate", "--json", "--no-progress").stdout)
    assert shown["rows"] == typed["rows"] and shown["labels"] == "genre"


def test_labels_that_no_column_holds_are_refused_before_the_job_is_queued(client, library):
    wanted = {"kind": "evaluate", "parameters": {"models": list(MODELS), "labels": "mood"}}
    refused = client.post("/jobs", json=wanted)
    assert refused.status_code == 400 and "genre" in refused.get_json()["choices"]


def test_the_same_library_and_seed_give_the_same_figures(run, library):
    first, second, other = (evaluate(run, "--models", "musicnn/mtat", "--seed", seed) for seed in (1, 1, 2))
    assert first["rows"] == second["rows"] != other["rows"]
    assert first["data_sha256"] == second["data_sha256"]


def test_labels_can_come_from_a_column_of_ones_own(run, library, music):
    rows = [f"{number}.mp3,{'loud' if number < 12 else 'quiet'}" for number in range(20)]
    (music / "selected_songs.csv").write_text("\n".join(["filename,mood", *rows]))
    found = evaluate(run, "--labels", "csv:mood", "--models", "musicnn/mtat")
    assert found["classes"] == ["loud", "quiet"] and found["n_tracks"] == 20


def test_artists_as_labels_are_not_filtered_by_artist(run, library):
    assert evaluate(run, "--labels", "artist", "--models", "musicnn/mtat")["artist_filtered"] is False


def test_agreement_names_the_tracks_that_models_disagree_about(run, library, tmp_path):
    result = run("agreement", "--k", 3, "--no-progress", "--out", tmp_path / "out")
    assert result.exit_code == 0 and "Linear CKA" in result.stdout
    facts = json.loads((tmp_path / "out/agreement.json").read_text())
    assert len(facts["tracks"]) == 25 and facts["tracks"][0]["disagreement"] >= facts["disagreement"]
    assert (tmp_path / "out/agreement.csv").read_text().startswith("left,right,cka,jaccard,rbo\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["evaluate", "--labels", "mood"], "genre, artist, album, csv:COLUMN"),
        (["evaluate", "--labels", "csv:mood"], "columns filename,mood"),
        (["evaluate", "--labels", "album"], "needs two"),
        (["evaluate", "--models", "vgg"], "analyzed with vgg/msd, vgg/mtat yet"),
        (["evaluate", "--models", "vgg,musicnn"], "There are vectors of musicnn/mtat, whisper/base."),
        (["agreement", "--models", "whisper/base"], "needs two"),
    ],
)
def test_what_cannot_be_judged_is_told_on_stderr(arguments, told, run, library, tmp_path):
    result = run(*arguments)
    assert result.exit_code != 0 and told in result.stderr and result.stdout == ""
    assert not (tmp_path / "library.db.evaluations").exists()


@pytest.mark.parametrize("command", ["evaluate", "compute-genre-similarity", "find-duplicates"])
def test_a_name_without_a_variant_is_every_variant_with_vectors(command, run, library):
    """Most libraries have one of MusiCNN's three."""
    result = run(command, "--models", "musicnn", "--json", "--no-progress")
    assert result.exit_code == 0, result.stderr
    assert "musicnn/mtat" in result.stdout or command == "find-duplicates"


def test_an_export_takes_a_name_without_a_variant(run, library, tmp_path):
    result = run("export", "--models", "musicnn", "--format", "csv", "--out", tmp_path / "out.csv")
    assert result.exit_code == 0, result.stderr
    assert "musicnn/mtat:" in result.stdout


def test_before_extraction_the_way_there_is_told(run):
    result = run("evaluate")
    assert result.exit_code == 1 and "preprocess-all" in result.stderr
