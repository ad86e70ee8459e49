"""Compare trained checkpoints: configuration, size, losses, convergence, test metrics, ranked with reasons.

    python compare_models.py
    python compare_models.py ML/checkpoints/whisper_contrastive_20261124_140000 … --json

Without folders, all runs below ML/checkpoints. Draws the loss curves as a PNG.
"""

import argparse
import json
import sys
from pathlib import Path

import config
from ML.errors import LibraryError, WeightsError, WeightsMissingError
from ML.program import run as run_program


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    # fmt: off
    add("folders", type=Path, nargs="*", metavar="CHECKPOINT_DIR",
        help="runs, or folders of runs (default: all below CHECKPOINTS_DIR of the settings)")
    add("--json", action="store_true", help="everything as JSON on stdout")
    add("--plot", type=Path, default=config.REPORTS_DIR / "loss_curves.png",
        help="where the loss curves are drawn (default: loss_curves.png in REPORTS_DIR of the settings)")
    add("--no-progress", action="store_true", help="no progress bar, for log files")
    # fmt: on
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    from ML.evaluation.comparison import comparison_json, comparison_text, rank_runs

    ranked = rank_runs(load_runs(arguments.folders or [config.CHECKPOINTS_DIR], arguments.no_progress))
    draw(ranked, arguments.plot)
    if arguments.json:
        print(json.dumps(comparison_json(ranked), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print(f"{comparison_text(ranked)}\n\nLoss curves: {arguments.plot}")
    return 0


def load_runs(places: list[Path], no_progress: bool) -> list:
    """Those that can be read; the others are named. Raises WeightsMissingError when none is left."""
    from tqdm import tqdm

    from ML.evaluation.checkpoints import find_runs, load_run

    runs = []
    hidden = True if no_progress else None  # None: only where a person watches
    for folder in tqdm(find_runs(places), "Reading", unit="run", disable=hidden, leave=False):
        try:
            runs.append(load_run(folder))
        except WeightsError as error:
            tqdm.write(f"left out: {error}", file=sys.stderr)
    if not runs:
        raise WeightsMissingError(
            f"No usable run in {', '.join(map(str, places))}: train one with ML/train_contrastive.py."
        )
    return runs


def draw(ranked: list, path: Path) -> None:
    from ML.evaluation.comparison import plot_losses

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        plot_losses(ranked, path)
    except OSError as error:
        raise LibraryError(f"Cannot write {path}: {error.strerror}.") from error


if __name__ == "__main__":
    run_program(main)
