"""The API's description: for programs, and for people."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, send_from_directory

blueprint = Blueprint("docs", __name__, template_folder="../pages")


@blueprint.get("/openapi.json")
def document() -> Response:
    """This description, as an OpenAPI document."""
    return jsonify(described())


@blueprint.get("/docs")
def page() -> str:
    """This description, to read."""
    return render_template("docs.html", document=described())


@blueprint.get("/docs.css")
def style() -> Response:
    """What it looks like."""
    return send_from_directory("pages", "docs.css")


def described() -> dict[str, Any]:
    from backend.openapi.document import openapi_document

    return openapi_document(current_app._get_current_object())  # type: ignore[attr-defined]
