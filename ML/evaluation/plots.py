"""Pictures of an evaluation document: PNG and SVG, readable in grey and by the colour-blind."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ML.evaluation.document import Document
from ML.evaluation.figures import new_figure
from ML.evaluation.tables import MATRICES, shown_metrics, shown_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg")
COLUMNS = 3
BLUE, GREY = "#0072B2", "#777777"  # Okabe & Ito's blue; grey is chance
DARK_FROM = 0.6  # of the colour map: numbers on it are white from here on


def save(figure: "Figure", path: Path) -> list[Path]:
    """path: without an ending; one file for each of FORMATS."""
    paths = [path.with_name(path.name + ending) for ending in FORMATS]
    for each in paths:
        figure.savefig(each, dpi=130)
    return paths


def plot_metrics(document: Document, of: str, path: Path) -> list[Path]:
    """A panel a metric: a dot and its interval for every model or map, a dashed line at its chance."""
    metrics, rows = shown_metrics(document, of), shown_rows(document, of)
    n_lines = -(-len(metrics) // COLUMNS)
    figure = new_figure(4.2 * COLUMNS, n_lines * (0.9 + 0.26 * len(rows)))
    panels = figure.subplots(n_lines, COLUMNS, squeeze=False, sharey=True).ravel()
    for panel, metric in zip(panels, metrics, strict=False):
        draw_intervals(panel, metric, rows)
    for panel in panels[len(metrics) :]:
        panel.set_visible(False)
    figure.suptitle(
        f"{document['n_tracks']} tracks, {len(document['classes'])} labels: 95 % intervals; dashed: chance",
        fontsize="medium",
    )
    return save(figure, path)


def draw_intervals(panel: "Axes", metric: Document, rows: Sequence[Document]) -> None:
    for place, row in enumerate(rows):
        value = row["metrics"].get(metric["key"])
        if not value or value["mean"] is None:
            continue
        panel.plot(value["interval_95"], [place, place], color=BLUE, linewidth=2, solid_capstyle="butt")
        panel.plot(value["mean"], place, "o", color=BLUE, markersize=5)
        if value["chance"] is not None:
            panel.plot([value["chance"]] * 2, [place - 0.4, place + 0.4], "--", color=GREY, linewidth=1.2)
    arrow = {"high": " →", "low": " ←", "neither": ""}[metric["better"]]
    panel.set_title(metric["title"] + arrow, fontsize="small")
    panel.set_yticks(range(len(rows)), [row["name"] for row in rows], fontsize="small")
    panel.set_ylim(len(rows) - 0.5, -0.5)
    panel.tick_params(axis="x", labelsize="small")
    panel.spines[["top", "right"]].set_visible(False)


def draw_matrix(
    panel: "Axes", names: Sequence[str], values: Sequence[Sequence[float | None]], title: str
) -> None:
    """Numbers on a colour map that darkens evenly, 0 to 1."""
    import numpy as np

    numbers = np.array(values, dtype=float)
    panel.imshow(numbers, cmap="Blues", vmin=0, vmax=1)
    size = 9 if len(names) <= 8 else 7
    if len(names) <= 20:
        for (row, column), value in np.ndenumerate(numbers):
            colour = "white" if value > DARK_FROM else "black"
            panel.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour, fontsize=size)
    panel.set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize=size)
    panel.set_yticks(range(len(names)), names, fontsize=size)
    panel.set_title(title, fontsize="medium")


def plot_matrix(
    names: Sequence[str],
    values: Sequence[Sequence[float | None]],
    title: str,
    axes: tuple[str, str],
    path: Path,
) -> list[Path]:
    """axes: what lies along the horizontal and the vertical one."""
    side = 2.2 + 0.5 * len(names)
    figure = new_figure(side + 0.6, side)
    panel = figure.subplots()
    draw_matrix(panel, names, values, title)
    panel.set_xlabel(axes[0])
    panel.set_ylabel(axes[1])
    return save(figure, path)


def plot_agreement(agreement: Document, path: Path) -> list[Path]:
    """Three matrices and the dendrogram of the models."""
    from scipy.cluster.hierarchy import dendrogram

    models = agreement["models"]
    side = 2.4 + 0.5 * len(models)
    figure = new_figure(2 * side, 2 * side)
    panels = figure.subplots(2, 2).ravel()
    for panel, (name, title) in zip(panels, MATRICES.items(), strict=False):
        draw_matrix(panel, models, agreement[name], title)
    dendrogram(
        agreement["linkage"], labels=models, orientation="right", leaf_font_size=9, ax=panels[3],
        color_threshold=0, above_threshold_color=BLUE,
    )  # fmt: skip
    panels[3].set_title("Models by likeness", fontsize="medium")
    panels[3].set_xlabel("1 - CKA")
    panels[3].spines[["top", "right", "left"]].set_visible(False)
    return save(figure, path)
