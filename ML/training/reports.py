"""What a run leaves for people: a classification report, a confusion matrix, accuracy with its interval."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ML.evaluation.figures import new_figure
from ML.training.runs import TrainingRun, save_json
from ML.training.trainer import Verdict

Z_95 = 1.959964


@dataclass(frozen=True)
class Share:
    """n_right of n, with the 95 % interval of Wilson 1927: honest for few tracks and near 0 or 1."""

    n_right: int
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        share, z2 = self.n_right / self.n, Z_95**2
        centre = (share + z2 / (2 * self.n)) / (1 + z2 / self.n)
        half = Z_95 * math.sqrt(share * (1 - share) / self.n + z2 / (4 * self.n**2)) / (1 + z2 / self.n)
        return max(0.0, centre - half), min(1.0, centre + half)

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.n_right / self.n:.3f} ({self.n_right} of {self.n}; 95 % interval {low:.3f} to {high:.3f})"
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "accuracy": self.n_right / self.n,
            "n_right": self.n_right,
            "n": self.n,
            "interval_95": self.interval,
        }


def share_right(predicted: np.ndarray, labels: np.ndarray) -> Share:
    return Share(int((predicted == labels).sum()), len(labels))


def confusion_matrix(verdict: Verdict) -> np.ndarray:
    """int [n_classes, n_classes]: rows are the truth, columns the answer."""
    n_classes = verdict.probabilities.shape[1]
    matrix = np.zeros((n_classes, n_classes), int)
    np.add.at(matrix, (verdict.labels, verdict.probabilities.argmax(axis=1)), 1)
    return matrix


def write_reports(run: TrainingRun, verdict: Verdict, classes: list[str], lines: list[str]) -> None:
    """classification_report.txt, confusion_matrix.json and .png; lines: further facts under the table."""
    share = share_right(verdict.probabilities.argmax(axis=1), verdict.labels)
    matrix = confusion_matrix(verdict)
    text = "\n".join(
        [classification_report(verdict, classes), f"accuracy on test tracks: {share}", *lines, ""]
    )
    (run.folder / "classification_report.txt").write_text(text)
    save_json(
        run.folder / "confusion_matrix.json",
        {"class_names": classes, "rows": "truth", "columns": "prediction", "matrix": matrix.tolist()},
    )
    draw_confusion_matrix(matrix, classes, run.folder / "confusion_matrix.png")


def classification_report(verdict: Verdict, classes: list[str]) -> str:
    from sklearn import metrics

    return metrics.classification_report(
        verdict.labels, verdict.probabilities.argmax(axis=1), labels=list(range(len(classes))),
        target_names=classes, zero_division=0, digits=3,
    )  # fmt: skip


def draw_confusion_matrix(matrix: np.ndarray, classes: list[str], path: Path) -> None:
    """Shares of each true genre; every cell says how many."""
    side = 3 + 0.5 * len(classes)
    figure = new_figure(side, side)
    axes = figure.add_subplot()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right")
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=colour)
    figure.savefig(path, dpi=120)
