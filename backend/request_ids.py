"""Every request has an id: in its answer, in the body of an error, in each line of the log it causes."""

import logging
import re
from uuid import uuid4

from flask import Response, g, has_request_context, request

log = logging.getLogger(__name__)
HEADER = "X-Request-ID"
GIVEN = re.compile(r"[\w.-]{8,64}", re.ASCII)  # what a proxy in front may have called it


def new_id() -> str:
    return uuid4().hex[:16]


def name_request() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if GIVEN.fullmatch(given) else new_id()


def current_id() -> str | None:
    """None outside of requests."""
    return g.get("request_id") if has_request_context() else None


def tell_id(response: Response) -> Response:
    """To who asked, and to the log: the path without its query, which may hold a secret."""
    response.headers[HEADER] = g.request_id
    level = logging.DEBUG if response.status_code < 400 else logging.INFO
    log.log(level, "%d %s %r", response.status_code, request.method, request.path)
    return response
