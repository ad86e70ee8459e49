"""The one error shape: success (false), status, error, choices or null, and the request's id in the log."""

import logging
from typing import Any

from flask import Flask, Response, jsonify
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound, ServiceUnavailable

from backend.request_ids import current_id
from db.background import BackgroundError
from ML.errors import MelodexError, StorageError, UnknownChoiceError

log = logging.getLogger(__name__)


class NotInLibraryError(MelodexError):
    """A path that names nothing the library holds."""


def error_body(
    status: int, message: str, choices: list[str] | None, request_id: str | None
) -> dict[str, Any]:
    return {
        "success": False, "status": status, "error": message, "choices": choices, "request_id": request_id,
    }  # fmt: skip


def error_response(status: int, message: str, choices: list[str] | None = None) -> Response:
    response = jsonify(error_body(status, message, choices, current_id()))
    response.status_code = status
    return response


def register_error_handlers(app: Flask) -> None:
    app.register_error_handler(NotInLibraryError, lambda error: error_response(NotFound.code, str(error)))
    app.register_error_handler(BackgroundError, cannot_be_measured)
    app.register_error_handler(StorageError, cannot_be_stored)
    app.register_error_handler(MelodexError, bad_request)
    app.register_error_handler(OperationalError, database_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected_error)


def bad_request(error: MelodexError) -> Response:
    choices = error.choices if isinstance(error, UnknownChoiceError) else None
    return error_response(400, str(error), choices)


def cannot_be_measured(error: BackgroundError) -> Response:
    return error_response(ServiceUnavailable.code, str(error))


def cannot_be_stored(error: StorageError) -> Response:
    """Nothing the request could do about it: 507, Insufficient Storage, which werkzeug does not know."""
    log.error("%s", error)
    return error_response(507, str(error))


def database_error(error: OperationalError) -> Response:
    """The disk is full, or someone dropped the tables: nothing the request could do about it."""
    log.error("Database error: %s", error.orig)
    message = f"The database cannot be used: {error.orig}. `init-db` makes missing tables."
    return error_response(ServiceUnavailable.code, message)


def http_error(error: HTTPException) -> Response:
    response = error_response(error.code or InternalServerError.code, error.description or error.name)
    for name, value in error.get_headers():
        if name in ("Allow", "Content-Range", "Retry-After"):
            response.headers[name] = value
    return response


def unexpected_error(error: Exception) -> Response:
    log.exception("Unexpected error", exc_info=error)
    return error_response(InternalServerError.code, "Something broke in the server: its log says what.")
