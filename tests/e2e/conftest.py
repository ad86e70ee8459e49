"""A real library, a real server process, a real browser."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ML.models.musicnn import MusiCNN
from tests.e2e.browser import ARGUMENTS, find_chromium
from tests.ML.golden import SHARED, fill_weights

ROOT = Path(__file__).resolve().parents[2]
MODELS = "musicnn/mtat,mfcc_cnn,acoustic"
N_TRACKS = 48
POLICY = "Content Security Policy"
SCREEN = {"width": 1440, "height": 900}
PATIENCE = 60_000  # ms; software rendering on two busy cores
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Site:
    """A running server. environment: what its process was started with."""

    app: str
    api: str
    environment: dict[str, str]


def pytest_itemcollected(item: pytest.Item) -> None:
    """One worker for all tests of the demo library, which is analyzed once; one for each other file."""
    if not item.get_closest_marker("xdist_group"):
        assert isinstance(item, pytest.Function)
        group = "browser" if "library" in item.fixturenames else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings of a fresh library: the demo tracks, heard by two models."""
    folder = tmp_path_factory.mktemp("library")
    settings = {
        "AUDIO_DIR": folder / "audio",
        "DATABASE_PATH": folder / "cache.db",
        "CHECKPOINTS_DIR": folder / "runs",
        "WEIGHTS_DIR": SHARED / "weights" if SHARED.is_dir() else made_up_weights(folder / "weights"),
        "API_PORT": port_or_other(5000),
        "APP_PORT": port_or_other(3000),
    }
    return {**os.environ, **{f"MELODEX_{name}": str(value) for name, value in settings.items()}}


def made_up_weights(folder: Path) -> Path:
    """Weights that make a model run, where no published ones are at hand."""
    network = MusiCNN(200, 50)
    fill_weights(network)
    (folder / "mtat").mkdir(parents=True)
    torch.save(network.state_dict(), folder / "mtat" / "musicnn.pth")
    return folder


def port_or_other(port: int) -> int:
    """The documented port, or a free one when somebody uses it."""
    for candidate in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise RuntimeError("no free port")


def flask(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "flask", "--app", "backend.server", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)


@pytest.fixture(scope="session")
def library(environment: dict[str, str]) -> dict[str, str]:
    """The demo library, indexed and extracted by the commands a person would type."""
    Path(environment["MELODEX_AUDIO_DIR"]).mkdir()
    flask(environment, "make-demo-library", "--if-empty", "--no-progress")
    flask(environment, "index-audio", "--no-progress")
    flask(environment, "preprocess-all", "--models", MODELS, "--no-progress")
    return environment


@pytest.fixture(scope="session")
def site(library: dict[str, str]) -> Iterator[Site]:
    with serving(library) as running:
        yield running


@pytest.fixture(scope="session")
def evaluated(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The demo library, judged by the command a person would type."""
    folder = tmp_path_factory.mktemp("evaluation")
    flask(site.environment, "evaluate", "--no-progress", "--out", str(folder))
    return json.loads((folder / "evaluation.json").read_text())


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Site]:
    """The server that `make run` ends with, as a process of its own."""
    api, app = (f"http://localhost:{environment[f'MELODEX_{name}_PORT']}" for name in ("API", "APP"))
    command = [sys.executable, "-m", "flask", "--app", "backend.server", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as server:
        try:
            wait_for(api, server)  # the app itself, which asks for no token
            yield Site(app, api, environment)
        finally:
            server.send_signal(signal.SIGINT)


def wait_for(url: str, process: subprocess.Popen, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} did not answer within {seconds} s")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that fails its test when the app throws, or does what its content policy forbids."""
    context = chromium.new_context(viewport=SCREEN, color_scheme="dark")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.on("console", lambda said: POLICY in said.text and thrown.append(said.text))
    yield page
    context.close()
    assert not thrown, thrown


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go: SCREENSHOTS names a folder that keeps them."""
    folder = os.environ.get("SCREENSHOTS")
    path = ROOT / folder if folder else tmp_path_factory.mktemp("screenshots")
    path.mkdir(parents=True, exist_ok=True)
    return path
