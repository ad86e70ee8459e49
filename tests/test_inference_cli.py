"""`python inference.py`: documented command lines give documented shapes, whatever the folder holds.

What decodes in several processes, and what is killed, is a real process; the rest runs in this one.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from ML.models.mfcc_cnn import MfccCnn
from tests.conftest import REPOSITORY
from tests.ML.golden import SHARED, fill_weights, needs_shared
from tests.processes import kill_at
from tests.scripts import run_script
from tests.sounds import noise, write_sound

ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}
CLASSES = ["Electronic", "Folk", "Pop", "Rock"]
# key → type; a list's type is that of all its items.  The shapes of the documents, read strictly.
SEGMENT = {"segment_index": int, "start_time": float, "end_time": float, "predictions": dict}
GLOBAL = {"top_labels": [str], "probabilities": [float], "all_probabilities": dict}
LINE = {
    "audio_file": str, "mode": str, "total_segments": int, "segments": [SEGMENT],
    "global_prediction": GLOBAL, "embedding": [float],
}  # fmt: skip
STANDARD = {"audio_file": str, "predicted_label": str, "confidence": float, "all_probabilities": dict}
FULL = {"audio_file": str, "top_predictions": [{"label": str, "probability": float}]}
DOCUMENT = {
    "audio_files": [str],
    "mode": str,
    "embeddings": [[float]],
    "errors": [{"audio_file": str, "error": str}],
}

DECIMALS = 1e-5  # probabilities are written with six decimals


def fits(value: object, shape: object) -> bool:
    """Whether a JSON value has exactly the keys and types of a shape."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and value.keys() == shape.keys() and all(
            fits(value[key], part) for key, part in shape.items()
        )  # fmt: skip
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    if shape is dict:  # class → probability, rounded to six decimals
        return isinstance(value, dict) and list(value) == CLASSES and abs(sum(value.values()) - 1) < 1e-4
    return isinstance(value, shape)


@pytest.fixture(scope="session")
def model(tmp_path_factory) -> Path:
    """An old run directory: any network will do, the shapes are the same."""
    folder = tmp_path_factory.mktemp("run")
    network = MfccCnn(len(CLASSES))
    fill_weights(network)
    torch.save(network.state_dict(), folder / "model_weights.pth")
    params = {"n_mfcc": 20, "fixed_mfcc_length": 640, "num_classes": len(CLASSES), "class_names": CLASSES}
    (folder / "params.json").write_text(json.dumps(params))
    return folder


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """Nested, of every case, one of them broken, one of 95 s: what people have."""
    folder = tmp_path_factory.mktemp("music")
    write_sound(folder / "a.wav", noise(1, 1.0))
    write_sound(folder / "Ümlaut" / "deep" / "B.FLAC", noise(2, 95.0, 8_000), 8_000)
    write_sound(folder / "c.MP3", noise(3, 2.0))
    (folder / "broken.ogg").write_bytes(b"OggS nothing of the kind")
    (folder / "notes.txt").write_text("no audio")
    return folder


def infer(model: Path, *arguments: object) -> subprocess.CompletedProcess:
    return run_script(REPOSITORY, "inference.py", "--model", model, *arguments, "--num-workers", 0)


def infer_in_a_process(model: Path, *arguments: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "inference.py", "--model", str(model), *map(str, arguments)]
    return subprocess.run(
        command, cwd=REPOSITORY, env=ENVIRONMENT, capture_output=True, text=True, timeout=250, check=False
    )


def read_lines(path: Path) -> dict[str, dict]:
    return {Path(line["audio_file"]).name: line for line in map(json.loads, path.read_text().splitlines())}


def test_jsonl_of_whole_files(model, folder, tmp_path):
    output = tmp_path / "results.jsonl"
    done = infer_in_a_process(
        model, "--audio", folder, "--full", "--output", output, "--num-workers", 2, "--batch-size", 4
    )
    assert done.returncode == 1, "one file is broken"
    assert "broken.ogg" in done.stderr
    lines = read_lines(output)
    assert set(lines) == {"a.wav", "B.FLAC", "c.MP3", "broken.ogg"}
    failed = lines.pop("broken.ogg")
    assert set(failed) == {"audio_file", "mode", "error"} and "broken.ogg" in failed["error"]
    assert all(fits(line, LINE) and line["mode"] == "full-file" for line in lines.values())
    long = lines["B.FLAC"]
    times = [(segment["start_time"], segment["end_time"]) for segment in long["segments"]]
    assert times == [(0, 30), (30, 60), (60, 90), (90, 95)], "a tail of 5 s is kept"
    mean = np.mean([list(segment["predictions"].values()) for segment in long["segments"]], axis=0)
    assert np.allclose(mean, list(long["global_prediction"]["all_probabilities"].values()), atol=DECIMALS)
    assert len(long["global_prediction"]["top_labels"]) == 3 and len(long["embedding"]) == 512


def test_first_30_seconds_are_the_default(model, folder, tmp_path):
    output = tmp_path / "results"
    done = infer(
        model, "--audio", folder / "Ümlaut", "--output", output, "--format", "jsonl", "--no-embeddings"
    )
    assert done.returncode == 0, done.stderr
    (line,) = read_lines(output).values()
    assert fits(line, {key: shape for key, shape in LINE.items() if key != "embedding"})
    assert (line["mode"], line["total_segments"]) == ("first-30s", 1)


