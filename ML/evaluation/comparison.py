"""Trained runs side by side: ranked, with the reason for every place."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ML.evaluation.checkpoints import GAIN, IMPROVEMENT_SHARE, JUDGED, RAW, TrainedRun
from ML.evaluation.figures import new_figure
from ML.evaluation.intervals import finite
from ML.text import aligned

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RANKED_BY, TIES_BY = "knn_accuracy", "ndcg_at_10"  # of test tracks: what an embedding is for
# Losses of runs that differ in one of these are not on one scale: temperature divides the similarities,
# the batch size decides how many others a track is told apart from.
LOSS_SCALE = ("temperature", "batch_size")
N_COLOURS, LINES = 10, ("-", "--", ":", "-.")  # ten colours that colour-blind people tell apart, then dashes
METRICS = {"knn_accuracy": "kNN accuracy", "precision_at_10": "P@10", "ndcg_at_10": "nDCG@10"}


@dataclass(frozen=True)
class Ranked:
    """A run, its place from 1, and why it is there: sentences."""

    place: int
    run: TrainedRun
    reasons: list[str]


def rank_runs(runs: Sequence[TrainedRun]) -> list[Ranked]:
    """Those with a test result first, by kNN accuracy and then nDCG; the others by validation loss."""
    ordered = sorted(runs, key=sort_key)
    return [
        Ranked(place, run, reasons_for(run, ordered[0], is_loss_comparable(runs)))
        for place, run in enumerate(ordered, start=1)
    ]


def sort_key(run: TrainedRun) -> tuple[Any, ...]:
    tested, ties = run.metric(RANKED_BY), run.metric(TIES_BY)
    loss = run.best_loss if math.isfinite(run.best_loss) else math.inf
    means = [-interval.mean if interval else 0.0 for interval in (tested, ties)]
    return tested is None, *means, loss, run.name


def is_loss_comparable(runs: Sequence[TrainedRun]) -> bool:
    return not set(LOSS_SCALE) & split_settings(runs)[1].keys()


def reasons_for(run: TrainedRun, first: TrainedRun, loss_is_comparable: bool) -> list[str]:
    return [*test_reasons(run, first), *training_reasons(run, loss_is_comparable)]


def test_reasons(run: TrainedRun, first: TrainedRun) -> list[str]:
    own, best = run.metric(RANKED_BY), first.metric(RANKED_BY)
    if own is None or best is None:
        return ["no evaluation.json: placed by its validation loss, after every run that was tested"]
    reasons = [f"kNN accuracy {own} on {own.n} test tracks, chance {run.chance.get(RANKED_BY, math.nan):.3f}"]
    if run is not first:
        apart = "and the intervals do not meet" if own.high < best.low else (
            "but the intervals overlap: these test tracks do not tell the two apart"
        )  # fmt: skip
        reasons.append(f"{best.mean - own.mean:.3f} behind {first.name}, {apart}")
    if own.n != best.n:
        reasons.append(f"tested on other tracks than {first.name}, which had {best.n}")
    if gain := run.metric(RANKED_BY, GAIN):
        is_clear = gain.low > 0 or gain.high < 0
        meaning = "" if is_clear else ": no difference that these test tracks can show"
        reasons.append(f"against raw Whisper {gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]{meaning}")
    return reasons


def training_reasons(run: TrainedRun, loss_is_comparable: bool) -> list[str]:
    reasons = [f"best validation loss {run.best_loss:.4f} in epoch {run.best_epoch} of {run.n_epochs}"]
    if not loss_is_comparable:
        reasons[0] += f"; losses of runs that differ in {' or '.join(LOSS_SCALE)} are on different scales"
    if run.epochs_to_converge:
        share = f"{IMPROVEMENT_SHARE:.0%}".replace("%", " %")
        reasons.append(f"{share} of the improvement after {run.epochs_to_converge} epochs")
    if run.n_epochs > 1 and run.best_epoch == run.n_epochs:
        reasons.append("its last epoch was its best: it had not finished learning")
    return reasons


def comparison_text(ranked: Sequence[Ranked]) -> str:
    runs = [each.run for each in ranked]
    lines = [*aligned(HEADER, [row_of(each) for each in ranked], set(HEADER[2:])), ""]
    alike, differing = split_settings(runs)
    if alike:
        lines += ["Alike: " + ", ".join(f"{name} {value}" for name, value in alike.items()), ""]
    if differing:
        rows = [(name, *map(str, values)) for name, values in differing.items()]
        lines += [*aligned(("differing", *(run.name for run in runs)), rows), ""]
    for each in ranked:
        lines += [f"{each.place}. {each.run.name}", *(f"   - {reason}" for reason in each.reasons)]
    return "\n".join(lines)


HEADER = ("#", "run", "trained", "in file", "MB", "epochs", "best loss", "95 % after", *METRICS.values())


def row_of(ranked: Ranked) -> tuple[str, ...]:
    run = ranked.run
    tested = [run.metric(name) for name in METRICS]
    return (
        str(ranked.place), run.name, f"{run.n_head_parameters:,}", f"{run.n_parameters:,}",
        f"{run.n_bytes / 1e6:.1f}", str(run.n_epochs), f"{run.best_loss:.4f}",
        str(run.epochs_to_converge or "-"),
        *(str(interval) if interval else "-" for interval in tested),
    )  # fmt: skip


def split_settings(runs: Sequence[TrainedRun]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Settings that are the same in every run, and those that are not with the value of each (- for none)."""
    names = list(dict.fromkeys(name for run in runs for name in run.settings))
    values = {name: [run.settings.get(name, "-") for run in runs] for name in names}
    same = {name: found[0] for name, found in values.items() if all(value == found[0] for value in found)}
    return same, {name: found for name, found in values.items() if name not in same}


