"""The library taken along, by a command or a job: a table of facts and vectors, or a page of maps."""

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

import config
from backend.context import audio_dir, database
from db.embeddings import LibraryMatrix
from db.exporting import load_facts, load_table, spread
from db.map_cache import MapQuery
from db.projections import get_map
from ML.errors import AudioDecodeError
from ML.export.formats import TABLE_FORMATS
from ML.export.map_page import PageMap, write_page
from ML.export.previews import make_preview
from ML.projections import PROJECTIONS
from ML.spec import ModelSpec
from ML.whole_files import put_folder, put_in_place

HTML = "html"
FORMATS = (*TABLE_FORMATS, HTML)
TITLE = "Melodex"


class Progress(Protocol):
    """Hears how far the work is: the report of a job, or bars."""

    def begin(self, stage: str, total: int = 0, unit: str = "") -> None: ...

    def count(self, n_done: int, n_total: int) -> None: ...

    def fail(self, what: str, reason: str) -> None: ...


@dataclass(frozen=True)
class Export:
    """What is wanted. method, has_previews, title: of a page; a table has none of it."""

    file_format: str
    specs: Sequence[ModelSpec]
    method: str
    has_previews: bool = False
    title: str = TITLE


@dataclass(frozen=True)
class Gathered:
    """All that goes into an export. write: to a path where nothing is, a folder where is_folder says so."""

    n_tracks: int
    is_folder: bool
    write: Callable[[Path], None]

    def put(self, path: Path) -> None:
        """There only when it is whole."""
        (put_folder if self.is_folder else put_in_place)(path, self.write)

    def write_file(self, path: Path) -> None:
        """A folder becomes an archive."""
        if not self.is_folder:
            self.write(path)
            return
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            inner = Path(folder) / path.name.partition(".")[0]
            self.write(inner)
            zip_folder(inner, path)


def gather(wanted: Export, progress: Progress) -> Gathered:
    if wanted.file_format == HTML:
        return gather_page(wanted, progress)
    kind = TABLE_FORMATS[wanted.file_format]
    table = load_table(database(), wanted.specs, kind.is_complete)
    return Gathered(table.n_tracks, kind.is_folder, partial(kind.write, table))


def gather_page(wanted: Export, progress: Progress) -> Gathered:
    with database().read() as session:
        facts = load_facts(session)
    progress.begin("Drawing maps", len(wanted.specs), "maps")
    maps = []
    for spec in wanted.specs:
        maps.append(page_map(spec, wanted.method, facts))
        progress.count(len(maps), len(wanted.specs))
    sounds = list(cut_previews(facts, progress)) if wanted.has_previews else []
    n_tracks = len(facts["id"])
    return Gathered(n_tracks, False, lambda path: write_page(path, wanted.title, facts, maps, sounds))


def page_map(spec: ModelSpec, method: str, facts: dict[str, list]) -> PageMap:
    drawn = get_map(database(), MapQuery(spec, "embeddings", method, 2, config.PROJECTION_SEED))
    coords = spread(LibraryMatrix(drawn.track_ids, drawn.coords), np.array(facts["id"], dtype=np.int64))
    return PageMap(f"{spec.label} · {spec.variant_label} · {PROJECTIONS[method].label}", coords)


def cut_previews(facts: dict[str, list], progress: Progress) -> Iterator[bytes | None]:
    """None, which is told, for a file that cannot be read now."""
    filenames = facts["filename"]
    progress.begin("Cutting previews", len(filenames), "tracks")
    for n_done, (filename, duration) in enumerate(zip(filenames, facts["duration"], strict=True), start=1):
        try:
            yield make_preview(audio_dir() / filename, duration)
        except AudioDecodeError as error:
            progress.fail(filename, f"No preview: {error}")
            yield None
        progress.count(n_done, len(filenames))


def file_name(file_format: str) -> str:
    """Of a download: `melodex.csv`, `melodex-npy.zip`."""
    is_folder = file_format != HTML and TABLE_FORMATS[file_format].is_folder
    return f"melodex-{file_format}.zip" if is_folder else f"melodex.{file_format}"


def zip_folder(folder: Path, path: Path) -> None:
    """With the folder itself inside, so that unpacking makes one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder.parent))
