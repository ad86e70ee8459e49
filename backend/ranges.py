"""A piece of a file as a file: what a server may hand out on its own, without keeping a thread at it."""

import io
import os
from pathlib import Path
from typing import Any

from flask import Response, request
from werkzeug.wsgi import wrap_file


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
