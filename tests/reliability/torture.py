"""Kill everything, at random, and see whether anything was lost: `python -m tests.reliability.torture`.

A round prepares a folder, kills the command in it a few times, lets it finish, and compares what it ends with
to what a command ends with that nobody disturbed. Reproducible as far as a schedule is: the seed decides how
much is to be done before each kill, and how long it waits then.
"""

import argparse
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests.jamendo import write_jamendo, write_whisper
from tests.processes import find_worker
from tests.reliability.scenarios import SCENARIOS, Scenario
from tests.reliability.workspace import Workspace, fill_genres, fill_shelf, hashes, left_overs

N_SONGS = 40
POLL_SECONDS = 0.003
UNIT_SECONDS = 0.02
MOST_KILLS_A_ROUND = 4
TOLERANCE = {"rtol": 2e-3, "atol": 2e-3}  # segments are stored as float16: two steps of 1e-3 at 1 to 2


@dataclass
class Tally:
    """Kills that hit a running command, by what had been done: nothing, some, all of it."""

    kills: Counter[str] = field(default_factory=Counter)
    too_late: int = 0
    rounds: int = 0
    seconds: float = 0.0

    @property
    def n_kills(self) -> int:
        return self.kills.total()


class Torturer:
    """shelf: songs that nobody may change.  folder: for everything else."""

    def __init__(self, scenario: Scenario, folder: Path, shelf: Path, seed: int):
        self.scenario, self.folder, self.shelf = scenario, folder / scenario.name, shelf
        self.rng = random.Random(f"{scenario.name} {seed}")
        self.songs = hashes(shelf)
        self.tally = Tally()
        began = time.monotonic()
        calm = self.workspace("calm")
        self.prepared = time.monotonic() - began
        scenario.finish(calm)
        self.seconds = time.monotonic() - began - self.prepared
        self.expected = scenario.state(calm)

    def workspace(self, name: str) -> Workspace:
        folder = self.folder / name
        folder.mkdir(parents=True)
        workspace = Workspace(folder, self.shelf)
        self.scenario.prepare(workspace)
        return workspace

    def run(self, n_kills: int) -> Tally:
        began = time.monotonic()
        while self.tally.n_kills < n_kills:
            self.run_round(min(n_kills - self.tally.n_kills, self.rng.randint(1, MOST_KILLS_A_ROUND)))
        self.tally.seconds = time.monotonic() - began
        return self.tally

    def run_round(self, n_kills: int) -> None:
        workspace = self.workspace(f"round {self.tally.rounds}")
        for _ in range(n_kills):
            self.kill_once(workspace)
            self.check(workspace)
        self.scenario.finish(workspace)
        self.check(workspace)
        assert_same(self.scenario.state(workspace), self.expected)
        assert left_overs(workspace.folder) == []
        shutil.rmtree(workspace.folder)
        self.tally.rounds += 1

    def kill_once(self, workspace: Workspace) -> None:
        """After some more of the work and some more time; a worker beside it dies in half of the cases."""
        scenario, before = self.scenario, self.scenario.progress(workspace)
        wanted = self.next_moment(before)
        most_seconds = self.seconds if wanted == before else UNIT_SECONDS
        process = scenario.start(workspace)
        while process.poll() is None and scenario.progress(workspace) < wanted:
            time.sleep(POLL_SECONDS)
        time.sleep(self.rng.uniform(0, most_seconds))
        done = scenario.progress(workspace)
        if process.poll() is None:
            process.kill()
            self.tally.kills["before" if not done else "after" if done >= scenario.n_units else "inside"] += 1
        else:
            self.tally.too_late += 1
        kill_worker(workspace, self.rng.random() < 0.5)
        process.wait()

    def next_moment(self, before: int) -> int:
        """How much is to be done when the kill comes; in a quarter of the cases no more than there is."""
        last = self.scenario.n_units - 1
        return before if before >= last or self.rng.random() < 0.25 else self.rng.randint(before + 1, last)

    def check(self, workspace: Workspace) -> None:
        self.scenario.check(workspace)
        assert hashes(self.shelf) == self.songs


def kill_worker(workspace: Workspace, wanted: bool) -> None:
    worker = find_worker(workspace.database) if wanted else None
    if worker:
        os.kill(worker, signal.SIGKILL)


def assert_same(found: Any, expected: Any) -> None:
    """Arrays may differ in their last bits, all else not at all."""
    if isinstance(expected, np.ndarray):
        np.testing.assert_allclose(found, expected, **TOLERANCE)
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == expected


COLUMNS = "what", "kills", "before the work", "in the work", "after it", "rounds", "seconds"
HEADER = f"| {' | '.join(COLUMNS)} |\n| --- |" + " ---: |" * (len(COLUMNS) - 1)


def row(name: str, tally: Tally) -> str:
    when = " | ".join(str(tally.kills[moment]) for moment in ("before", "inside", "after"))
    return f"| {name} | {tally.n_kills} | {when} | {tally.rounds} | {tally.seconds:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=120, help="in all, shared out evenly")
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--only", help="scenarios, e.g. index,upload")
    arguments = parser.parse_args()
    names = arguments.only.split(",") if arguments.only else [scenario.name for scenario in SCENARIOS]
    chosen = [scenario for scenario in SCENARIOS if scenario.name in names]
    print(f"seed {arguments.seed}; each row when nothing was lost in it\n\n{HEADER}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        shelf = fill_shelf(Path(folder) / "shelf", N_SONGS)
        fill_genres(Path(folder) / "genres")
        write_whisper(write_jamendo(Path(folder) / "jamendo") / "weights")
        for scenario in chosen:
            torturer = Torturer(scenario, Path(folder), shelf, arguments.seed)
            print(row(scenario.name, torturer.run(-(-arguments.kills // len(chosen)))), flush=True)


if __name__ == "__main__":
    main()
