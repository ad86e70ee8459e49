"""Digests of weights, computed once for each state of a file."""

import hashlib
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from ML.weights.checksums import compute_sha256, lock
from ML.weights.store import checkpoint_file
from ML.whole_files import put_in_place

log = logging.getLogger(__name__)
CACHE_NAME = "digests.json"
TF_CHECKPOINT_PARTS = (".index", ".data-")  # the other files of a TensorFlow checkpoint hold no weights


class DigestCache:
    """sha256 by path, size and modification time, kept in a JSON file: large files take seconds to read.

    A file that cannot be read or written costs time, nothing else.
    """

    def __init__(self, path: Path):
        self.path = path

    def sha256(self, file: Path) -> str:
        stat = file.stat()
        state = [stat.st_size, stat.st_mtime_ns]
        name = str(file.resolve())
        known = self._load()
        if known.get(name, [None, None])[0] == state:
            return known[name][1]
        digest = compute_sha256(file)
        self._add(name, [state, digest])
        return digest

    def _load(self) -> dict[str, list]:
        with suppress(OSError, ValueError):
            known = json.loads(self.path.read_text())
            if isinstance(known, dict) and all(is_entry(entry) for entry in known.values()):
                return known
        return {}

    def _add(self, name: str, entry: list) -> None:
        try:
            with lock(self.path.parent, self.path.name):
                there = {known: each for known, each in self._load().items() if Path(known).exists()}
                put_in_place(self.path, partial(write_json, {**there, name: entry}))
        except OSError as error:
            log.info("Digests are not kept: %s", error)


def write_json(content: object, path: Path) -> None:
    path.write_text(json.dumps(content))


def is_entry(entry: object) -> bool:
    """[[size, mtime], sha256]"""
    return isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], str)


def compute_weights_digest(paths: Sequence[Path | None], cache: DigestCache) -> str | None:
    """Of all weights that a model uses: the sha256 of its one file, or of the list of several.

    None for a model without weights. Raises OSError for files that cannot be read.
    """
    files = [file for path in paths if path is not None for file in weights_files(path)]
    if len(files) < 2:
        return cache.sha256(files[0]) if files else None
    lines = "".join(f"{cache.sha256(file)} {file.name}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def weights_files(path: Path) -> list[Path]:
    """The files that hold the tensors: of a file, a Hugging Face folder or a TensorFlow checkpoint."""
    checkpoint = checkpoint_file(path)
    if checkpoint.is_file():
        return [checkpoint]
    found = path.iterdir() if path.is_dir() else path.parent.glob(f"{path.name}.*")
    files = sorted(file for file in found if file.is_file())
    parts = [file for file in files if any(part in file.name for part in TF_CHECKPOINT_PARTS)]
    return parts or files
