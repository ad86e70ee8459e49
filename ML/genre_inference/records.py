"""Results in the documented shapes: what a line of JSONL, an entry of JSON and a row of CSV hold."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ML.genre_inference.stream import FileResult

FULL, FIRST = "full-file", "first-30s"
N_TOP = 3
DIGITS = 6


@dataclass(frozen=True)
class Shape:
    """How results are written down."""

    class_names: tuple[str, ...]
    is_full: bool
    with_embeddings: bool

    @property
    def mode(self) -> str:
        return FULL if self.is_full else FIRST

    def line(self, result: FileResult) -> dict[str, Any]:
        """JSONL: every segment, the whole, the embedding."""
        record: dict[str, Any] = {"audio_file": self.name(result), "mode": self.mode}
        if result.error:
            return {**record, "error": result.error}
        top = self.top(result)
        record |= {
            "total_segments": len(result.probabilities),
            "segments": [self.segment(result, index) for index in range(len(result.probabilities))],
            "global_prediction": {
                "top_labels": [label for label, _ in top],
                "probabilities": [probability for _, probability in top],
                "all_probabilities": self.by_class(result.mean_probabilities),
            },
        }
        return record | self.embedding(result)

    def segment(self, result: FileResult, index: int) -> dict[str, Any]:
        return {
            "segment_index": index,
            "start_time": round(result.starts[index], 3),
            "end_time": round(result.ends[index], 3),
            "predictions": self.by_class(result.probabilities[index]),
        }

    def prediction(self, result: FileResult) -> dict[str, Any]:
        """An entry of the JSON document, standard or full-file."""
        top = self.top(result)
        record: dict[str, Any] = {"audio_file": self.name(result)}
        if self.is_full:
            return record | {"top_predictions": [{"label": name, "probability": p} for name, p in top]}
        return record | {
            "predicted_label": top[0][0],
            "confidence": top[0][1],
            "all_probabilities": self.by_class(result.mean_probabilities),
        }

    def legacy_line(self, result: FileResult) -> dict[str, Any]:
        """JSONL of --use-legacy: an entry of the JSON document a line."""
        if result.error:
            return self.line(result)
        return self.prediction(result) | self.embedding(result)

    @property
    def columns(self) -> list[str]:
        ranked = ["audio_file", "rank", "predicted_label", "probability"]
        columns = ranked if self.is_full else ["audio_file", "predicted_label", "confidence"]
        return [*columns, "embedding"] if self.with_embeddings else columns

    def rows(self, result: FileResult) -> list[list[Any]]:
        """CSV: one row, or in full-file mode one for each of the first three, the embedding in the first."""
        top = self.top(result)
        name, vector = self.name(result), self.cell(result)
        if not self.is_full:
            return [[name, *top[0], *vector]]
        blank = [""] * len(vector)
        return [[name, rank, *pair, *(vector if rank == 1 else blank)] for rank, pair in enumerate(top, 1)]

    def cell(self, result: FileResult) -> list[str]:
        numbers = self.embedding(result).get("embedding")
        return [] if numbers is None else ["[" + ",".join(f"{number:g}" for number in numbers) + "]"]

    def embedding(self, result: FileResult) -> dict[str, list[float]]:
        return {"embedding": rounded(result.embedding)} if self.with_embeddings else {}

    def top(self, result: FileResult) -> list[tuple[str, float]]:
        probabilities = result.mean_probabilities
        order = np.argsort(-probabilities, kind="stable")[:N_TOP]
        return [(self.class_names[index], round(float(probabilities[index]), DIGITS)) for index in order]

    def by_class(self, probabilities: np.ndarray) -> dict[str, float]:
        return dict(zip(self.class_names, rounded(probabilities), strict=True))

    @staticmethod
    def name(result: FileResult) -> str:
        """As given; a name that is no UTF-8 with question marks, for JSON has no other."""
        return str(result.path).encode("utf-8", "replace").decode()


def rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), DIGITS) for value in values]
