"""Chained Ogg files: recordings joined end to end, each with headers of its own (RFC 3533, section 4).

FFmpeg reads on into the next link only where its channels and sample rate are those of the first one, so each
link is opened as a file.
"""

import io
from pathlib import Path
from typing import BinaryIO

PAGE_HEADER_BYTES = 27
IS_FIRST_PAGE = 2  # bit of the header type: the page begins a stream
SEARCH_BYTES = 1 << 16


def find_links(path: Path) -> list[tuple[int, int]]:
    """First and last byte + 1 of each link, in order; empty for a file that is no Ogg. Raises OSError."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        starts, was_first = [], False
        position: int | None = 0 if read_at(file, 0, 4) == b"OggS" else None
        while position is not None:
            header = read_at(file, position, PAGE_HEADER_BYTES)
            if not header.startswith(b"OggS") or len(header) < PAGE_HEADER_BYTES:
                position = find_page(file, position + 1)
                continue
            # A link begins with the first pages of all its streams, one after another.
            is_first = bool(header[5] & IS_FIRST_PAGE)
            if is_first and not was_first:
                starts.append(position)
            was_first = is_first
            position += PAGE_HEADER_BYTES + header[26] + sum(file.read(header[26]))
    return list(zip(starts, [*starts, size][1:], strict=True))


def read_at(file: BinaryIO, position: int, n_bytes: int) -> bytes:
    file.seek(position)
    return file.read(n_bytes)


def find_page(file: BinaryIO, position: int) -> int | None:
    """Where the next page begins, at or after a position; None where there is none: the end, or damage."""
    while data := read_at(file, position, SEARCH_BYTES):
        at = data.find(b"OggS")
        if at >= 0:
            return position + at
        position += max(1, len(data) - 3)  # the mark may lie across two reads
    return None


class FileSlice(io.RawIOBase):
    """A part of a file, to be read as a file: bytes start to end - 1."""

    def __init__(self, path: Path, start: int, end: int):
        self.file, self.start, self.size = path.open("rb"), start, end - start
        self.position = 0

    def read(self, size: int = -1) -> bytes:
        left = max(0, self.size - self.position)
        data = read_at(self.file, self.start + self.position, left if size < 0 else min(size, left))
        self.position += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        self.position = origin + offset
        return self.position

    def tell(self) -> int:
        return self.position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self.file.close()
        super().close()
