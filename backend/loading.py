"""The models that a plan of extraction needs, in memory."""

import config
from db.preprocessing import TrackPlan
from ML.batch_size import choose_batch_segments
from ML.inference import LoadedModel, load_model


def load_models(plans: list[TrackPlan], device: str) -> dict[str, LoadedModel]:
    """The models that have something to hear, each once; on a CPU every core runs one batch of its own."""
    needed = dict.fromkeys(spec for plan in plans if not plan.unreadable for spec in plan.missing)
    models = {
        spec.key: load_model(spec.name, spec.variant, device=device, n_threads=1 if device == "cpu" else 0)
        for spec in needed
    }
    for model in models.values():
        model.batch_segments = choose_batch_segments(model, device, config.BATCH_SEGMENTS)
    return models
