"""Train the MFCC CNN on any music with a genre each.

    python train.py --data_dir data/fma_small --epochs 50 --batch_size 32

DIR may be laid out as FMA, as one folder a genre, or with a selected_songs.csv. Writes
training_outputs/YYYY-MM-DD_HH-MM-SS/ and points training_outputs/latest at it.
"""

import argparse
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ML.program import run as run_program
from ML.training.settings import TrainSettings

DEFAULTS = TrainSettings("")
SHOWN = "(default %(default)s)"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    # fmt: off
    add("--data_dir", "--data-dir", type=Path, help="folder with the music")
    add("--epochs", type=positive, help=f"most epochs (default {DEFAULTS.num_epochs})")
    add("--batch_size", "--batch-size", type=positive, default=DEFAULTS.batch_size, help=SHOWN)
    add("--learning_rate", "--lr", type=float, default=DEFAULTS.learning_rate, help=SHOWN)
    add("--weight_decay", type=float, default=DEFAULTS.weight_decay, help=SHOWN)
    add("--label_smoothing", type=float, default=DEFAULTS.label_smoothing, help=SHOWN)
    add("--mixup", type=float, default=DEFAULTS.mixup, help=f"blend tracks this much; 0: never {SHOWN}")
    add("--patience", type=int, default=DEFAULTS.patience,
        help=f"stop after so many epochs without a better validation loss; 0: never {SHOWN}")
    add("--hop_length", type=positive, default=DEFAULTS.hop_length,
        help=f"samples between frames at 22050 Hz; 640 frames of 1024 are 29.7 s {SHOWN}")
    add("--fixed_mfcc_length", type=positive, default=DEFAULTS.fixed_mfcc_length,
        help=f"frames the network hears, 32 or more {SHOWN}")
    add("--no_augmentation", action="store_true", help="crop only, change nothing")
    add("--no_class_weights", action="store_true", help="rare genres count no more than others")
    add("--no_mixed_precision", action="store_true", help="float32 on a GPU too")
    add("--baselines", action="store_true", help="report the commonest genre and logistic regression as well")
    add("--seed", type=int, default=DEFAULTS.seed, help=f"of splits, weights, batches {SHOWN}")
    add("--device", default="auto", help=f"auto, cpu, cuda, cuda:1 {SHOWN}")
    add("--num_workers", "--num-workers", type=int, default=DEFAULTS.num_workers,
        help=f"processes that decode {SHOWN}")
    add("--output_dir", "--output-dir", type=Path, default=Path("training_outputs"), help=SHOWN)
    add("--mfcc_dir", type=Path, help="where MFCCs are kept (default: …_mfccs_precomputed beside the music)")
    add("--resume", type=Path, metavar="RUN",
        help="go on with a run that was stopped; only --epochs and --baselines change it")
    # fmt: on
    arguments = parser.parse_args()
    if (arguments.data_dir is None) == (arguments.resume is None):
        parser.error("give either --data_dir or --resume")
    return arguments


def positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return int(text)


def settings_from(arguments: argparse.Namespace) -> TrainSettings:
    from ML.devices import pick_device

    data_dir = arguments.data_dir.resolve()
    return TrainSettings(
        data_dir=str(data_dir), num_epochs=arguments.epochs or DEFAULTS.num_epochs,
        batch_size=arguments.batch_size, learning_rate=arguments.learning_rate,
        weight_decay=arguments.weight_decay, label_smoothing=arguments.label_smoothing, mixup=arguments.mixup,
        patience=arguments.patience, seed=arguments.seed, hop_length=arguments.hop_length,
        fixed_mfcc_length=arguments.fixed_mfcc_length,
        augmentation=not arguments.no_augmentation, class_weights=not arguments.no_class_weights,
        mixed_precision=not arguments.no_mixed_precision, device=pick_device(arguments.device),
        mfcc_dir=str(arguments.mfcc_dir.resolve()) if arguments.mfcc_dir else "",
        num_workers=arguments.num_workers,
    )  # fmt: skip


def bar(items: Iterable, n: int, label: str) -> Iterable:
    from tqdm import tqdm

    return tqdm(items, label, n, disable=None)  # None: only where a person watches


def main() -> int:
    arguments = parse_arguments()
    from tqdm import tqdm

    from ML.training import train_mfcc
    from ML.training.runs import TrainingRun

    with tqdm(desc="batches", unit="", disable=None) as batches:
        reporter = train_mfcc.Reporter(lambda text: tqdm.write(text), bar, lambda loss: count(batches, loss))
        if arguments.resume:
            run = TrainingRun.open(arguments.resume)
            settings = run.load_settings()
            settings = replace(settings, num_epochs=arguments.epochs or settings.num_epochs)
        else:
            settings = settings_from(arguments)
            run = train_mfcc.start_run(settings, arguments.output_dir, reporter)
        verdict = train_mfcc.train(run, settings, reporter, arguments.baselines)
    print(f"{run.folder}: {verdict.accuracy:.3f} of {len(verdict.labels)} test tracks right.")
    return 0


def count(bar, loss: float) -> None:
    bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
    bar.update()


if __name__ == "__main__":
    run_program(main, "Go on with --resume and the run's folder.")
