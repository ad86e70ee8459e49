"""`python -m tests.flask_with_stubs COMMAND`: Flask commands in a real process, with stub models.

Everything runs but the models: a CountingModel replaces acoustic/librosa, so neither PyTorch nor librosa is
imported, which takes three quarters of a short command's processor time. A server starts its worker the same
way. With PAUSE_WITH_LEFT=n an extraction pauses when n results are missing, until it is asked to stop.
"""

import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from threading import Event
from typing import Any

os.environ["MELODEX_DEVICE"] = "cpu"

from flask.cli import main

import backend.jobs.process
import backend.loading
import db.acoustics
import ML.engine
from db.preprocessing import ExtractionSummary, Progress, TrackPlan
from ML import registry
from ML.inference import LoadedModel
from ML.spec import ModelSpec
from tests.conftest import CountingModel

PAUSE_WITH_LEFT = int(os.environ.get("PAUSE_WITH_LEFT", "-1"))
POLL_SECONDS = 0.02
run_extraction = backend.loading.listen


def load_spec(spec: ModelSpec, **options: object) -> LoadedModel:
    return LoadedModel(spec, CountingModel())


def run_extraction_and_pause(
    plans: list[TrackPlan], device: str, on_progress: Callable[[Progress], None], stop: Event, **options: Any
) -> ExtractionSummary:
    def report(progress: Progress) -> None:
        on_progress(progress)
        while progress.n_pairs - progress.n_pairs_done == PAUSE_WITH_LEFT and not stop.is_set():
            time.sleep(POLL_SECONDS)

    return run_extraction(plans, device, report, stop, **options)


backend.loading.load_spec = load_spec  # type: ignore[assignment]
backend.loading.listen = run_extraction_and_pause  # type: ignore[assignment]
backend.jobs.process.COMMAND = [
    sys.executable, "-m", "tests.flask_with_stubs", "work", "--beside-server",
]  # fmt: skip
db.acoustics.load_summary_model = lambda: load_spec(registry.get("acoustic"))
ML.engine.single_threaded = lambda workers: nullcontext()  # type: ignore[assignment]


def run_command() -> None:
    sys.argv[:1] = ["flask", "--app", "backend.server"]
    main()


if __name__ == "__main__":
    run_command()
