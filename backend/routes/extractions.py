"""What models have made of each track: whether they heard it, and how strongly one tag."""

from flask import Blueprint, Response, jsonify, request

from backend.context import database
from backend.params import parse_spec
from db.embeddings import load_matrix
from db.extractions import list_extractions
from ML.errors import UnknownChoiceError
from ML.spec import ModelSpec

blueprint = Blueprint("extractions", __name__)
ACTIVATION_DIGITS = 4


@blueprint.get("/extractions")
def extractions() -> Response:
    """Per model, the ids of the tracks it has heard, and the reason of each that it could not."""
    with database().read() as session:
        found = list_extractions(session)
    return jsonify(
        extractions=[
            {"model": model, "variant": variant, "heard": heard.track_ids, "failed": heard.failures}
            for (model, variant), heard in sorted(found.items())
        ]
    )


@blueprint.get("/activations")
def activations() -> Response:
    """How strongly a model hears one tag (or measures one feature) in every track. Parameters: red, dataset,
    tag.
    """
    spec = parse_spec(request.args)
    column = parse_tag(spec, request.args.get("tag", ""))
    with database().read() as session:
        matrix = load_matrix(session, (spec.name, spec.variant), "taggrams")
    known = matrix.values.shape[1] == len(spec.tag_names)
    values = matrix.values[:, column].astype(float).round(ACTIVATION_DIGITS).tolist() if known else []
    return jsonify(
        tag=spec.tag_names[column], track_ids=matrix.track_ids.tolist() if known else [], values=values
    )


def parse_tag(spec: ModelSpec, text: str) -> int:
    """The column of a tag, in any case. Raises UnknownChoiceError naming the choices."""
    names = [name.lower() for name in spec.tag_names]
    if text.strip().lower() not in names:
        raise UnknownChoiceError("tag", text, list(spec.tag_names))
    return names.index(text.strip().lower())
