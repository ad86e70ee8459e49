"""A real library, a real server process, a real browser."""

import json
import os
import shutil
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
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ML.models.musicnn import MusiCNN
from tests.e2e.browser import ARGUMENTS, find_chromium
from tests.e2e.commands import ROOT, run_commands
from tests.ML.golden import SHARED, fill_weights

MODELS = "musicnn/mtat,mfcc_cnn,acoustic"
N_TRACKS = 48
DEMO_SECONDS = 9.0  # of each track, instead of 23: three segments of MusiCNN, whose moments tests follow
POLICY = "Content Security Policy"
SCREEN = {"width": 1440, "height": 900}
PATIENCE = 180_000  # ms; what takes 5 s with software rendering may take twenty times that at a load of ten
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Site:
    """A running server. environment: what its process was started with."""

    app: str
    api: str
    environment: dict[str, str]


def pytest_itemcollected(item: pytest.Item) -> None:
    """One worker for all tests of a file: they share a set-up."""
    if not item.get_closest_marker("xdist_group"):
        item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def demo_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo library, analyzed and evaluated: made once for all workers, which copy it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, unfinished = shared / "demo", shared / "demo.unfinished"
    with FileLock(shared / "demo.lock"):
        if not folder.exists():
            shutil.rmtree(unfinished, ignore_errors=True)  # of a worker that failed
            make_demo_library(unfinished)
            unfinished.rename(folder)
    return folder


def make_demo_library(folder: Path) -> None:
    """Make it by the commands a person would type."""
    (folder / "audio").mkdir(parents=True)
    short = {} if os.environ.get("SCREENSHOTS") else {"DEMO_SECONDS": str(DEMO_SECONDS)}
    run_commands(
        library_settings(folder, folder / "audio") | short,
        ["make-demo-library", "--if-empty", "--no-progress"],
        ["index-audio", "--no-progress"],
        ["preprocess-all", "--models", MODELS, "--no-progress"],
        ["find-duplicates", "--no-progress"],
        ["evaluate", "--no-progress", "--out", str(folder / "evaluation")],
    )


def library_settings(folder: Path, audio: Path) -> dict[str, str]:
    """Environment of a process whose database is in `folder`; the server gets ports of its own."""
    settings = {
        "AUDIO_DIR": audio,
        "DATABASE_PATH": folder / "cache.db",
        "CHECKPOINTS_DIR": folder / "runs",
        "WEIGHTS_DIR": SHARED / "weights" if SHARED.is_dir() else made_up_weights(folder / "weights"),
    }
    return os.environ | {f"MELODEX_{name}": str(value) for name, value in settings.items()} | free_ports()


def made_up_weights(folder: Path) -> Path:
    """Weights that make a model run, where no published ones are at hand."""
    file = folder / "mtat" / "musicnn.pth"
    if not file.exists():
        network = MusiCNN(200, 50)
        fill_weights(network)
        file.parent.mkdir(parents=True)
        torch.save(network.state_dict(), file)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_ports() -> dict[str, str]:
    """Ports of a server that runs next to others."""
    return {f"MELODEX_{name}_PORT": str(free_port()) for name in ("API", "APP")}


@pytest.fixture(scope="session")
def library(demo_library: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A copy of the demo library for this worker: tests write to its database, none to its audio."""
    folder = tmp_path_factory.mktemp("library") / "copy"
    shutil.copytree(demo_library, folder, ignore=shutil.ignore_patterns("audio", "*.lock"))
    return library_settings(folder, demo_library / "audio")


@pytest.fixture(scope="session")
def site(library: dict[str, str]) -> Iterator[Site]:
    with serving(library) as running:
        yield running


@pytest.fixture(scope="session")
def evaluated(demo_library: Path) -> dict:
    """The evaluation of the demo library, as the command wrote it."""
    return json.loads((demo_library / "evaluation" / "evaluation.json").read_text())


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


START_SECONDS = 180  # a server starts in 5; only one that hangs takes this long, on any machine


def wait_for(url: str, process: subprocess.Popen, seconds: float = START_SECONDS) -> None:
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


@pytest.fixture(scope="session")
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """The window of all tests of a worker: its cache halves the processor time of opening the app."""
    window = chromium.new_context(viewport=SCREEN, color_scheme="dark")
    window.set_default_timeout(PATIENCE)
    window.new_page()  # stays open: with the last page the browser drops the compiled app
    yield window
    window.close()


@contextmanager
def new_page(window: BrowserContext) -> Iterator[Page]:
    """A page without cookies and storage, which raises AssertionError when the app throws, or does what its
    content policy forbids."""
    page = window.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.on("console", lambda said: POLICY in said.text and thrown.append(said.text))
    yield page
    page.goto("about:blank")  # the app is gone before its storage: it would write again
    everything = {"origin": "*", "storageTypes": "all"}
    window.new_cdp_session(page).send("Storage.clearDataForOrigin", everything)
    window.clear_cookies()
    for left in window.pages[1:]:
        left.close()
    assert not thrown, thrown


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    with new_page(window) as page:
        yield page


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go: SCREENSHOTS names a folder that keeps them."""
    folder = os.environ.get("SCREENSHOTS")
    path = ROOT / folder if folder else tmp_path_factory.mktemp("screenshots")
    path.mkdir(parents=True, exist_ok=True)
    return path
