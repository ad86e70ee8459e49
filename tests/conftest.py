"""A music folder, a database and an app of one's own for every test."""

import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from db.database import Database, open_database
from db.indexing import IndexSummary, index_library
from db.schema import Track
from ML import registry
from ML.inference import LoadedModel
from ML.segments import SegmentOutput, Segments
from ML.spec import ModelSpec
from tests.downloads import Publisher, publishing
from tests.sounds import noise, write_sound

REPOSITORY = Path(__file__).parents[1]
WANTED = {  # settings that keep tests quick, and independent of the models there are by default
    "CONV_MODELS": "musicnn", "DATASETS": "mtat", "TRANF_MODELS": "acoustic", "MODEL_SIZES": "librosa",
    "ON_DEMAND_PROJECTION_METHODS": "pca",
}  # fmt: skip


# Tests of a group run one after another in one worker: they share a set-up. The longest groups come first, so
# that no worker has one left when the other has finished; then other groups, then tests without one.
LONG_GROUPS = (
    "test_accessibility", "stopping", "real models", "trainings", "contrastive", "models", "training",
    "demo library",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=place_in_queue)


def place_in_queue(item: pytest.Item) -> int:
    marker = item.get_closest_marker("xdist_group")
    if marker is None:
        return len(LONG_GROUPS) + 1
    return LONG_GROUPS.index(marker.args[0]) if marker.args[0] in LONG_GROUPS else len(LONG_GROUPS)


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """An empty music folder."""
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


@pytest.fixture
def database(tmp_path: Path):
    opened = open_database(tmp_path / "library.db")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def copy_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[Database], None], Path], None]:
    """Put a copy of the database that a function fills at a path; it is filled once for all tests."""
    filled: dict[str, Path] = {}

    def copy(fill: Callable[[Database], None], target: Path) -> None:
        name = f"{fill.__module__}.{fill.__name__}"
        if name not in filled:
            filled[name] = tmp_path_factory.mktemp("filled") / "library.db"
            opened = open_database(filled[name])
            fill(opened)
            opened.close()
        with closing(sqlite3.connect(filled[name])) as source, closing(sqlite3.connect(target)) as made:
            source.backup(made)

    return copy


@pytest.fixture
def index(database: Database, music: Path) -> Callable[[], IndexSummary]:
    return lambda: index_library(database, music)


@pytest.fixture
def tracks(database: Database) -> Callable[[], dict[str, Track]]:
    """Every row of `tracks` by file name, gone ones too."""

    def read() -> dict[str, Track]:
        with database.read() as session:
            rows = {track.filename: track for track in session.scalars(select(Track))}
            session.expunge_all()
        return rows

    return read


@pytest.fixture
def in_process(monkeypatch) -> None:
    """Songs are decoded in this process, for tests that count it or make it up."""
    monkeypatch.setattr("ML.track_reading.isolated_items", lambda function, *rest: function(*rest))


# In the place of ML/isolated_worker.py: reads the question, answers as told, and stays.
FAKE_WORKER = """
import socket, sys, time
connection = socket.socket(fileno=int(sys.argv[1]))
connection.recv(10**6)
{action}
time.sleep(1000)
"""


@pytest.fixture
def fake_worker(monkeypatch) -> Callable[[str], None]:
    """The next decoder that is started runs `action` instead; its socket is `connection`."""
    from ML import isolation

    start, started = subprocess.Popen, []

    def replace(action: str) -> None:
        def popen(command, **options):
            started.append(command)
            if len(started) == 1:
                command = [command[0], "-c", FAKE_WORKER.format(action=action), *command[4:]]
            return start(command, **options)

        monkeypatch.setattr(isolation, "_idle", [])
        monkeypatch.setattr(isolation.subprocess, "Popen", popen)

    return replace


class CountingModel:
    """Stands in for a network: hears level and spread of each segment, and counts what it is asked.

    Segments louder than `deaf_above` make it raise, as a network that trips over one track does.
    """

    def __init__(self, width: int = 4, deaf_above: float = np.inf):
        self.width, self.deaf_above = width, deaf_above
        self.batch_sizes: list[int] = []  # appended to by many threads

    @property
    def n_calls(self) -> int:
        return len(self.batch_sizes)

    @property
    def n_segments(self) -> int:
        return sum(self.batch_sizes)

    def __call__(self, segments: Segments) -> SegmentOutput:
        self.batch_sizes.append(len(segments))
        if np.abs(segments.samples).max() > self.deaf_above:
            raise RuntimeError("shape mismatch in layer 3")
        spread = segments.samples.std(axis=1, keepdims=True)
        loud = np.abs(segments.samples).max(axis=1, keepdims=True)
        embedding = np.concatenate(
            [spread * (column + 1) for column in range(self.width - 1)] + [loud], axis=1
        )
        return SegmentOutput(embedding.astype(np.float32), np.concatenate([loud, spread], axis=1))


