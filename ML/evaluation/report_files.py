"""The files that an evaluation is published as: tables and pictures, by name."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ML.errors import UnknownChoiceError
from ML.evaluation import plots, tables
from ML.evaluation.document import Document

Write = Callable[[Path], object]
Writers = dict[str, Write]  # by file name; pictures add their endings
TEXTS = (".json", ".csv", ".md", ".tex")
AXES = ("vote of the neighbours", "label")  # of a confusion matrix


def text_file(text: str) -> Write:
    return lambda path: path.write_text(text, encoding="utf-8")


def evaluation_files(document: Document) -> Writers:
    files: Writers = {
        "evaluation.json": text_file(json.dumps(document, indent=1, ensure_ascii=False)),
        "evaluation.csv": text_file(tables.as_csv(document)),
        "differences.csv": text_file(tables.differences_csv(document)),
        "evaluation.md": text_file(tables.as_markdown(document)),
        "evaluation.tex": text_file(tables.as_latex(document)),
    }
    for of, name in (("space", "models"), ("map", "maps")):
        if tables.shown_rows(document, of):
            files[name] = partial(plots.plot_metrics, document, of)
    for row in tables.shown_rows(document, "space"):
        title = f"{row['name']}: what neighbours vote"
        draw = partial(plots.plot_matrix, document["classes"], row["confusion"], title, AXES)
        files[f"confusion_{row['model'].replace('/', '_')}"] = draw
    return files | (agreement_files(document["agreement"]) if "agreement" in document else {})


def agreement_files(found: Document) -> Writers:
    return {
        "agreement.json": text_file(json.dumps(found, indent=1, ensure_ascii=False)),
        "agreement.csv": text_file(tables.agreement_csv(found)),
        "agreement": lambda path: plots.plot_agreement(found, path),
    }


def owners(files: Writers) -> dict[str, str]:
    """By the name of every file on disk, what writes it: a picture is drawn in several formats at once."""
    endings = {name: ("",) if name.endswith(TEXTS) else plots.FORMATS for name in files}
    return {name + ending: name for name in files for ending in endings[name]}


def write_file(document: Document, name: str, folder: Path) -> Path:
    """One of the files of an evaluation. Raises UnknownChoiceError when it has none of that name."""
    files = evaluation_files(document)
    owner = owners(files)
    if name not in owner:
        raise UnknownChoiceError("file", name, sorted(owner))
    files[owner[name]](folder / owner[name])
    return folder / name
