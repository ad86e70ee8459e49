"""A download under way: `NAME.part` beside its place, what the server said of it in `NAME.part.json`."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ML.spec import RemoteFile
from ML.whole_files import sync_folder


@dataclass(frozen=True)
class Notes:
    """What tells, after a cut, whether the server still has the same file."""

    url: str
    validator: str | None = None  # strong ETag or Last-Modified, for If-Range
    sha256: str | None = None  # as the server announced it
    n_bytes: int | None = None  # of the whole file


class PartialFile:
    """Only the holder of the target's lock touches it."""

    def __init__(self, target: Path):
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self.notes_path = target.with_name(f"{target.name}.part.json")

    @property
    def n_bytes(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def start(self, notes: Notes) -> None:
        self.discard()
        self.notes_path.write_text(json.dumps(asdict(notes)))

    def read_notes(self) -> Notes | None:
        try:
            return Notes(**json.loads(self.notes_path.read_text()))
        except (OSError, ValueError, TypeError):  # none, half written, of another version
            return None

    def resume(self, remote: RemoteFile) -> Notes | None:
        """Notes of a beginning that can go on; one of another file, or of nobody knows what, is discarded."""
        notes = self.read_notes()
        if notes is not None and self.n_bytes and notes.url == remote.url:
            fits = self.n_bytes <= (notes.n_bytes or self.n_bytes)
            if fits and (remote.sha256 or notes.sha256 or notes.validator):
                return notes
        self.discard()
        return None

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self.notes_path.unlink(missing_ok=True)

    def put_in_place(self) -> None:
        self.path.replace(self.target)
        self.notes_path.unlink(missing_ok=True)
        sync_folder(self.target.parent)
