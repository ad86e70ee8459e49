"""`python train.py` and `python preprocess_mfccs.py`, as a person runs, kills and resumes them.

What is killed, and the documented commands, are real processes; the rest runs in this one.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.ML.golden import SHARED, needs_shared
from tests.processes import kill_at
from tests.scripts import run_script
from tests.sounds import noise, tone, write_sound

ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}
QUICK = ["--fixed_mfcc_length", "32", "--num_workers", "0", "--batch_size", "4"]


@pytest.fixture
def two_genres(tmp_path: Path) -> Path:
    """DIR/<genre>/N.wav: tones and noise."""
    for number in range(6):
        write_sound(tmp_path / "music" / "tones" / f"{number}.wav", tone(200.0 * (number + 1), 2.0))
        write_sound(tmp_path / "music" / "noises" / f"{number}.wav", noise(number, 2.0))
    return tmp_path / "music"


def program(name: str, *arguments: object) -> list[str]:
    return [sys.executable, str(REPOSITORY / name), *map(str, arguments)]


def call(folder: Path, name: str, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        program(name, *arguments), cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=250,
        check=False,
    )  # fmt: skip


def history_of(folder: Path) -> list[dict]:
    path = folder / "history.json"
    return json.loads(path.read_text()) if path.exists() else []


def test_a_killed_run_resumes_on_the_same_curve(two_genres, tmp_path):
    """Equal bits: both runs compute in one thread of one machine."""
    arguments = ["--data_dir", two_genres, "--epochs", 5, "--patience", 0, *QUICK]
    whole = run_script(tmp_path, "train.py", *arguments, "--output_dir", "whole")
    assert whole.returncode == 0, whole.stderr
    cut = tmp_path / "cut"
    killed = [*arguments, "--output_dir", cut]
    kill_at("ML.training.trainer", "save_json", ENVIRONMENT, *killed, call=3, script="train.py")
    assert len(history_of(cut / "latest")) == 2
    resumed = run_script(tmp_path, "train.py", "--resume", cut / "latest")
    assert resumed.returncode == 0, resumed.stderr
    assert history_of(cut / "latest") == history_of(tmp_path / "whole" / "latest")
    assert len(history_of(cut / "latest")) == 5
    report = "classification_report.txt"
    assert (cut / "latest" / report).read_text() == (tmp_path / "whole" / "latest" / report).read_text()


def test_preprocessing_counts_what_cannot_be_decoded(two_genres, tmp_path):
    (two_genres / "noises" / "broken.mp3").write_bytes(b"")
    done = run_script(tmp_path, "preprocess_mfccs.py", "--data_dir", two_genres, "--num_workers", 0)
    assert done.returncode == 1
    assert "12 tracks" in done.stdout and "broken.mp3" in done.stderr
    assert len(list((tmp_path / "music_mfccs_precomputed").rglob("*.npy"))) == 12


def test_what_cannot_be_trained_is_said(tmp_path):
    (tmp_path / "empty").mkdir()
    for words, arguments in {
        "There is no folder": ["--data_dir", tmp_path / "gone"],
        "two": ["--data_dir", tmp_path / "empty"],
        "nothing to resume": ["--resume", tmp_path / "empty"],
        "--data_dir": [],
    }.items():
        done = run_script(tmp_path, "train.py", *arguments)
        assert done.returncode != 0 and words in done.stderr and "Traceback" not in done.stderr


@needs_shared
def test_the_documented_commands_on_fma(tmp_path):
    """Verbatim but for one epoch of fifty: preprocess, train, infer with the run they leave."""
    subprocess.run([SHARED / "datasets" / "lay-out-fma-mini", tmp_path / "data"], check=True)
    assert call(tmp_path, "preprocess_mfccs.py", "--data_dir", "data/fma_small").returncode == 0
    assert (tmp_path / "data" / "fma_mfccs_precomputed").is_dir()
    done = call(tmp_path, "train.py", "--data_dir", "data/fma_small", "--epochs", "1", "--batch_size", "32")
    assert done.returncode == 0, done.stderr
    assert "50 training, 10 validation, 10 test" in done.stdout
    latest = tmp_path / "training_outputs" / "latest"
    assert {"model_weights.pth", "params.json", "classification_report.txt"} <= {
        p.name for p in latest.iterdir()
    }
    command = ["--model", "training_outputs/latest", "--audio", "data/fma_small/100/", "--full"]
    done = call(tmp_path, "inference.py", *command, "--output", "genre_predictions.csv", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    rows = (tmp_path / "genre_predictions.csv").read_text().splitlines()
    assert rows[0] == "audio_file,rank,predicted_label,probability,embedding"
    assert len(rows) == 1 + 3 * len(list((tmp_path / "data" / "fma_small" / "100").iterdir()))
