"""Mixed load for a while: `python -m tests.reliability.soak --seconds 3600` tells whether anything grows.

Songs are sent and heard and every map is drawn; then come readers, listeners that take ranges, and
every ten seconds a job and a song that is sent again. The first third of the time is for warming up; what the
server and its worker hold afterwards must stay what it is.
"""

import argparse
import random
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import psutil
import requests

from tests.processes import PATIENCE_SECONDS
from tests.reliability.uploading import EXTRACT, send, serve, songs, wait_for, wait_for_jobs
from tests.reliability.workspace import Workspace, fill_shelf

PATHS = (
    "/tracks",
    "/tags",
    "/embeddings?red=acoustic&metodo=pca",
    "/neighbors?track=000.wav&red=acoustic",
    "/jobs",
)
N_READERS = 4
SAMPLE_SECONDS = 1.0
MOST_GROWTH = 1.15


@dataclass(frozen=True)
class Sample:
    """What the server and its processes hold at one moment, and what the database holds.

    The database is counted in pages: its file and its log grow by leaps, whenever SQLite joins them.
    """

    megabytes: float
    files: float
    threads: float
    database_megabytes: float


@dataclass
class Outcome:
    """Means of the second and of the last third; statuses: how often each was answered."""

    early: Sample
    late: Sample
    statuses: Counter[int]

    def growth(self) -> dict[str, float]:
        pairs = zip(fields(Sample), astuple(self.early), astuple(self.late), strict=True)
        return {field.name: late / early for field, early, late in pairs}


def measure(process: psutil.Process, workspace: Workspace) -> Sample:
    family = [process, *process.children(recursive=True)]
    databases = [workspace.database, *workspace.folder.glob("library.db.jobs")]
    return Sample(
        sum(each.memory_info().rss for each in family) / 2**20,
        sum(each.num_fds() for each in family),
        sum(each.num_threads() for each in family),
        sum(map(database_bytes, databases)) / 2**20,
    )


def database_bytes(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (n_pages,), (page_size,) = (
            connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
        )
    return n_pages * page_size


def mean(samples: list[Sample]) -> Sample:
    columns = zip(*map(astuple, samples), strict=True)
    return Sample(*(sum(column) / len(samples) for column in columns))


def repeat(
    over: threading.Event, statuses: Counter[int], ask: Callable[[], requests.Response], pause_seconds: float
) -> None:
    while not over.wait(pause_seconds):
        statuses[ask().status_code] += 1


def read(address: str, rng: random.Random) -> requests.Response:
    return requests.get(address + rng.choice(PATHS), timeout=PATIENCE_SECONDS)


def listen(address: str, rng: random.Random) -> requests.Response:
    first = rng.randrange(10_000)
    return requests.get(
        f"{address}/audio/000.wav",
        headers={"Range": f"bytes={first}-{first + 9999}"},
        timeout=PATIENCE_SECONDS,
    )


def settle(address: str) -> None:
    """Every song is heard, and every map is there."""
    requests.post(f"{address}/jobs", json=EXTRACT, timeout=PATIENCE_SECONDS).raise_for_status()
    wait_for_jobs(address)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(requests.get(address + path, timeout=PATIENCE_SECONDS).status_code != 200 for path in PATHS):
        assert time.monotonic() < deadline, "a map that is never drawn"
        time.sleep(0.1)


def soak(folder: Path, seconds: float, pause_seconds: float = 0.0, n_answers: int = 0) -> Outcome:
    """pause_seconds: of each reader between two requests.  n_answers: least number of answered ranges."""
    workspace = Workspace(folder / "library", fill_shelf(folder / "shelf", 12))
    workspace.folder.mkdir()
    server, address = serve(workspace)
    over, statuses, rng = threading.Event(), Counter(), random.Random(9)
    asks = [lambda: read(address, rng)] * N_READERS + [lambda: listen(address, rng)]
    threads = [threading.Thread(target=repeat, args=(over, statuses, ask, pause_seconds)) for ask in asks]
    try:
        wait_for(address)
        send(address, songs(workspace))
        settle(address)
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        samples = watch(
            psutil.Process(server.pid), workspace, address, seconds,
            lambda: statuses[206] >= n_answers or time.monotonic() > deadline,
        )  # fmt: skip
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        server.terminate()
        server.wait(PATIENCE_SECONDS)
    third = len(samples) // 3
    return Outcome(mean(samples[third : 2 * third]), mean(samples[2 * third :]), statuses)


def watch(
    process: psutil.Process,
    workspace: Workspace,
    address: str,
    seconds: float,
    is_enough: Callable[[], bool] = lambda: True,
) -> list[Sample]:
    """A sample a second, until the seconds are over and it is enough.

    Every ten samples a job and a song that is there already.
    """
    samples: list[Sample] = []
    sent = songs(workspace)
    began = time.monotonic()
    while time.monotonic() - began < seconds or not is_enough():
        if len(samples) % 10 == 0:
            requests.post(f"{address}/jobs", json=EXTRACT, timeout=PATIENCE_SECONDS)
            send(address, [sent[len(samples) // 10 % len(sent)]])
        time.sleep(SAMPLE_SECONDS)
        samples.append(measure(process, workspace))
    return samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=150)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        outcome = soak(Path(folder), seconds)
    print(f"{seconds:.0f} s, answers by status: {dict(outcome.statuses)}")
    for field, early, late in zip(fields(Sample), astuple(outcome.early), astuple(outcome.late), strict=True):
        print(f"| {field.name} | {early:.1f} | {late:.1f} |")
    grown = {name: growth for name, growth in outcome.growth().items() if growth > MOST_GROWTH}
    if grown:
        raise SystemExit(f"Grows: {grown}")


if __name__ == "__main__":
    main()