@pytest.mark.parametrize(
    ("flags", "entry", "mode"), [([], STANDARD, "first-30s"), (["--full"], FULL, "full-file")]
)
def test_json(model, folder, tmp_path, flags, entry, mode):
    output = tmp_path / "results.json"
    files = [folder / "c.MP3", folder / "broken.ogg", folder / "a.wav"]
    assert infer(model, "--audio", *files, *flags, "--output", output).returncode == 1
    document = json.loads(output.read_text())
    assert fits(document, DOCUMENT | {"predictions": [entry]}) and document["mode"] == mode
    names = [Path(name).name for name in document["audio_files"]]
    assert names == [Path(each["audio_file"]).name for each in document["predictions"]] == ["c.MP3", "a.wav"]
    assert [len(embedding) for embedding in document["embeddings"]] == [512, 512]
    assert [Path(error["audio_file"]).name for error in document["errors"]] == ["broken.ogg"]
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_csv_standard(model, folder, tmp_path):
    output = tmp_path / "results.csv"
    assert infer(model, "--audio", folder / "a.wav", folder / "c.MP3", "--output", output).returncode == 0
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["audio_file", "predicted_label", "confidence", "embedding"]
    assert all(row["predicted_label"] in CLASSES and 0.25 <= float(row["confidence"]) <= 1 for row in rows)
    assert all(len(json.loads(row["embedding"])) == 512 for row in rows)


def test_csv_of_whole_files_ranks_and_names_what_failed(model, folder, tmp_path):
    output = tmp_path / "results.csv"
    assert infer(model, "--audio", folder, "--full", "--output", output).returncode == 1
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["audio_file", "rank", "predicted_label", "probability", "embedding", "error"]
    assert [row["rank"] for row in rows] == ["1", "2", "3"] * 3 + [""]
    assert [bool(row["embedding"]) for row in rows] == [True, False, False] * 3 + [False]
    assert "broken.ogg" in rows[-1]["error"] and not rows[-1]["predicted_label"]


def test_legacy_lines_and_the_same_numbers(model, folder, tmp_path):
    new, old = tmp_path / "new.jsonl", tmp_path / "old.jsonl"
    assert infer(model, "--audio", folder / "a.wav", "--output", new).returncode == 0
    assert infer(model, "--audio", folder / "a.wav", "--output", old, "--use-legacy").returncode == 0
    (line,), (legacy,) = read_lines(new).values(), read_lines(old).values()
    assert fits(legacy, STANDARD | {"embedding": [float]})
    assert legacy["all_probabilities"] == line["global_prediction"]["all_probabilities"]


def test_append_skips_what_is_there_and_retries_what_failed(model, folder, tmp_path):
    output = tmp_path / "results.jsonl"
    infer(model, "--audio", folder / "a.wav", folder / "broken.ogg", "--output", output)
    kept = next(line for line in output.read_text().splitlines() if "a.wav" in line)
    with output.open("a") as file:
        file.write('{"audio_file": "cut off by a ki')
    done = infer(model, "--audio", folder, "--output", output, "--append")
    assert done.returncode == 1
    assert output.read_text().splitlines()[0] == kept
    assert sorted(read_lines(output)) == ["B.FLAC", "a.wav", "broken.ogg", "c.MP3"]
    mixed = infer(model, "--audio", folder, "--output", output, "--append", "--full")
    assert mixed.returncode == 1 and "first-30s" in mixed.stderr
    assert len(read_lines(output)) == 4


def test_a_killed_run_keeps_what_it_wrote(model, folder, tmp_path):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(6):
        os.link(folder / "c.MP3", many / f"{number:02}.mp3")
    output = tmp_path / "results.jsonl"
    arguments = ["--model", model, "--audio", many, "--output", output, "--num-workers", 0]
    writing = ("ML.genre_inference.writers", "JsonlWriter.write")
    kill_at(*writing, ENVIRONMENT, *arguments, "--batch-size", 1, call=4, script="inference.py")
    assert output.read_text().count("\n") == 3
    assert infer(model, "--audio", many, "--output", output, "--append").returncode == 0
    assert len(output.read_text().splitlines()) == len(read_lines(output)) == 6


def test_what_cannot_be_done_is_said(model, folder, tmp_path):
    (tmp_path / "empty").mkdir()
    output = tmp_path / "r.jsonl"
    cases = {
        "No audio files": [model, "--audio", tmp_path / "empty"],
        "train.py": [tmp_path / "no model", "--audio", folder],
        "--format": [model, "--audio", folder, "--output", tmp_path / "results.xml"],
        "No such file": [model, "--audio", tmp_path / "gone.mp3", "--output", output],
        "Cannot open": [model, "--audio", folder, "--output", tmp_path / "no" / "r.json"],
        "--device": [model, "--audio", folder, "--device", "cuda:99"],
    }
    for words, arguments in cases.items():
        done = infer(*arguments)
        assert done.returncode != 0 and words in done.stderr, (words, done.stderr)
        assert "Traceback" not in done.stderr
    assert set(read_lines(output)["gone.mp3"]) == {"audio_file", "mode", "error"}


@pytest.mark.parametrize("program", ["inference.py", "train.py", "preprocess_mfccs.py"])
def test_help_is_quick_to_load(program):
    code = f"""
import runpy, sys
sys.argv = [{program!r}, "--help"]
try:
    runpy.run_path({program!r}, run_name="__main__")
except SystemExit as end:
    print(end.code, [name for name in ("torch", "librosa", "sklearn", "matplotlib") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"


@needs_shared
def test_a_real_library_in_full(model, tmp_path):
    """Songs of three minutes, in every format."""
    output = tmp_path / "results.jsonl"
    library = SHARED / "audio" / "library"
    done = infer_in_a_process(
        model, "--audio", library / "Formats", library / "Dead Smiling Pirates", "--full", "--output", output
    )
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert done.returncode == 0, done.stderr
    assert len(lines) > 3 and all(fits(line, LINE) for line in lines)
    assert max(line["total_segments"] for line in lines) >= 5
