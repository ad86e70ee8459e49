"""A page from elsewhere must not change the library just because a person looks at it."""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import Forbidden

READING = ("GET", "HEAD", "OPTIONS")


def refuse_foreign_pages() -> None:
    """Browsers say where a page that writes comes from, and send forms of any page; programs say nothing."""
    origin = request.headers.get("Origin")
    if request.method in READING or origin is None:
        return
    if urlsplit(origin).netloc != request.host and origin not in current_app.config["CORS_ORIGINS"]:
        raise Forbidden(f"A page of {origin} may not change this library: CORS_ORIGINS lists those that may.")
