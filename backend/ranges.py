"""Ranges of files, as RFC 9110 says (sections 13.1.5, 14.1.2 and 14.2). The server sends them: no thread of
the app waits for a slow client.
"""

import io
import os
import re
from pathlib import Path
from typing import Any

from flask import Response, request
from werkzeug.http import is_resource_modified, parse_date
from werkzeug.wsgi import wrap_file

from backend.bodies import COMPRESSED_TYPES

BYTE_RANGE = re.compile(r"(?P<first>[0-9]+)-(?P<last>[0-9]*)|-(?P<suffix>[0-9]+)")
MOST_DIGITS = 18  # of a position in a file: larger numbers are beyond the end of every file


class RangeResponse(Response):
    """A response whose ranges follow RFC 9110 where werkzeug's do not.

    Werkzeug (3.1) answers 416 where a Range header has to be ignored or shortened, accepts weak validators in
    If-Range, and sends ranges to HEAD.
    """

    def make_conditional(
        self, request_or_environ: Any, accept_ranges: bool | str = False, complete_length: int | None = None
    ) -> Response:
        environ = dict(getattr(request_or_environ, "environ", request_or_environ))
        asked = environ.pop("HTTP_RANGE", None)
        # Compression would change the bytes that the range counts.
        accept_ranges = accept_ranges and self.mimetype not in COMPRESSED_TYPES
        if asked and accept_ranges and complete_length and self._takes_range(environ):
            environ["HTTP_RANGE"] = find_range(asked, complete_length)
        environ.pop("HTTP_IF_RANGE", None)  # compared above
        super().make_conditional(
            {name: value for name, value in environ.items() if value is not None}, accept_ranges,
            complete_length,
        )  # fmt: skip
        return self

    def _takes_range(self, environ: dict[str, Any]) -> bool:
        """Whether a Range header counts: only of GET, after the other conditions, and of the same file."""
        etag, modified = self.headers.get("ETag"), self.last_modified
        if environ["REQUEST_METHOD"] != "GET" or not is_resource_modified(
            environ, etag, last_modified=modified
        ):
            return False
        wanted = environ.get("HTTP_IF_RANGE")
        if wanted is None:
            return True
        is_same_etag = wanted == etag and not wanted.startswith("W/")
        return is_same_etag or (modified is not None and parse_date(wanted) == modified)


def find_range(asked: str, length: int) -> str | None:
    """The one range of bytes that a Range header asks for, at most the whole file; None: to be ignored.

    Ignored are other units, invalid ranges, and several at once: the answer is then the whole file.
    """
    unit, _, text = asked.partition("=")
    ranges = [item.strip(" \t") for item in text.split(",") if item.strip(" \t")]
    found = BYTE_RANGE.fullmatch(ranges[0]) if len(ranges) == 1 else None
    if unit.strip(" \t").lower() != "bytes" or found is None:
        return None
    if found["suffix"]:
        return f"bytes=-{min(parse_position(found['suffix']), length)}"
    first = parse_position(found["first"])
    last = parse_position(found["last"]) if found["last"] else None
    if last is not None and last < first:
        return None
    return f"bytes={first}-{'' if last is None else last}"


def parse_position(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= MOST_DIGITS else 10**MOST_DIGITS


class FileSlice(io.RawIOBase):
    """Bytes first to last (not included) of a file, counted from 0."""

    def __init__(self, path: Path, first: int, last: int):
        self._file = path.open("rb", buffering=0)
        self._first, self._size = first, last - first
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell() - self._first

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self._size}[whence]
        return self._file.seek(self._first + start + offset) - self._first

    def readinto(self, buffer: Any) -> int:
        n_left = max(0, self._size - self.tell())
        return self._file.readinto(memoryview(buffer)[:n_left]) or 0

    def close(self) -> None:
        self._file.close()
        super().close()


def hand_over_range(response: Response, path: Path) -> Response:
    """werkzeug cuts a range in the thread that answers, which would wait for the slowest listener."""
    piece = response.content_range
    if response.status_code == 206 and piece.start is not None and piece.stop is not None:
        response.response.close()  # type: ignore[union-attr]
        file = FileSlice(path, piece.start, piece.stop)
        response.response = wrap_file(request.environ, io.BufferedReader(file))
    return response
