"""Evaluations that `evaluate` has kept: how models fare by labels, and how far they agree."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from flask import Blueprint, Response, jsonify, request, send_file

from backend.context import database
from backend.errors import NotInLibraryError
from db.evaluations import Evaluations
from ML.evaluation.report_files import write_file

blueprint = Blueprint("evaluations", __name__)
_drawing = Lock()  # matplotlib is not made for threads
HEAD = ("id", "created_at", "labels", "k", "seed", "n_tracks", "n_left_out", "data_sha256")


@blueprint.get("/evaluations")
def evaluations() -> Response:
    """Every evaluation that is kept, the newest first, without its figures."""
    kept = Evaluations(database())
    return jsonify(evaluations=[head_of(kept.find(id_) or {}) for id_ in kept.ids()])


@blueprint.get("/evaluations/<id_>")
def evaluation(id_: str) -> Response:
    """One with all its figures: metrics with intervals and chance, differences, confusion, agreement."""
    return jsonify(find(id_))


@blueprint.get("/evaluations/<id_>/<name>")
def evaluation_file(id_: str, name: str) -> Response:
    """A table or a picture of one, as a download, called as `evaluate` calls them: `evaluation.csv`,
    `differences.csv`, `agreement.csv`, `evaluation.md`, `evaluation.tex`, `models.png`, `maps.svg` …
    """
    document = find(id_)
    with TemporaryDirectory() as folder, _drawing:
        content = BytesIO(write_file(document, name, Path(folder)).read_bytes())
    return send_file(content, as_attachment=True, download_name=f"{id_}-{name}")


@blueprint.get("/agreement")
def agreement() -> Response:
    """How far models agree, as matrices and per track, from the newest evaluation of several models or from
    that of the parameter evaluation.
    """
    asked = request.args.get("evaluation")
    ids = [asked] if asked else Evaluations(database()).ids()
    for id_ in ids:
        document = find(id_)
        if "agreement" in document:
            return jsonify(evaluation=id_, **document["agreement"])
    raise NotInLibraryError("No evaluation of several models is kept: run evaluate.")


def head_of(document: dict[str, Any]) -> dict[str, Any]:
    models = [row["model"] for row in document.get("rows", []) if row["method"] is None]
    return {name: document.get(name) for name in HEAD} | {"models": models}


def find(id_: str) -> dict[str, Any]:
    document = Evaluations(database()).find(id_)
    if document is None:
        raise NotInLibraryError(f"There is no evaluation {id_!r}: GET /evaluations lists those there are.")
    return document
