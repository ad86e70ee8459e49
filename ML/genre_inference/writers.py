"""Result files: JSONL and CSV grow line by line as results come, JSON appears whole at the end."""

import csv
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ML.errors import LibraryError
from ML.genre_inference.records import Shape
from ML.genre_inference.stream import FileResult


class Writer(ABC):
    """Takes each file's place in the order it was asked for, and its result."""

    def __init__(self, path: Path, shape: Shape):
        self.path, self.shape = path, shape

    @abstractmethod
    def write(self, index: int, result: FileResult) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class JsonlWriter(Writer):
    """One line a file, on the disk as soon as it is known."""

    def __init__(self, path: Path, shape: Shape, is_legacy: bool = False, append: bool = False):
        super().__init__(path, shape)
        self.record = shape.legacy_line if is_legacy else shape.line
        self.file = open_text(path, "a" if append else "w")

    def write(self, index: int, result: FileResult) -> None:
        self.file.write(to_json(self.record(result)) + "\n")
        self.file.flush()

    def close(self) -> None:
        self.file.close()


class JsonWriter(Writer):
    """Entries wait in a file beside the result, so that a large library needs no large memory."""

    def __init__(self, path: Path, shape: Shape):
        super().__init__(path, shape)
        self.spool_path = path.with_name(f".{path.name}.spool")
        self.spool = open_text(self.spool_path, "w+")
        self.offsets: dict[int, int] = {}
        self.errors: list[dict[str, str]] = []

    def write(self, index: int, result: FileResult) -> None:
        if result.error:
            self.errors.append({"audio_file": self.shape.name(result), "error": result.error})
            return
        self.offsets[index] = self.spool.tell()
        entry = [self.shape.prediction(result), self.shape.embedding(result).get("embedding")]
        self.spool.write(to_json(entry) + "\n")

    def close(self) -> None:
        part = self.path.with_name(f".{self.path.name}.part")
        with open_text(part, "w") as file:
            self.assemble(file)
        part.replace(self.path)
        self.spool.close()
        self.spool_path.unlink()

    def assemble(self, file: IO[str]) -> None:
        file.write("{\n")
        write_list(file, "audio_files", (entry["audio_file"] for entry, _ in self.entries()))
        file.write(f'  "mode": {to_json(self.shape.mode)},\n')
        write_list(file, "predictions", (entry for entry, _ in self.entries()))
        if self.shape.with_embeddings:
            write_list(file, "embeddings", (embedding for _, embedding in self.entries()))
        write_list(file, "errors", iter(self.errors), is_last=True)
        file.write("}\n")

    def entries(self) -> Iterator[tuple[dict[str, Any], list[float] | None]]:
        """In the order the files were asked for."""
        for index in sorted(self.offsets):
            self.spool.seek(self.offsets[index])
            entry, embedding = json.loads(self.spool.readline())
            yield entry, embedding


def write_list(file: IO[str], name: str, items: Iterator[Any], is_last: bool = False) -> None:
    file.write(f"  {to_json(name)}: [")
    for number, item in enumerate(items):
        file.write(("," if number else "") + "\n    " + to_json(item))
    file.write("]\n" if is_last else "],\n")


class CsvWriter(Writer):
    """The documented columns; when a file failed, one more at the end says why."""

    def __init__(self, path: Path, shape: Shape):
        super().__init__(path, shape)
        self.file = open_text(path, "w")
        self.rows = csv.writer(self.file)
        self.rows.writerow(shape.columns)
        self.errors: list[tuple[str, str]] = []

    def write(self, index: int, result: FileResult) -> None:
        if result.error:
            self.errors.append((self.shape.name(result), result.error))
            return
        self.rows.writerows(self.shape.rows(result))
        self.file.flush()

    def close(self) -> None:
        self.file.close()
        if self.errors:
            self.add_error_column()

    def add_error_column(self) -> None:
        part = self.path.with_name(f".{self.path.name}.part")
        with open_text(self.path, "r") as source, open_text(part, "w") as target:
            rows, writer = csv.reader(source), csv.writer(target)
            writer.writerow([*next(rows), "error"])
            writer.writerows([*row, ""] for row in rows)
            blank = [""] * (len(self.shape.columns) - 1)
            writer.writerows([name, *blank, error] for name, error in self.errors)
        part.replace(self.path)


def keep_finished(path: Path, mode: str) -> set[str]:
    """Names with a whole result in a JSONL file; other lines (failures, one cut off) are taken out of it.

    Raises LibraryError for results of the other mode, which do not belong into one file.
    """
    if not path.exists():
        return set()
    names = set()
    part = path.with_name(f".{path.name}.part")
    with open_text(path, "r") as source, open_text(part, "w") as target:
        for line in source:
            record = read_line(line)
            if record is None or "error" in record:
                continue
            if record.get("mode", mode) != mode:
                raise LibraryError(f"{path} holds {record['mode']} results: write {mode} to another file.")
            names.add(record["audio_file"])
            target.write(line)
    part.replace(path)
    return names


def read_line(line: str) -> dict[str, Any] | None:
    """None for a line that a killed run did not finish."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if line.endswith("\n") and isinstance(record, dict) and "audio_file" in record else None


def open_text(path: Path, mode: str) -> IO[str]:
    """Raises LibraryError where it cannot be opened."""
    try:
        return path.open(mode, encoding="utf-8", newline="")
    except OSError as error:
        raise LibraryError(f"Cannot open {path}: {error.strerror}.") from error


def to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
