"""What every answer carries: an ETag, so that a browser asks again without loading again."""

from flask import Response, request


def add_validators(response: Response) -> Response:
    """Runs before compression, which gives each encoding its own ETag and answers 304 to that."""
    is_cacheable = request.method in ("GET", "HEAD") and response.status_code == 200
    if is_cacheable and not response.is_streamed and not response.direct_passthrough:
        response.add_etag()
        response.headers.setdefault("Cache-Control", "no-cache")
        response.make_conditional(request)
    return response
