"""How an artist, an album or a genre moves from year to year."""

from flask import Blueprint, Response, jsonify, request

from backend.context import database
from backend.evolutions import followed
from backend.params import parse_choice, parse_integer, parse_spec
from db.evolution import load_evolution
from ML.errors import MelodexError
from ML.evaluation.evolution_report import evolution_json

blueprint = Blueprint("evolution", __name__)
SEED = 42


@blueprint.get("/evolution")
def evolution() -> Response:
    """Drift and spread of an artist's dated tracks, year by year. Parameters: artist (or album, genre, with
    by=album), with (a second one), red, dataset, seed.
    """
    by = parse_choice(request.args, "by")
    names = parse_names(by)
    seed = parse_integer(request.args, "seed", SEED)
    spec = parse_spec(request.args)
    with database().read() as session:
        found = load_evolution(session, spec, by, names, seed)
        groups = [evolution_json(followed(group)) for group in found.groups]
    return jsonify(model=spec.key, by=by, seed=seed, typical_distance=found.typical_distance, groups=groups)


def parse_names(by: str) -> list[str]:
    """One or two. Raises MelodexError for none."""
    name, other = (request.args.get(key, "").strip() for key in (by, "with"))
    if not name:
        raise MelodexError(f"Say {by}=…: whom to follow.")
    return [name, other] if other and other.casefold() != name.casefold() else [name]
