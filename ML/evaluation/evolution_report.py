"""An evolution for a person: facts as JSON, a table, a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ML.evaluation.evolution import Evolution
from ML.evaluation.figures import new_figure
from ML.text import aligned

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_MOVES = 5
COLOURS = ("#0072b2", "#d55e00")  # Okabe–Ito: apart for every eye
REST = "#b9b6ab"


@dataclass(frozen=True)
class Followed:
    """A group and its evolution. titles, filenames: of each row.  coords: float [n, 2], on the map.

    notes: what a reader must know of the tracks that are left out.
    """

    name: str
    titles: list[str]
    filenames: list[str]
    evolution: Evolution
    notes: list[str]
    coords: np.ndarray | None = None


@dataclass(frozen=True)
class Panel:
    """A model's row of the figure. background: float [m, 2], every track of the map."""

    title: str
    typical_distance: float
    groups: Sequence[Followed]
    background: np.ndarray


def evolution_json(followed: Followed) -> dict[str, Any]:
    evolution = followed.evolution
    return {
        "name": followed.name,
        "n_tracks": len(followed.titles),
        "notes": followed.notes,
        "spread": evolution.spread,
        "net": evolution.net,
        "drift": evolution.drift and evolution.drift.as_json(),
        "test": evolution.test and vars(evolution.test),
        "years": [
            {
                "year": year.year,
                "n_tracks": len(year.rows),
                "spread": year.spread,
                "tracks": [followed.filenames[row] for row in year.rows],
            }
            for year in evolution.years
        ],
        "steps": [
            {"start": step.start, "end": step.end, "distance": step.distance,
             "per_year": step.per_year.as_json()}
            for step in evolution.steps
        ],
        "moves": [
            {"filename": followed.filenames[move.row], "title": followed.titles[move.row], "year": move.year,
             "distance": move.distance}
            for move in evolution.moves[:N_MOVES]
        ],
    }  # fmt: skip


def evolution_text(followed: Followed) -> str:
    """A table of years, then drift, test and the tracks that moved most."""
    evolution = followed.evolution
    steps = {step.end: step for step in evolution.steps}
    rows = [
        (
            str(year.year), str(len(year.rows)), "-" if year.spread is None else f"{year.spread:.3f}",
            str(steps[year.year].per_year) if year.year in steps else "-",
        )
        for year in evolution.years
    ]  # fmt: skip
    lines = [
        followed.name,
        *aligned(("year", "tracks", "spread", "distance a year since"), rows, ("tracks",)),
    ]
    return "\n".join([*lines, *summary_lines(evolution), *moved_lines(followed), *followed.notes])


def summary_lines(evolution: Evolution) -> list[str]:
    if evolution.drift is None or evolution.test is None:
        return []
    test = evolution.test
    return [
        f"drift {evolution.drift} a year, corrected for few tracks; first to last year {evolution.net:.3f}",
        f"years explain {test.observed:.1%} of the variance, shuffled years {test.chance:.1%}: "
        f"p = {test.p_value:.3f}",
    ]


def moved_lines(followed: Followed) -> list[str]:
    return [
        f"far from what came before: {followed.titles[move.row]} ({move.year}), {move.distance:.3f}"
        for move in followed.evolution.moves[:N_MOVES]
    ]


def plot_evolution(panels: Sequence[Panel], path: Path) -> None:
    """PNG, a row a model: the path of the yearly centroids over the map, and every step as a bar."""
    figure = new_figure(11, 4.6 * len(panels))
    for axes, panel in zip(figure.subplots(len(panels), 2, squeeze=False), panels, strict=True):
        draw_map(axes[0], panel)
        draw_drift(axes[1], panel)
    figure.savefig(path, dpi=120, format="png")


def draw_map(axes: "Axes", panel: Panel) -> None:
    axes.scatter(
        panel.background[:, 0], panel.background[:, 1], s=9, color=REST, label="other tracks", linewidths=0
    )
    for colour, group in zip(COLOURS, panel.groups, strict=False):
        if group.coords is None:
            continue
        axes.scatter(group.coords[:, 0], group.coords[:, 1], s=16, color=colour, alpha=0.45, linewidths=0)
        path = np.array([np.nanmean(group.coords[year.rows], axis=0) for year in group.evolution.years])
        axes.plot(*path.T, "-o", color=colour, markersize=6, label=group.name)
        for year, place in zip(group.evolution.years, path, strict=True):
            axes.annotate(str(year.year), place, xytext=(6, 5), textcoords="offset points", fontsize=9)
    axes.set(xticks=[], yticks=[], title=f"{panel.title}: yearly centroids on the map")
    axes.legend(fontsize="small", loc="best")


def draw_drift(axes: "Axes", panel: Panel) -> None:
    """Bars with their intervals, and the level of shuffled years."""
    labels = sorted({(step.start, step.end) for group in panel.groups for step in group.evolution.steps})
    places = {label: place for place, label in enumerate(labels)}
    width = 0.8 / max(1, len(panel.groups))
    for at, (colour, group) in enumerate(zip(COLOURS, panel.groups, strict=False)):
        draw_bars(axes, group, places, at * width - 0.4 + width / 2, width, colour)
    axes.set_xticks(range(len(labels)), [f"{start} → {end}" for start, end in labels])
    axes.set_ylim(bottom=0)
    axes.set_ylabel("distance a year (0 to 2), 95 % interval")
    axes.set_title(f"Drift; two tracks of the library lie {panel.typical_distance:.2f} apart", fontsize=10)
    if labels:
        axes.legend(fontsize="small", loc="best")
    else:
        axes.text(0.5, 0.5, "all tracks are of one year", ha="center", transform=axes.transAxes)


def draw_bars(
    axes: "Axes", group: Followed, places: dict[tuple[int, int], int], shift: float, width: float, colour: str
) -> None:
    steps = group.evolution.steps
    if not steps or group.evolution.test is None:
        return
    at = [places[step.start, step.end] + shift for step in steps]
    means = np.array([step.per_year.mean for step in steps])
    ends = np.array([(step.per_year.low, step.per_year.high) for step in steps]).T
    axes.bar(
        at,
        means,
        width * 0.9,
        color=colour,
        alpha=0.75,
        label=f"{group.name}, p = {group.evolution.test.p_value:.3f}",
    )
    bars = np.abs(ends - means)
    axes.errorbar(at, means, bars, fmt="none", ecolor="#333333", capsize=3, linewidth=1)
