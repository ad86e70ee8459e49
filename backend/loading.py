"""The models that a plan of extraction needs, in memory."""

from db.preprocessing import TrackPlan
from ML.inference import LoadedModel, load_model


def load_models(plans: list[TrackPlan], device: str) -> dict[str, LoadedModel]:
    """The models that have something to hear, each once."""
    needed = dict.fromkeys(spec for plan in plans if not plan.unreadable for spec in plan.missing)
    return {spec.key: load_model(spec.name, spec.variant, device=device) for spec in needed}