def comparison_json(ranked: Sequence[Ranked]) -> list[dict[str, Any]]:
    return [run_json(each) for each in ranked]


def run_json(ranked: Ranked) -> dict[str, Any]:
    run = ranked.run
    return {
        "place": ranked.place,
        "run": str(run.folder),
        "reasons": ranked.reasons,
        "settings": run.settings,
        "dataset": run.dataset,
        "n_parameters": run.n_parameters,
        "n_head_parameters": run.n_head_parameters,
        "n_bytes": run.n_bytes,
        "n_epochs": run.n_epochs,
        "best_epoch": run.best_epoch,
        "best_val_loss": finite(run.best_loss),
        "epochs_to_95_percent": run.epochs_to_converge,
        "train_losses": [finite(loss) for loss in run.train_losses],
        "val_losses": [finite(loss) for loss in run.val_losses],
        "test": {
            system: {name: interval.as_json() for name, interval in run.tested.get(system, {}).items()}
            for system in (JUDGED, RAW, GAIN)
            if system in run.tested
        },
        "chance": run.chance,
    }


def plot_losses(ranked: Sequence[Ranked], path: Path) -> None:
    """PNG: validation losses above, training losses below, a dot at the best epoch."""
    from matplotlib import style

    with style.context("tableau-colorblind10"):
        figure = new_figure(9, 7)
        above, below = figure.subplots(2, 1, sharex=True)
        for each in ranked:
            draw_run(above, below, each)
        above.set_ylabel("validation loss")
        below.set_ylabel("training loss")
        below.set_xlabel("epoch")
        above.set_title("Losses by epoch; the dot is the best epoch")
        figure.legend(*above.get_legend_handles_labels(), loc="outside lower center", fontsize="small")
    figure.savefig(path, dpi=120)


def draw_run(above: "Axes", below: "Axes", ranked: Ranked) -> None:
    run, line = ranked.run, LINES[(ranked.place - 1) // N_COLOURS % len(LINES)]
    epochs = range(1, run.n_epochs + 1)
    (drawn,) = above.plot(epochs, run.val_losses, line, label=f"{ranked.place}. {run.name}")
    if run.best_epoch in epochs:
        above.plot(run.best_epoch, run.val_losses[run.best_epoch - 1], "o", color=drawn.get_color())
    below.plot(range(1, len(run.train_losses) + 1), run.train_losses, line, color=drawn.get_color())
