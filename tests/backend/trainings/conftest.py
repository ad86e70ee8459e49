"""A library with genres, and a Whisper of random weights: what a training in the app takes."""

from pathlib import Path

import pytest

import config
from tests.jamendo import write_whisper
from tests.sounds import noise, tone, write_sound

EPOCHS = 6
QUICK = {"model_name": "tiny", "batch_size": 4, "num_epochs": EPOCHS, "early_stopping_patience": 0}


@pytest.fixture(scope="module")
def heard(tmp_path_factory) -> Path:
    """What one test has heard, the next need not hear."""
    return tmp_path_factory.mktemp("features")


@pytest.fixture(autouse=True)
def quick(app, heard) -> None:
    app.config["CONTRASTIVE_TRAINING"] = config.CONTRASTIVE_TRAINING | QUICK
    app.config["FEATURE_CACHE_DIR"] = heard


@pytest.fixture
def whisper(tmp_path) -> Path:
    return write_whisper(tmp_path / "weights")


@pytest.fixture
def genres(music, run) -> list[str]:
    """An indexed library: seven tones, seven noises, a lone hum, and a song of which nothing is known."""
    rows = ["filename,genre"]
    for number in range(7):
        write_sound(music / f"tone {number}.wav", tone(150.0 * (number + 1), 1.0))
        write_sound(music / f"noise {number}.wav", noise(number, 1.0))
        rows += [f"tone {number}.wav,tones", f"noise {number}.wav,noises"]
    write_sound(music / "hum.wav", tone(50.0, 1.0))
    write_sound(music / "unknown.wav", noise(99, 1.0))
    (music / "selected_songs.csv").write_text("\n".join([*rows, "hum.wav,hums"]))
    assert run("index-audio", "--no-progress").exit_code == 0
    return rows
