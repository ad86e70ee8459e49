"""Files that a browser sends: into the music folder, the index, the models."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from backend.context import audio_dir, database, job_store, weights_dir
from backend.errors import NotInLibraryError
from backend.jobs.queue import job_queue
from backend.refusals import max_body_bytes, too_large_message
from backend.settings import joining_specs
from db.embeddings import count_extracted
from db.outcomes import HEARD, track_outcomes
from db.schema import Track
from db.uploads import add_upload
from ML.errors import AudioDecodeError, MelodexError

blueprint = Blueprint("uploads", __name__)


@blueprint.post("/upload")
def upload() -> Response:
    """Store and index the `file` of a multipart form, then let the models hear it, which goes on after the
    answer: GET /uploads tells how far they are.
    """
    file = sent_file(current_app.config["MAX_UPLOAD_MB"])
    name = file.filename or ""
    try:
        track = add_upload(database(), audio_dir(), file.stream, name)
    except AudioDecodeError as error:
        raise UnsupportedMediaType(f"{name} was not added. {error}") from error
    job_queue().add_upload(track.id)
    return jsonify(success=True, filename=track.filename, id=track.id)


def sent_file(max_megabytes: int) -> FileStorage:
    """Raises MelodexError where there is none, RequestEntityTooLarge."""
    request.max_content_length = max_body_bytes(max_megabytes)
    try:
        file = request.files.get("file")
    except RequestEntityTooLarge as error:
        raise RequestEntityTooLarge(too_large_message(max_megabytes)) from error
    if sum(len(files) for _, files in request.files.lists()) > 1:
        raise MelodexError("Send one file a request.")
    if file is None or not file.filename:
        raise MelodexError("Send the file as the field `file` of a multipart/form-data request.")
    return file


@blueprint.get("/uploads/<int:track_id>")
def upload_status(track_id: int) -> Response:
    """Which models have heard a track, by its id: waiting, ready, or incomplete when some could not."""
    with database().read() as session:
        track = session.get(Track, track_id) if track_id < 2**63 else None
        if track is None:
            raise NotInLibraryError(
                f"There is no track {track_id}: POST /upload answers with the id of its own."
            )
        outcomes = track_outcomes(session, track_id)
        wanted = [
            (spec.name, spec.variant) for spec in joining_specs(count_extracted(session), weights_dir())
        ]
        models = {"/".join(pair): outcomes.get(pair, "waiting") for pair in wanted}
        return jsonify(id=track_id, filename=track.filename, status=status_of(track, models), models=models)


def status_of(track: Track, models: dict[str, Any]) -> str:
    if any(track.id in job.parameters["track_ids"] for job in job_store().unfinished("uploads")):
        return "waiting"
    return "ready" if all(outcome == HEARD for outcome in models.values()) else "incomplete"
