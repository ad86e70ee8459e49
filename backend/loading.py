"""The models that a plan of extraction needs, in memory, and what they hear."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Event

from filelock import Timeout

import config
from backend.context import audio_dir, database, weights_dir
from db.preprocessing import ExtractionSummary, Progress, TrackPlan, extract
from ML.batch_size import choose_batch_segments
from ML.devices import pick_device, share_out
from ML.inference import LoadedModel, current_pipeline, load_spec
from ML.pipeline import Pipeline
from ML.spec import ModelSpec

LOOK_SECONDS = 0.5  # how often who waits asks whether it still wants to


@contextmanager
def alone(on_wait: Callable[[], None], check: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Two extractions at once would hear the same tracks: who comes second waits, and plans what is missing
    then, whether it is a command or a job.

    on_wait: called when there is another.  check: called while it is at work; what it raises ends the wait.
    """
    lock = database().lock("extraction")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        on_wait()
    while not lock.is_locked:
        check()
        with suppress(Timeout):
            lock.acquire(timeout=LOOK_SECONDS)
    try:
        yield
    finally:
        lock.release()


def listen(
    plans: list[TrackPlan],
    device: str,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stop: Event | None = None,
    on_loaded: Callable[[], None] = lambda: None,
) -> ExtractionSummary:
    """Run the plans, as commands and jobs do. stop: once set, no further file is opened."""
    models = load_models(plans, device)
    on_loaded()
    return extract(database(), audio_dir(), plans, models, share_out(device), on_progress, stop)


def pick_device_for(plans: list[TrackPlan], wanted: str) -> str:
    """The device of the networks in these plans. Without a network, PyTorch is not loaded to find one."""
    if not any(spec.weights for plan in plans for spec in plan.missing):
        return "cpu"
    return pick_device(wanted)


def load_models(plans: list[TrackPlan], device: str) -> dict[str, LoadedModel]:
    """The models that have something to hear, each once; on a CPU every core runs one batch of its own."""
    needed = dict.fromkeys(spec for plan in plans if not plan.unreadable for spec in plan.missing)
    models = {
        spec.key: load_spec(spec, device=device, n_threads=1 if device == "cpu" else 0) for spec in needed
    }
    for model in models.values():
        model.batch_segments = choose_batch_segments(model, device, config.BATCH_SEGMENTS)
    return models


def current_pipelines(specs: Iterable[ModelSpec]) -> dict[str, Pipeline]:
    """What each of these models would run now, by key; their weights are there."""
    return {spec.key: current_pipeline(spec, weights_dir()) for spec in specs}