@pytest.fixture
def fake_models() -> Callable[..., dict[str, LoadedModel]]:
    """Registry pairs by key, each with a CountingModel in the place of its network."""

    def make(*keys: str, **options: float) -> dict[str, LoadedModel]:
        specs = [spec for key in keys for spec in registry.get_by_key(key)]
        return {spec.key: LoadedModel(spec, CountingModel(**options)) for spec in specs}

    return make


@pytest.fixture
def loads(monkeypatch) -> Counter[str]:
    """Commands load CountingModels; counts how often each model was loaded."""
    counter: Counter[str] = Counter()

    def load_spec(spec: ModelSpec, **_: object) -> LoadedModel:
        counter[spec.key] += 1
        return LoadedModel(spec, CountingModel())

    monkeypatch.setattr("backend.loading.load_spec", load_spec)
    return counter


@pytest.fixture
def app(tmp_path: Path, music: Path, monkeypatch):
    """An app over `music` and its own database, without weights; its maps are PCA."""
    import config
    from backend.server import create_app
    from backend.web import set_up_web

    for name, value in WANTED.items():
        monkeypatch.setattr(config, name, value.split(","))
    folders = {
        "AUDIO_DIR": music,
        "DATABASE_PATH": tmp_path / "library.db",
        "WEIGHTS_DIR": tmp_path / "weights",
        "FEATURE_CACHE_DIR": tmp_path / "features",
        "CHECKPOINTS_DIR": tmp_path / "runs",
        "TRAINING_LOGS_DIR": tmp_path / "curves",
        "MTG_JAMENDO_ROOT": tmp_path / "jamendo",
        "MTG_JAMENDO_AUDIO_DIR": tmp_path / "jamendo" / "songs",
        "MTG_JAMENDO_SPLITS_DIR": tmp_path / "jamendo" / "data" / "splits" / "split-0",
    }
    own = {"UI_BUILD_DIR": tmp_path / "build", "TESTING": False, "START_WORKER": False}
    app = create_app(folders | own)
    set_up_web(app)
    yield app
    for name in ("database", "job_store"):
        if name in app.extensions:
            app.extensions[name].close()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def work_off(app) -> Callable[[], None]:
    """Run every job that waits, in this process, as the worker does in its own."""
    from backend.jobs.queue import job_queue

    def work() -> None:
        with app.app_context():
            huey = job_queue().huey
            while task := huey.dequeue():
                huey.execute(task)

    return work


@pytest.fixture
def run(app) -> Callable:
    """A command inside this process: run("index-audio") → click's result with exit_code, stdout, stderr."""
    runner = app.test_cli_runner()
    return lambda *arguments: runner.invoke(args=[str(argument) for argument in arguments])


@pytest.fixture
def songs(music: Path) -> list[str]:
    """Three different songs in the music folder."""
    names = ["a.wav", "album/b.flac", "c.ogg"]
    for seed, name in enumerate(names):
        write_sound(music / name, noise(seed) * (seed + 1))
    return names


@pytest.fixture
def environment(tmp_path: Path, music: Path) -> dict[str, str]:
    """For commands in a process of their own: the same folders as `app`."""
    return process_environment(music, tmp_path / "library.db")


def process_environment(audio_dir: Path, database_path: Path) -> dict[str, str]:
    """Only acoustic/librosa and PCA: what runs everywhere, quickly."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MELODEX_")}
    wanted = {f"MELODEX_{name}": value for name, value in WANTED.items()}
    folders = {
        "WEIGHTS": "weights",
        "FEATURE_CACHE": "features",
        "CHECKPOINTS": "runs",
        "TRAINING_LOGS": "curves",
    }
    beside = {f"MELODEX_{name}_DIR": str(database_path.parent / folder) for name, folder in folders.items()}
    return own | wanted | beside | {
        "MELODEX_AUDIO_DIR": str(audio_dir),
        "MELODEX_DATABASE_PATH": str(database_path),
        "MELODEX_CONV_MODELS": "",
        "NUMBA_NUM_THREADS": "1",
    }  # fmt: skip


def flask_command(*arguments: object) -> list[str]:
    """`flask --app backend.server …` with this Python."""
    return [sys.executable, "-m", "flask", "--app", "backend.server", *map(str, arguments)]


@pytest.fixture
def flask(environment) -> Callable[..., subprocess.CompletedProcess]:
    """A command in a process of its own; keyword arguments are further environment variables."""

    def call(*arguments: object, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            flask_command(*arguments), cwd=REPOSITORY, env=environment | variables, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip

    return call


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """A server on this machine that publishes weights."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with publishing() as publisher:
        yield publisher
