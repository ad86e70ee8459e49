"""How fast the server answers for a library of 100 000 tracks, over HTTP, as a browser asks.

    python -m benchmarks.api [--tracks 100000]

Makes a synthetic library, serves it with `flask serve` and asks on one connection that stays open. Warm: the
same question as before, of an unchanged library; cold: the first one. The baseline writes the same JSON with
the standard library and compresses it, which every answer would cost without keeping.
"""

import argparse
import gzip
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote

import pyarrow as pa
from sqlalchemy import update
from sqlalchemy.orm import Session

from benchmarks.report import Figure, Row, at_most, report
from benchmarks.synthetic_library import make_library
from db.database import open_database
from db.embeddings import Pair
from db.library_state import LibraryState, load_state, read_state
from db.schema import Track
from ML import registry

ROOT = Path(__file__).resolve().parents[1]
PORT = 5993
SPEC = registry.get("mert", "95m")
MAP = f"?red={SPEC.name}&dataset={SPEC.variant}&metodo=pca"
N_REPEATS = 15
PATIENCE_SECONDS = 600
NOTES = """The first answer after a change is written anew (cold). File names are the bulk of every body:
of the columns' bytes in transport they are more than half, coordinates (rounded to 14 bits) most of the
rest."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float


def unpack(body: bytes) -> bytes:
    """Of Zstandard, which browsers are answered in."""
    return pa.CompressedInputStream(pa.BufferReader(body), "zstd").read()


class Client:
    """One connection that stays open."""

    def __init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE_SECONDS)

    def get(self, path: str, encoding: str = "zstd", etag: str | None = None) -> Answer:
        headers = {"Accept-Encoding": encoding, **({"If-None-Match": etag} if etag else {})}
        start = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        response = self.connection.getresponse()
        body = response.read()
        return Answer(response.status, response.headers, body, time.perf_counter() - start)

    def get_ready(self, path: str) -> Answer:
        """The first answer that is no 202."""
        start = time.perf_counter()
        while (answer := self.get(path)).status == 202:
            time.sleep(0.5)
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {answer.body[:200]!r}")
        return Answer(answer.status, answer.headers, answer.body, time.perf_counter() - start)

    def time(self, path: str, etag: str | None = None) -> float:
        """Milliseconds, the median of warm answers."""
        self.get(path)
        return 1000 * median(self.get(path, etag=etag).seconds for _ in range(N_REPEATS))


def measure(n_tracks: int, folder: Path) -> Iterator[Row]:
    make_library(folder / "library.db", n_tracks, SPEC, hidden=False).close()
    with serving(folder):
        client, size = Client(), f"{n_tracks:,} tracks"
        for path, name in ((f"/embeddings{MAP}", "map, JSON"), ("/tracks", "/tracks")):
            cold = client.get_ready(path)
            baseline = Figure(time_writing(cold.body), "ms", "json.dumps, gzip")
            yield Row(
                f"{name}, {size}, warm", baseline, Figure(client.time(path), "ms"), at_most(Figure(100, "ms"))
            )
            etag = client.get(path).headers["ETag"]
            yield Row(f"{name}, 304", None, Figure(client.time(path, etag), "ms"), at_most(Figure(5, "ms")))
            yield Row(f"{name}, compressed", None, Figure(len(cold.body) / 1e6, "MB"))
        yield from measure_columns(client, size)
        yield from measure_neighbors(client, size)
    yield from measure_state(folder / "library.db", size)


def measure_columns(client: Client, size: str) -> Iterator[Row]:
    path = f"/embeddings.arrow{MAP}"
    cold = client.get_ready(path)
    yield Row(f"map, Arrow, {size}, cold", None, Figure(1000 * cold.seconds, "ms"))
    yield Row(f"map, Arrow, {size}, warm", None, Figure(client.time(path), "ms"), at_most(Figure(20, "ms")))
    yield Row("map, Arrow, compressed", None, Figure(len(cold.body) / 1e6, "MB"), at_most(Figure(2, "MB")))
    plain = client.get(path, "identity")
    yield Row("map, Arrow, unpacked", None, Figure(len(plain.body) / 1e6, "MB"))


def measure_neighbors(client: Client, size: str) -> Iterator[Row]:
    names = json.loads(client.get("/audios", "identity").body)
    pair = f"&red={SPEC.name}&dataset={SPEC.variant}"
    cold = client.get_ready(f"/neighbors?track={quote(names[0])}{pair}")
    yield Row(f"/neighbors, {size}, cold", None, Figure(cold.seconds, "s", "reads every vector"))
    seconds = [
        client.get(f"/neighbors?track={quote(name)}{pair}").seconds for name in names[:: len(names) // 30]
    ]
    yield Row(f"/neighbors, {size}, another track each", None, Figure(1000 * median(seconds), "ms"))


def measure_state(library: Path, size: str) -> Iterator[Row]:
    """What every first answer after a commit begins with."""
    database = open_database(library)
    with database.read() as session:
        load_state(session, (SPEC.name, SPEC.variant))
    with database.write() as session:
        session.execute(update(Track).where(Track.id == 7).values(tempo=120.0))
    with database.read() as session:
        ours, read = (time_in(session, work) for work in (load_state, read_state))
    database.close()
    work = f"which vectors there are, {size}, after a commit beside them"
    yield Row(work, Figure(read, "ms", "read anew"), Figure(ours, "ms", "by their stamp"))


def time_in(session: Session, work: Callable[[Session, Pair], LibraryState]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    work(session, (SPEC.name, SPEC.variant))
    return 1000 * (time.perf_counter() - start)


def time_writing(body: bytes) -> float:
    """Milliseconds to write and compress what was answered, as Flask and a gzip filter do."""
    value = json.loads(unpack(body))
    start = time.perf_counter()
    gzip.compress(json.dumps(value).encode(), 6)
    return 1000 * (time.perf_counter() - start)


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    environment = {
        **os.environ,
        "MELODEX_DATABASE_PATH": str(folder / "library.db"),
        "MELODEX_AUDIO_DIR": str(folder),
        "MELODEX_API_PORT": str(PORT),
        "MELODEX_APP_PORT": str(PORT + 1),
    }
    command = [sys.executable, "-m", "flask", "--app", "backend.server", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            wait_until_it_answers()
            yield
        finally:
            server.terminate()


def wait_until_it_answers() -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            Client().get("/tags")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The server does not answer.")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000, help="how many (default: 100000)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report("api", "python -m benchmarks.api", measure(arguments.tracks, Path(folder)), NOTES)


if __name__ == "__main__":
    main()
