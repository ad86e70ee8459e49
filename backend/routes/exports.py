"""Exports that jobs have written: which there are, and each as a file."""

from typing import Any

from flask import Blueprint, Response, jsonify, send_file

from backend.context import database
from backend.errors import NotInLibraryError
from backend.ranges import hand_over_range
from db.kept_exports import KeptExport, KeptExports

blueprint = Blueprint("exports", __name__)


@blueprint.get("/exports")
def exports() -> Response:
    """Files that jobs of the kind `export` have written and that are still kept, the newest first."""
    return jsonify(exports=[describe(kept) for kept in KeptExports(database()).all()])


@blueprint.get("/exports/<int:job_id>")
def export(job_id: int) -> Response:
    """The file that a job has written, as a download; of a folder, a ZIP archive."""
    kept = KeptExports(database()).find(job_id)
    if kept is None:
        raise NotInLibraryError(f"Job {job_id} has left no file: GET /exports lists those there are.")
    answer = send_file(kept.path, as_attachment=True, download_name=kept.path.name)
    return hand_over_range(answer, kept.path)


def describe(kept: KeptExport) -> dict[str, Any]:
    return {"job_id": kept.job_id, "filename": kept.path.name, "n_bytes": kept.path.stat().st_size}
