"""A page from elsewhere must not change or read the library just because a person looks at it."""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import Forbidden

READING = ("GET", "HEAD", "OPTIONS")
OWN_SITES = ("same-origin", "none")  # none: the person typed the address


def refuse_foreign_pages() -> None:
    """Browsers say where a request comes from (Origin, Sec-Fetch-Site); programs say nothing."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin in current_app.config["CORS_ORIGINS"]:
        return
    if request.method in READING:
        is_ours = site in (*OWN_SITES, None) or request.headers.get("Sec-Fetch-Mode") == "navigate"
    else:
        is_ours = site in (*OWN_SITES, None) and (origin is None or urlsplit(origin).netloc == request.host)
    if not is_ours:
        page = f"A page of {origin or 'another site'}"
        raise Forbidden(f"{page} may not use this library: CORS_ORIGINS lists those that may.")
