"""A server that is sent songs, and dies of it now and then."""

import subprocess
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import requests

from tests.backend.conftest import free_ports
from tests.conftest import flask_command
from tests.processes import PATIENCE_SECONDS
from tests.reliability.workspace import Workspace, hashes
from tests.soundness import query

N_SENT = 12
MODELS = {"TRANF_MODELS": "acoustic", "MODEL_SIZES": "librosa"}
EXTRACT = {"kind": "extract", "parameters": {"models": ["acoustic"]}}
HEARD = """
SELECT content_hash, model, dataset, embedding_data, taggram_data
FROM tracks JOIN embeddings ON track_id = tracks.id ORDER BY content_hash, model
"""


def serve(workspace: Workspace) -> tuple[subprocess.Popen, str]:
    """A server with a music folder of its own, and its address."""
    music = workspace.folder / "music"
    music.mkdir(exist_ok=True)
    api, app = free_ports(2)
    settings = {"AUDIO_DIR": music, "API_PORT": api, "APP_PORT": app, **MODELS}
    workspace.variables = {f"MELODEX_{name}": str(value) for name, value in settings.items()}
    return workspace.start(flask_command("serve")), f"http://127.0.0.1:{api}"


def songs(workspace: Workspace) -> list[Path]:
    return sorted(workspace.shelf.iterdir())[:N_SENT]


def missing(workspace: Workspace) -> list[Path]:
    """What whoever sends has had no answer to, as far as the music folder shows it."""
    there = set(hashes(workspace.folder / "music").values())
    sent = hashes(workspace.shelf)
    return [path for path in songs(workspace) if sent[path.name] not in there]


def send(address: str, paths: Iterable[Path]) -> None:
    """Raises requests.RequestException when the server is gone."""
    wait_for(address)
    for path in paths:
        with path.open("rb") as file:
            answer = requests.post(
                f"{address}/upload", files={"file": (path.name, file)}, timeout=PATIENCE_SECONDS
            )
        assert answer.status_code == 200, answer.text


def wait_for(address: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            requests.get(f"{address}/jobs", timeout=PATIENCE_SECONDS)
            return
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def serve_and_send(workspace: Workspace) -> subprocess.Popen:
    process, address = serve(workspace)
    threading.Thread(target=send_until_it_dies, args=(address, missing(workspace)), daemon=True).start()
    return process


def send_until_it_dies(address: str, paths: list[Path]) -> None:
    try:
        send(address, paths)
    except requests.RequestException:
        return


def n_received(workspace: Workspace) -> int:
    return N_SENT - len(missing(workspace))


def send_the_rest(workspace: Workspace) -> None:
    """As a person would: start it again and send all of it once more."""
    process, address = serve(workspace)
    try:
        send(address, songs(workspace))
        requests.post(f"{address}/jobs", json=EXTRACT, timeout=PATIENCE_SECONDS).raise_for_status()
        wait_for_jobs(address)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def wait_for_jobs(address: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(state in ("queued", "running") for state in job_states(address)):
        assert time.monotonic() < deadline, "jobs that never end"
        time.sleep(0.1)


def job_states(address: str) -> list[str]:
    return [job["state"] for job in requests.get(f"{address}/jobs", timeout=PATIENCE_SECONDS).json()["jobs"]]


def received(workspace: Workspace) -> Any:
    """Every song once, under its name, and what was heard of it."""
    return hashes(workspace.folder / "music"), query(workspace.database, HEARD)
