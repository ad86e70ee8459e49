"""Every setting of Melodex: one row each, with its default and what it means.

Edit a default here, or override it by the environment variable `MELODEX_<NAME>`. Lists are comma-separated
and dictionaries are JSON in the environment. Relative paths start at the project's root; in the environment
they start at the current folder. Entry points read this module and pass values down.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parent
PREFIX = "MELODEX_"
Value = TypeVar("Value")


@dataclass(frozen=True)
class Setting:
    """One row: what `config.NAME` was made from."""

    name: str
    default: Any
    help: str

    @property
    def variable(self) -> str:
        return PREFIX + self.name


SETTINGS: list[Setting] = []


def setting(name: str, default: Value, parse: Callable[[str], Value], help: str) -> Value:
    """The value of a setting: its environment variable when that is set, else its default."""
    SETTINGS.append(Setting(name, default, help))
    text = os.environ.get(PREFIX + name)
    if text is None:
        return default
    try:
        return parse(text)
    except ValueError as error:
        raise SystemExit(f"{PREFIX}{name}={text!r} makes no sense: {error}") from error


def path(name: str, default: str, help: str) -> Path:
    return setting(name, ROOT / default, lambda text: Path(text).expanduser().absolute(), help)


def number(name: str, default: int, help: str) -> int:
    return setting(name, default, int, help)


def text(name: str, default: str, help: str) -> str:
    return setting(name, default, str, help)


def names(name: str, default: list[str], help: str) -> list[str]:
    return setting(
        name, default, lambda text: [part.strip() for part in text.split(",") if part.strip()], help
    )


def table(name: str, default: dict[str, Any], help: str) -> dict[str, Any]:
    return setting(name, default, json.loads, help)


# --- where things lie -------------------------------------------------------------------------------------
AUDIO_DIR = path("AUDIO_DIR", "audio", "your music, searched recursively")
DATABASE_PATH = path("DATABASE_PATH", "db/audio_cache.db", "the SQLite database")
MODEL_DIR = path("MODEL_DIR", "ML/models", "model architectures, one file each")
WEIGHTS_DIR = path("WEIGHTS_DIR", "ML/pesos", "pre-trained weights, e.g. mtat/musicnn.pth")
UI_BUILD_DIR = path(
    "UI_BUILD_DIR", "ui-embedding-visualization/build", "the built app that the server hands out"
)

# --- which models preprocess-all runs ---------------------------------------------------------------------
CONV_MODELS = names("CONV_MODELS", ["musicnn"], "convolutional models, run with every one of DATASETS")
DATASETS = names("DATASETS", ["msd", "mtat", "jamendo"], "training sets of CONV_MODELS")
TRANF_MODELS = names("TRANF_MODELS", ["acoustic"], "further models, paired with MODEL_SIZES by position")
MODEL_SIZES = names("MODEL_SIZES", ["librosa"], "variants of TRANF_MODELS, one for each")
MODEL_WEIGHTS = table(
    "MODEL_WEIGHTS", {}, "weights that lie elsewhere than in WEIGHTS_DIR: {model: {variant: path}}"
)
DEVICE = text("DEVICE", "auto", "where networks run: auto, cpu, cuda")
# On a CPU two are fastest: with more, every layer's output is fresh memory that the system clears first.
BATCH_SEGMENTS = number("BATCH_SEGMENTS", 2, "segments a network hears at once; 64 suits a GPU")

# --- maps -------------------------------------------------------------------------------------------------
ON_DEMAND_PROJECTION_METHODS = names(
    "ON_DEMAND_PROJECTION_METHODS", ["umap", "tsne", "pca"], "projections the API offers"
)
PROJECTION_SEED = number(
    "PROJECTION_SEED", 42, "seed of every projection: the same library gives the same map"
)

# --- server -----------------------------------------------------------------------------------------------
HOST = text("HOST", "127.0.0.1", "address to serve on; 0.0.0.0 lets the whole network in")
API_PORT = number("API_PORT", 5000, "port of the API and the app")
APP_PORT = number("APP_PORT", 3000, "second port of the app")
CORS_ORIGINS = names(
    "CORS_ORIGINS",
    ["http://localhost:3000", "http://127.0.0.1:3000"],
    "pages elsewhere that may read the API",
)
SERVER_THREADS = number("SERVER_THREADS", 8, "requests answered at the same time")


def wanted_pairs() -> list[tuple[str, str]]:
    """(model, variant) pairs that `preprocess-all` runs by default; the registry checks them."""
    convolutional = [(model, dataset) for model in CONV_MODELS for dataset in DATASETS]
    return convolutional + list(zip(TRANF_MODELS, MODEL_SIZES, strict=True))


def model_weights() -> dict[str, dict[str, Path]]:
    """MODEL_WEIGHTS with paths that start at the project's root."""
    return {
        model: {variant: ROOT / file for variant, file in files.items()}
        for model, files in MODEL_WEIGHTS.items()
    }
