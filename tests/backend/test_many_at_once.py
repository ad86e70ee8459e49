"""Two extractions, an index and fifty readers at once: no database is locked, and nothing is done twice."""

import json
import threading
import urllib.error
import urllib.request
from collections import Counter

import pytest

from tests.backend.conftest import fetch
from tests.backend.test_stopping import INDEX, N_SONGS, WITHOUT_MAPS, finish, start
from tests.backend.test_stopping import indexed as indexed
from tests.backend.test_stopping import path as path
from tests.backend.test_stopping import shelf as shelf
from tests.conftest import process_environment
from tests.processes import PATIENCE_SECONDS
from tests.soundness import assert_sound, query

pytestmark = pytest.mark.xdist_group("stopping")
N_READERS = 50
PATHS = ("/tracks", "/audios", "/tags", "/embeddings?red=acoustic&metodo=pca", "/models", "/extractions")


def read_on(port: int, number: int, over: threading.Event, statuses: Counter) -> None:
    while not over.is_set():
        path = PATHS[number % len(PATHS)]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_SECONDS) as answer:
                json.load(answer)
                statuses[answer.status] += 1
        except urllib.error.HTTPError as error:
            statuses[error.code] += 1
        except OSError as error:
            statuses[str(error)] += 1
        number += 1


def test_writers_and_readers_at_once(shelf, indexed, serve):
    own = {
        name: value for name, value in process_environment(shelf, indexed).items() if name.startswith("MEL")
    }
    server, port, _ = serve(**own, MELODEX_START_WORKER="false")
    fetch(port, "/audios")  # it is up
    over, statuses = threading.Event(), Counter()
    readers = [
        threading.Thread(target=read_on, args=(port, number, over, statuses)) for number in range(N_READERS)
    ]
    for reader in readers:
        reader.start()
    try:
        writers = [start(shelf, indexed, WITHOUT_MAPS) for _ in range(2)]
        writers.append(start(shelf, indexed, INDEX))
        outputs = [finish(writer) for writer in writers]
    finally:
        over.set()
        for reader in readers:
            reader.join(60)
    assert "0 failed" in outputs[0] and "0 failed" in outputs[1]
    assert f"{N_SONGS} unchanged" in outputs[2]
    assert statuses.keys() == {200} and statuses.total() >= N_READERS
    assert_sound(indexed)
    assert query(indexed, "SELECT count(*) FROM embeddings") == [(N_SONGS,)]
    n_extracted = sum(int(output.split(" extracted")[0].split()[-1]) for output in outputs[:2])
    assert n_extracted == N_SONGS, "what one has in hand the other does not do again"
