"""The run itself: a request and a list of files, results to a file or to the screen."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from ML.devices import pick_device
from ML.errors import ConfigError
from ML.genre_inference.records import Shape
from ML.genre_inference.stream import FileResult, classify
from ML.genre_inference.writers import CsvWriter, JsonlWriter, JsonWriter, Writer, keep_finished
from ML.models.mfcc_cnn import load_genre_network


@dataclass(frozen=True)
class Request:
    """What `inference.py` was asked for; format is one of json, jsonl, csv where there is an output."""

    model: Path
    device: str
    output: Path | None
    format: str | None
    is_full: bool
    with_embeddings: bool
    append: bool
    batch_size: int
    n_workers: int
    is_legacy: bool


class Screen(Writer):
    """The first three genres of each file, for a person."""

    def __init__(self, shape: Shape):
        super().__init__(Path(), shape)

    def write(self, index: int, result: FileResult) -> None:
        if not result.error:
            top = ", ".join(f"{label} {probability:.1%}" for label, probability in self.shape.top(result))
            print(f"{self.shape.name(result)}: {top}", flush=True)

    def close(self) -> None:
        pass


def run(request: Request, files: list[Path]) -> int:
    """Classify and write. Returns how many files failed.

    Raises WeightsMissingError, WeightsError, ConfigError, LibraryError before anything is heard.
    """
    from tqdm import tqdm

    if request.is_legacy:
        request = replace(request, batch_size=1, n_workers=0)
    device = checked_device(request.device)
    genres = load_genre_network(request.model)
    shape = Shape(genres.params.class_names, request.is_full, request.with_embeddings)
    if request.append and request.output:
        done = keep_finished(request.output, shape.mode)
        files = [path for path in files if str(path).encode("utf-8", "replace").decode() not in done]
    if not files:
        return 0
    writer, n_failed = open_writer(request, shape), 0
    try:
        results = classify(genres, files, device, request.is_full, request.batch_size, request.n_workers)
        for index, result in tqdm(results, "Files", len(files), disable=None):
            writer.write(index, result)
            if result.error:
                n_failed += 1
                tqdm.write(f"Error: {shape.name(result)}: {result.error}", file=sys.stderr)
    finally:
        writer.close()
    return n_failed


def open_writer(request: Request, shape: Shape) -> Writer:
    if request.output is None:
        return Screen(shape)
    if request.format == "jsonl":
        return JsonlWriter(request.output, shape, request.is_legacy, request.append)
    return {"json": JsonWriter, "csv": CsvWriter}[str(request.format)](request.output, shape)


def checked_device(name: str) -> str:
    """Raises ConfigError for a device that is not there."""
    import torch

    device = pick_device(name)
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f"--device {name} cannot be used here ({reason}): try --device cpu.") from error
    return device
