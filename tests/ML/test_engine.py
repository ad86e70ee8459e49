"""Nobody waits for a slow file, and nobody reads ahead of what can be heard."""

import threading
from collections import Counter
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from ML.devices import Workers
from ML.engine import Engine, Job, TrackResult
from ML.errors import AudioDecodeError, MelodexError
from ML.inference import LoadedModel
from ML.registry import get, get_by_key
from tests.conftest import CountingModel

WORKERS = Workers(n_readers=2, n_hearers=2)
MODELS = ("musicnn/jamendo", "acoustic/librosa")
SECONDS = 10.0  # of every block


@pytest.fixture
def models() -> dict[str, LoadedModel]:
    return {key: LoadedModel(get_by_key(key)[0], CountingModel()) for key in MODELS}


@pytest.fixture
def files(monkeypatch, in_process):
    """(files made up: {name: levels of its blocks, Events to wait for, errors to raise}, how often opened)"""
    contents: dict[str, list] = {}
    opened: Counter[str] = Counter()

    def stream_at(path, rates, digest):
        opened[path.name] += 1
        for block in contents[path.name]:
            if isinstance(block, Event):
                assert block.wait(20), "nobody came"
            elif isinstance(block, Exception):
                raise block
            else:
                yield {rate: np.full(int(SECONDS * rate), block, np.float32) for rate in rates}

    monkeypatch.setattr("ML.track_reading.stream_at", stream_at)
    return contents, opened


def jobs(names, keys=MODELS) -> list[Job]:
    return [Job(number, Path(name), tuple(keys)) for number, name in enumerate(names)]


def outcomes(results) -> dict[tuple[int, str], TrackResult]:
    listed = list(results)
    named = {(result.track_id, result.key): result.outcome for result in listed}
    assert len(named) == len(listed), "one result for each pair"
    return named


def test_every_file_is_opened_once_and_every_track_gets_its_own(models, files):
    contents, opened = files
    contents |= {f"{n}.mp3": [n / 100] * (n % 7 + 1) for n in range(40)}
    results = outcomes(Engine(models, WORKERS).run(jobs(contents)))
    assert len(results) == 80 and set(opened.values()) == {1}
    for (number, key), output in results.items():
        seconds, segment = SECONDS * (number % 7 + 1), get_by_key(key)[0].segment_seconds
        starts = output.segment_starts
        assert len(starts) == int(seconds / segment + 0.5)
        assert starts.tolist() == [segment * place for place in range(len(starts))]
        assert np.allclose(output.embedding[-1], number / 100)  # a float32 sample


def test_a_slow_file_holds_up_nobody(models, files):
    contents, _ = files
    may_go_on = Event()
    contents |= {"slow.mp3": [0.5, may_go_on, 0.5], **{f"{n}.mp3": [0.1] for n in range(20)}}
    finished = []
    for result in Engine(models, WORKERS).run(jobs(contents)):
        finished.append(result.track_id)
        if len(finished) == 38:  # the other two wait in a batch that only the end of the library fills
            may_go_on.set()
    assert sorted(finished) == sorted([*range(21), *range(21)])
    assert not {0} & set(finished[:38])


def test_reading_waits_for_hearing(models, files):
    contents, opened = files
    may_hear = Event()

    class Slow(CountingModel):
        def __call__(self, segments):
            assert may_hear.wait(20)
            return super().__call__(segments)

    contents |= {f"{n}.mp3": [0.1] * 30 for n in range(12)}
    slow = {"musicnn/jamendo": LoadedModel(get("musicnn", "jamendo"), Slow())}
    engine = Engine(slow, WORKERS)
    running = engine.run(jobs(contents, slow))
    pool_sizes = []

    def watch():
        pool_sizes.append((len(opened), len(engine.batches)))
        may_hear.set()

    threading.Timer(0.5, watch).start()
    assert isinstance(next(running), TrackResult)
    ((n_opened, n_batches),) = pool_sizes
    assert n_opened <= WORKERS.n_readers
    assert n_batches <= WORKERS.n_waiting_batches + WORKERS.n_readers * 20, "a chunk is 15 batches"
    assert len(list(running)) == 11


def test_a_file_that_breaks_in_the_middle_fails_as_a_whole_and_alone(models, files):
    contents, _ = files
    contents |= {
        "good.mp3": [0.1] * 9,
        "broken.mp3": [0.2] * 9 + [AudioDecodeError("samples that are not finite numbers")],
        "gone.mp3": [AudioDecodeError("Cannot read gone.mp3: No such file.")],
        "huge.mp3": [AudioDecodeError("not in the memory it may take")],
    }
    results = outcomes(Engine(models, WORKERS).run(jobs(contents)))
    failed = {key: str(error) for key, error in results.items() if isinstance(error, MelodexError)}
    assert {number for number, _ in failed} == {1, 2, 3} and len(failed) == 6
    assert "not finite" in failed[1, "musicnn/jamendo"]
    assert "Cannot read gone.mp3: No such file" in failed[2, "musicnn/jamendo"]
    assert "memory" in failed[3, "acoustic/librosa"]


def test_a_file_that_no_model_can_hear_is_not_read_to_its_end(files):
    contents, _ = files
    n_read = []
    contents["loud.mp3"] = LoudBlocks(n_read, 500)
    deaf = {"musicnn/jamendo": LoadedModel(get("musicnn", "jamendo"), CountingModel(deaf_above=0.5))}
    results = outcomes(Engine(deaf, WORKERS).run(jobs(contents, deaf)))
    assert isinstance(results[0, "musicnn/jamendo"], MelodexError)
    assert len(n_read) < 250


class LoudBlocks(list):
    """Blocks that count how many of them were read."""

    def __init__(self, n_read: list[int], n_blocks: int):
        super().__init__([0.9] * n_blocks)
        self.n_read = n_read

    def __iter__(self):
        for number, block in enumerate(super().__iter__()):
            self.n_read.append(number)
            yield block


def test_left_early_it_closes_its_files_and_threads(models, files):
    contents, _ = files
    contents |= {f"{n}.mp3": [0.1] * 50 for n in range(12)}
    engine = Engine(models, WORKERS)
    running = engine.run(jobs(contents))
    next(running)
    running.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("read", "hear"))]
    assert all(track.reader.read() is None for track in engine.tracks.values())
