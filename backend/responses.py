"""What every answer is: JSON written fast, with an ETag, so that a browser need not load it again."""

from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, jsonify, request
from flask.json.provider import JSONProvider


def add_validators(response: Response) -> Response:
    """Runs before compression, which gives each encoding its own ETag and answers 304 to that."""
    is_cacheable = request.method in ("GET", "HEAD") and response.status_code == 200
    if is_cacheable and not response.is_streamed and not response.direct_passthrough:
        response.add_etag()
        response.headers.setdefault("Cache-Control", "no-cache")
        response.make_conditional(request)
    return response


def tell_progress(share: float | None, **more: Any) -> Response:
    """202: ask again in a moment. share: of what is being computed, None if unknown."""
    response = jsonify(status="computing", progress=None if share is None else round(share, 3), **more)
    response.status_code = HTTPStatus.ACCEPTED
    response.headers.update({"Retry-After": "1", "Cache-Control": "no-store"})
    return response


class FastJson(JSONProvider):
    """orjson: ten times as fast as the standard library on a hundred thousand points; NaN becomes null."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return write_json(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        content = write_json(self._prepare_response_obj(args, kwargs))
        return Response(content, mimetype="application/json")


def write_json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)  # ids as keys, as json has them
