"""Every setting of Melodex: one row each, with its default and what it means.

Edit a default here, or override it by the environment variable `MELODEX_<NAME>`. Lists are comma-separated
and dictionaries are JSON in the environment. Relative paths start at the project's root; in the environment
they start at the current folder. Entry points read this module and pass values down.
"""

from pathlib import Path

from environment import Settings

ROOT = Path(__file__).resolve().parent
settings = Settings(ROOT)
SETTINGS = settings.rows
path, number, text, switch = settings.path, settings.number, settings.text, settings.switch
names, networks, table, options = settings.names, settings.networks, settings.table, settings.options

# --- where things lie -------------------------------------------------------------------------------------
AUDIO_DIR = path("AUDIO_DIR", "audio", "your music, searched recursively")
DATABASE_PATH = path("DATABASE_PATH", "db/audio_cache.db", "the SQLite database")
IGNORED_NAMES = names(
    "IGNORED_NAMES",
    [".*", "@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found", "__MACOSX"],
    "files and folders in AUDIO_DIR that are not indexed; * stands for any letters",
)
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
    "DOWNLOAD_TIMEOUT_SECONDS", 30, "seconds without data after which a download of a file ends", smallest=1
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
CHECKPOINTS_DIR = path(
    "CHECKPOINTS_DIR", "ML/checkpoints", "runs of ML/train_contrastive.py and of the app's trainings"
)
TRAINING_LOGS_DIR = path("TRAINING_LOGS_DIR", "ML/logs", "their curves: tensorboard --logdir ML/logs")
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
LIMIT = r"\d+ per (second|minute|hour|day)(; \d+ per (second|minute|hour|day))*"
HOST = text(
    "HOST", "127.0.0.1", "address to serve on; 0.0.0.0 lets all networks in, who must then know a token"
)  # fmt: skip
TOKEN = text(
    "TOKEN", "", "what whoever asks must know, 16 letters or more; beyond this machine `serve` makes one",
    r"[\w.~-]{16,}|", is_secret=True,
)  # fmt: skip
ALLOWED_HOSTS = names(
    "ALLOWED_HOSTS", [], "names that this machine has in a network, e.g. music.example.org, beside its own",
    r"[\w.-]+",
)  # fmt: skip
TRUSTED_PROXIES = networks("TRUSTED_PROXIES", [], "addresses of proxies that say who asks, e.g. 127.0.0.1")
API_PORT = number("API_PORT", 5000, "port of the API and the app", largest=MAX_PORT)
APP_PORT = number("APP_PORT", 3000, "second port of the app", largest=MAX_PORT)
CORS_ORIGINS = names(
    "CORS_ORIGINS", [f"http://localhost:{APP_PORT}", f"http://127.0.0.1:{APP_PORT}"],
    "pages that may use the API, e.g. https://music.example.org", r"https?://[\w.:\[\]-]+",
)  # fmt: skip
WRITE_LIMIT = text("WRITE_LIMIT", "600 per minute", "requests from one address that change something", LIMIT)
UPLOAD_LIMIT = text("UPLOAD_LIMIT", "240 per minute; 5000 per hour", "files that one address may send", LIMIT)
MAX_UPLOAD_MB = number(
    "MAX_UPLOAD_MB", 200, "MB that a file sent to POST /upload may have", smallest=1, largest=1000
)
SERVER_THREADS = number("SERVER_THREADS", 8, "requests answered at the same time", smallest=1)
START_WORKER = switch(
    "START_WORKER", True, "start a worker for jobs beside the server; without it run the command `work`"
)
LOG_LEVEL = text(
    "LOG_LEVEL", "info", "what the log tells: debug (every request), info, warning, error",
    "debug|info|warning|error",
)  # fmt: skip
LOG_FORMAT = text("LOG_FORMAT", "text", "lines for people (text) or for programs (json)", "text|json")
LOG_FILE = text("LOG_FILE", "", "file that the log goes to; none: the terminal", ".*")
JOB_STREAMS = number("JOB_STREAMS", 3, "pages told of jobs as they change, at most half of SERVER_THREADS")


def model_weights() -> dict[str, dict[str, Path]]:
    """MODEL_WEIGHTS with paths that start at the project's root."""
    return {
        model: {variant: ROOT / file for variant, file in files.items()}
        for model, files in MODEL_WEIGHTS.items()
    }
