"""An evaluation as it is kept and published: one JSON document that all tables and pictures come from."""

import hashlib
import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from itertools import combinations
from typing import Any

import numpy as np

from ML.evaluation.agreement import Agreement
from ML.evaluation.intervals import finite
from ML.evaluation.judgement import Labelling
from ML.evaluation.metric_table import METRIC_ROWS
from ML.evaluation.resampling import Measured, paired_difference

PACKAGES = ("numpy", "scipy", "scikit-learn")
N_STRAYS = 100  # tracks that models disagree about most, kept in the document
Document = dict[str, Any]


@dataclass(frozen=True)
class JudgedRow:
    """A line of the table: a model, or a map of it. confusion: None for a map."""

    model: str
    method: str | None
    sha256: str
    metrics: dict[str, Measured]
    confusion: np.ndarray | None

    @property
    def name(self) -> str:
        return f"{self.model}, {self.method}" if self.method else self.model


def evaluation_document(
    by: Labelling, labelled_by: str, filenames: Sequence[str], rows: Sequence[JudgedRow], about: Document
) -> Document:
    """labelled_by: where labels come from.  about: further facts for its head."""
    return about | {
        "labels": labelled_by,
        "k": by.k,
        "seed": by.seed,
        "n_tracks": len(filenames),
        "classes": by.classes,
        "class_sizes": np.bincount(by.codes).tolist(),
        "artist_filtered": by.groups is not None,
        "knn_ceiling": by.knn_ceiling,
        "data_sha256": hash_rows(zip(filenames, by.labels, strict=True)),
        "versions": versions(),
        "metrics": [asdict(row) | {"title": row.title.format(k=by.k), "help": row.help.format(k=by.k)}
                    for row in METRIC_ROWS],
        "rows": [describe_row(row) for row in rows],
        "differences": describe_differences(rows),
    }  # fmt: skip


def versions() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}}


def hash_rows(rows: Any) -> str:
    return hashlib.sha256("\n".join("\t".join(map(str, row)) for row in rows).encode()).hexdigest()


def describe_row(row: JudgedRow) -> Document:
    return {
        "name": row.name,
        "model": row.model,
        "method": row.method,
        "sha256": row.sha256,
        "metrics": {
            key: measured.interval.as_json() | {"chance": finite(measured.chance)}
            for key, measured in row.metrics.items()
        },
        "confusion": None if row.confusion is None else row.confusion.tolist(),
    }


def describe_differences(rows: Sequence[JudgedRow]) -> list[Document]:
    """Of every two rows, in every metric that both have.

    Those that stand in one row of a table, two models or two maps of a model in all metrics, and those of
    one metric are read together: all of a table count as one family.
    """
    pairs = [
        (one, other, [key for key in one.metrics if key in other.metrics])
        for one, other in combinations(rows, 2)
    ]
    sizes = Counter(family(one, other) for one, other, keys in pairs for _ in keys)
    return [
        describe_difference(key, one, other, sizes[family(one, other)])
        for one, other, keys in pairs
        for key in keys
    ]


def family(one: JudgedRow, other: JudgedRow) -> tuple[str, ...]:
    """The table that shows a difference: of models, of maps of one model, or none."""
    if one.method is None and other.method is None:
        return ("models",)
    return ("maps", one.model) if one.method and other.method and one.model == other.model else ("none",)


def describe_difference(key: str, one: JudgedRow, other: JudgedRow, n_comparisons: int) -> Document:
    found = paired_difference(one.metrics[key], other.metrics[key], n_comparisons)
    names = {"metric": key, "left": one.name, "right": other.name}
    return names | found.interval.as_json() | {"clear": found.is_clear}


def agreement_document(found: Agreement, filenames: Sequence[str]) -> Document:
    worst = np.argsort(-found.disagreement, kind="stable")[:N_STRAYS]
    return {
        "models": found.models,
        **{name: squares(getattr(found, name)) for name in ("cka", "jaccard", "rbo")},
        "linkage": found.linkage.tolist(),
        "disagreement": float(found.disagreement.mean()),
        "tracks": [
            {"filename": filenames[row], "disagreement": float(found.disagreement[row])} for row in worst
        ],
    }


def squares(values: np.ndarray) -> list[list[float | None]]:
    return [[finite(value) for value in row] for row in values.tolist()]
