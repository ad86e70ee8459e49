"""Bodies of large answers: written and compressed once, then handed out while the database stays as it is."""

import gzip
import hashlib
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

from flask import Response, current_app, request

from backend.context import database
from backend.responses import write_json
from db.cache import VersionedCache

BODIES_BYTES = 256 * 2**20
BROTLI_QUALITY = 5  # beyond it megabytes take seconds
ZSTANDARD_LEVEL = 9  # as small as that, or nearly, and unpacked in a quarter of the time
GZIP_LEVEL = 6


def compress_zstandard(content: bytes) -> bytes:
    import pyarrow as pa

    return pa.Codec("zstd", compression_level=ZSTANDARD_LEVEL).compress(content, asbytes=True)


def compress_brotli(content: bytes) -> bytes:
    import brotli

    return brotli.compress(content, quality=BROTLI_QUALITY)


def compress_gzip(content: bytes) -> bytes:
    return gzip.compress(content, GZIP_LEVEL, mtime=0)  # no time: the same content, the same bytes


COMPRESSED_TYPES = ["application/json", "text/html", "text/css", "text/javascript", "image/svg+xml"]
# The ones we like best in front.
ENCODINGS = {"zstd": compress_zstandard, "br": compress_brotli, "gzip": compress_gzip}
# A million tracks are 342 MB: whole, they would be forgotten for what is asked for next.
LARGE_BYTES = 16 * 2**20


def unpack_zstandard(packed: bytes) -> bytes:
    import pyarrow as pa

    return bytes(pa.CompressedInputStream(pa.BufferReader(packed), "zstd").read())


class Body:
    """Content, and what became of it in each encoding that was asked for; large content only compressed."""

    def __init__(self, content: bytes, mimetype: str):
        self._packed: dict[str, bytes] = {}
        self._lock = Lock()
        self._content: bytes | None = content
        self.mimetype = mimetype
        self.etag = hashlib.blake2b(content, digest_size=16).hexdigest()
        if len(content) > LARGE_BYTES:
            self._packed["zstd"] = ENCODINGS["zstd"](content)
            self._content = None

    @property
    def content(self) -> bytes:
        return unpack_zstandard(self._packed["zstd"]) if self._content is None else self._content

    @property
    def n_bytes(self) -> int:
        return len(self._content or b"") + sum(map(len, self._packed.values()))

    def packed(self, encoding: str) -> bytes:
        with self._lock:
            if encoding not in self._packed:
                self._packed[encoding] = ENCODINGS[encoding](self.content)
            return self._packed[encoding]


def answer_json(key: Hashable, make: Callable[[], Any]) -> Response:
    """JSON of what make() returns, made anew only when something in the database has changed."""
    return answer_kept(key, lambda: write_json(make()), "application/json")


def answer_kept(key: Hashable, write: Callable[[], bytes], mimetype: str) -> Response:
    """The body of that key, written anew only when something in the database has changed."""
    bodies = current_app.extensions.setdefault("bodies", VersionedCache(BODIES_BYTES))
    body = bodies.get(key, database().version, lambda older: Body(write(), mimetype))
    return to_response(body)


def to_response(body: Body) -> Response:
    """In the encoding that the request likes best, with an ETag of its own."""
    encoding = request.accept_encodings.best_match(ENCODINGS)
    response = Response(body.packed(encoding) if encoding else body.content, mimetype=body.mimetype)
    response.set_etag(f"{body.etag}:{encoding}" if encoding else body.etag)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response
