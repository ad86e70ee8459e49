"""Uploaded tracks on their way through the models: one batch after the other, beside the requests."""

from dataclasses import dataclass, field
from threading import Lock

from flask import Flask, current_app

import config
from backend.context import audio_dir, database
from backend.loading import load_models
from backend.settings import default_specs
from db.background import Background
from db.embeddings import Pair, count_extracted
from db.preprocessing import extract, plan_extraction
from db.schema import Track
from ML import registry
from ML.devices import pick_device, share_out
from ML.spec import ModelSpec
from ML.weights import is_runnable


@dataclass
class Hearing:
    """The app's uploads. waiting: names of the tracks whose turn has not ended."""

    background: Background = field(default_factory=Background)
    waiting: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)

    def add(self, app: Flask, track: Track) -> None:
        """Returns at once. What waits when a turn begins is heard in it: models are loaded once for all."""
        with self.lock:
            self.waiting.add(track.filename)
        # The time of the file makes the key unique: a name may be used again after clean-db.
        self.background.start(f"{track.filename} {track.file_mtime_ns}", lambda: self.take_turn(app))

    def take_turn(self, app: Flask) -> None:
        with self.lock:
            turn = frozenset(self.waiting)
        try:
            with app.app_context():
                hear(turn)
        finally:
            with self.lock:
                self.waiting -= turn


def hearing() -> Hearing:
    """Made when the app is, so that two requests never make two."""
    return current_app.extensions["hearing"]


def hear(filenames: frozenset[str]) -> None:
    with database().read() as session:
        plans = plan_extraction(session, wanted_specs(count_extracted(session)))
    plans = [plan for plan in plans if plan.filename in filenames and plan.missing]
    if plans:
        device = pick_device(config.DEVICE)
        extract(database(), audio_dir(), plans, load_models(plans, device), share_out(device))


def wanted_specs(extracted: dict[Pair, int]) -> list[ModelSpec]:
    """The models that the library has been heard with, so that a new track joins every map there is; in an
    empty library those of the settings. In both cases the ones that can run here.
    """
    heard = [spec for spec in registry.MODELS if extracted.get((spec.name, spec.variant))]
    folder, overrides = current_app.config["WEIGHTS_DIR"], config.model_weights()
    return [spec for spec in heard or default_specs() if is_runnable(spec, folder, overrides)]
