"""Every setting of Melodex: one row each, with its default and what it means.

Edit a default here, or override it by the environment variable `MELODEX_<NAME>`. Lists are comma-separated
and dictionaries are JSON in the environment. Relative paths start at the project's root; in the environment
they start at the current folder. Entry points read this module and pass values down.
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parent
PREFIX = "MELODEX_"
SWITCH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
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
    def parse(text: str) -> Path:
        if not text.strip():
            raise ValueError("it must be a path")
        return Path(text).expanduser().absolute()

    return setting(name, ROOT / default, parse, help)


def number(name: str, default: int, help: str, smallest: int = 0, largest: int = 2**32 - 1) -> int:
    def parse(text: str) -> int:
        if not smallest <= int(text) <= largest:
            raise ValueError(f"it must be {smallest} to {largest}")
        return int(text)

    return setting(name, default, parse, help)


def text(name: str, default: str, help: str, pattern: str = ".+") -> str:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"it must be: {help}")
        return text

    return setting(name, default, parse, help)


def switch(name: str, default: bool, help: str) -> bool:
    def parse(text: str) -> bool:
        if text.lower() not in SWITCH:
            raise ValueError(f"it must be one of {', '.join(SWITCH)}")
        return SWITCH[text.lower()]

    return setting(name, default, parse, help)


def names(name: str, default: list[str], help: str) -> list[str]:
    return setting(name, default, lambda text: [one.strip() for one in text.split(",") if one.strip()], help)


def table(name: str, default: dict[str, dict[str, str]], help: str) -> dict[str, dict[str, str]]:
    def parse(text: str) -> dict[str, dict[str, str]]:
        parsed = json.loads(text)
        rows = parsed.values() if isinstance(parsed, dict) else [parsed]
        values = [value for row in rows for value in (row.values() if isinstance(row, dict) else [None])]
        if not all(isinstance(value, str) for value in values):
            raise ValueError(f"it must be JSON: {help}")
        return parsed

    return setting(name, default, parse, help)


def options(name: str, default: dict[str, Any], help: str) -> dict[str, Any]:
    """Named values; the environment may give some of them, of the same kinds."""

    def parse(text: str) -> dict[str, Any]:
        given = json.loads(text)
        if not isinstance(given, dict) or not given.keys() <= default.keys():
            raise ValueError(f"it must be JSON with keys among {', '.join(default)}")
        for key, value in given.items():
            number = isinstance(default[key], float) and isinstance(value, int)
            if isinstance(value, bool) or not (number or isinstance(value, type(default[key]))):
                raise ValueError(f"{key} must be like {json.dumps(default[key])}")
        return default | given

    return setting(name, default, parse, help)


# --- where things lie -------------------------------------------------------------------------------------
AUDIO_DIR = path("AUDIO_DIR", "audio", "your music, searched recursively")
DATABASE_PATH = path("DATABASE_PATH", "db/audio_cache.db", "the SQLite database")
MODEL_DIR = path("MODEL_DIR", "ML/models", "model architectures, one file each")
WEIGHTS_DIR = path("WEIGHTS_DIR", "ML/pesos", "pre-trained weights, e.g. mtat/musicnn.pth")
UI_BUILD_DIR = path("UI_BUILD_DIR", "ui-embedding-visualization/build", "the built app that is served")

# --- what opening a file may take -------------------------------------------------------------------------
DECODE_SECONDS = number(
    "DECODE_SECONDS", 60, "seconds a decoder may be silent, and one for each MB of the file"
)
DECODE_MEMORY_MB = number("DECODE_MEMORY_MB", 1024, "MB that decoding one file may take", smallest=64)
MAX_TRACK_HOURS = number("MAX_TRACK_HOURS", 24, "hours of sound after which a file is given up", smallest=1)

# --- which models preprocess-all runs ---------------------------------------------------------------------
CONV_MODELS = names(
    "CONV_MODELS", ["musicnn", "vgg"], "convolutional models, run with every one of DATASETS they know"
)
DATASETS = names("DATASETS", ["msd", "mtat"], "training sets of CONV_MODELS")
TRANF_MODELS = names(
    "TRANF_MODELS",
    ["musicnn", "whisper", "whisper", "whisper", "mert", "mert", "vggish", "whisper_contrastive", "mfcc_cnn",
     "acoustic"],
    "further models, paired with MODEL_SIZES by position",
)  # fmt: skip
MODEL_SIZES = names(
    "MODEL_SIZES",
    ["jamendo", "base", "small", "tiny", "95m", "330m", "pretrained", "base", "genres10", "librosa"],
    "variants of TRANF_MODELS, one for each",
)
MODEL_WEIGHTS = table(
    "MODEL_WEIGHTS", {}, "weights that lie elsewhere than in WEIGHTS_DIR: {model: {variant: path}}"
)
MERT_WINDOW_SECONDS = number(
    "MERT_WINDOW_SECONDS", 5, "seconds MERT hears at once, 5 to 30; after a change extract with --force",
    smallest=5, largest=30,
)  # fmt: skip
VGGISH_POSTPROCESS = switch(
    "VGGISH_POSTPROCESS", False,
    "VGGish embeddings after PCA, whitening and rounding to 8 bits, as in AudioSet; "
    "after a change extract with --force",
)  # fmt: skip
DEVICES = r"auto|cpu|mps|cuda(:\d+)?"
DEVICE = text("DEVICE", "auto", "where networks run: auto, cpu, cuda, cuda:1, mps", DEVICES)
RUNTIME = text(
    "RUNTIME", "auto", "what runs networks on a CPU: auto (ONNX Runtime where it can), onnx, torch",
    "auto|onnx|torch",
)  # fmt: skip
PRECISION = text(
    "PRECISION", "auto", "on an NVIDIA GPU: auto (half where the answers stay the same), float32",
    "auto|float32",
)  # fmt: skip
ONNX_DIR = path("ONNX_DIR", "ML/pesos/.onnx", "networks made ready for ONNX Runtime, once each")
BATCH_SEGMENTS = number("BATCH_SEGMENTS", 0, "segments a network hears at once; 0: what suits the device")
DOWNLOAD_TIMEOUT_SECONDS = number(
    "DOWNLOAD_TIMEOUT_SECONDS", 30, "seconds of silence after which a download is cut and resumed", smallest=1
)

# --- training data and reports ----------------------------------------------------------------------------
MTG_JAMENDO_ROOT = path("MTG_JAMENDO_ROOT", "data/mtg-jamendo", "the MTG-Jamendo data set")
MTG_JAMENDO_AUDIO_DIR = path(
    "MTG_JAMENDO_AUDIO_DIR", str(MTG_JAMENDO_ROOT / "songs"),
    "its audio, default: songs in MTG_JAMENDO_ROOT",
)  # fmt: skip
MTG_JAMENDO_SPLITS_DIR = path(
    "MTG_JAMENDO_SPLITS_DIR", str(MTG_JAMENDO_ROOT / "data/splits/split-0"),
    "its tables, autotagging_*.tsv, default: data/splits/split-0 in MTG_JAMENDO_ROOT",
)  # fmt: skip
REPORTS_DIR = path("REPORTS_DIR", "reports", "where the analysis commands write")
CONTRASTIVE_TRAINING = options(
    "CONTRASTIVE_TRAINING",
    {
        "model_name": "base",
        "projection_dim": 128,
        "batch_size": 16,
        "num_epochs": 50,
        "learning_rate": 1e-3,
        "temperature": 0.07,
        "audio_duration": 30.0,
        "early_stopping_patience": 10,
    },
    "defaults of ML/train_contrastive.py; JSON with those to change",
)
FEATURE_CACHE_DIR = path(
    "FEATURE_CACHE_DIR", "ML/features", "what frozen encoders heard, kept for the next training"
)
FEATURE_CACHE_MB = number(
    "FEATURE_CACHE_MB", 4000, "most megabytes of it; what was used longest ago goes first", smallest=1
)

# --- maps -------------------------------------------------------------------------------------------------
ON_DEMAND_PROJECTION_METHODS = names(
    "ON_DEMAND_PROJECTION_METHODS", ["umap", "tsne", "pca"], "projections the API offers"
)
PROJECTION_SEED = number("PROJECTION_SEED", 42, "seed of projections: the same library gives the same map")
MAPS_AT_ONCE = number(
    "MAPS_AT_ONCE", 2000, "tracks whose map a request waits for; that of a larger library is drawn beside it"
)

# --- neighbours -------------------------------------------------------------------------------------------
SEARCH_MEMORY_MB = number(
    "SEARCH_MEMORY_MB", 2048, "MB of vectors kept in memory for neighbours; one model's are always kept"
)
SEARCH_INDEX_FROM = number(
    "SEARCH_INDEX_FROM", 200_000, "vectors of a model that are worth an index, built in the background"
)

# --- server -----------------------------------------------------------------------------------------------
MAX_PORT = 65_535
HOST = text("HOST", "127.0.0.1", "address to serve on; 0.0.0.0 lets the whole network in")
API_PORT = number("API_PORT", 5000, "port of the API and the app", largest=MAX_PORT)
APP_PORT = number("APP_PORT", 3000, "second port of the app", largest=MAX_PORT)
CORS_ORIGINS = names(
    "CORS_ORIGINS",
    ["http://localhost:3000", "http://127.0.0.1:3000"],
    "other pages that may read the API",
)
MAX_UPLOAD_MB = number(
    "MAX_UPLOAD_MB", 200, "MB that a file sent to POST /upload may have", smallest=1, largest=1000
)
SERVER_THREADS = number("SERVER_THREADS", 8, "requests answered at the same time", smallest=1)
START_WORKER = switch(
    "START_WORKER", True, "start a worker for jobs beside the server; without it run the command `work`"
)
JOB_STREAMS = number("JOB_STREAMS", 3, "pages told of jobs as they change, at most half of SERVER_THREADS")


def model_weights() -> dict[str, dict[str, Path]]:
    """MODEL_WEIGHTS with paths that start at the project's root."""
    return {
        model: {variant: ROOT / file for variant, file in files.items()}
        for model, files in MODEL_WEIGHTS.items()
    }
