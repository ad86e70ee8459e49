"""Compute the MFCCs of a data set once, where train.py finds them.

    python preprocess_mfccs.py --data_dir data/fma_small

What is there already and no older than its audio is not computed again.
"""

import argparse
import sys
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
    add("--data_dir", "--data-dir", type=Path, required=True, help="folder with the music, as for train.py")
    add("--output_dir", "--output-dir", type=Path, help="(default: …_mfccs_precomputed beside the music)")
    add("--n_mfcc", type=int, default=DEFAULTS.n_mfcc, help=f"coefficients {SHOWN}")
    add("--hop_length", type=int, default=DEFAULTS.hop_length, help=f"samples at 22050 Hz {SHOWN}")
    add("--num_workers", "--num-workers", type=int, default=DEFAULTS.num_workers,
        help=f"processes that decode {SHOWN}")
    # fmt: on
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    from tqdm import tqdm

    from ML.training.datasets import read_labelled_music
    from ML.training.mfcc_cache import MfccCache, default_mfcc_dir

    data_dir = arguments.data_dir.resolve()
    tracks = [track.path for track in read_labelled_music(data_dir).tracks]
    folder = arguments.output_dir or default_mfcc_dir(data_dir)
    cache = MfccCache(folder, data_dir, arguments.hop_length, arguments.n_mfcc)
    n_failed = 0
    for _, reason in tqdm(cache.fill(tracks, arguments.num_workers), "MFCCs", len(tracks), disable=None):
        if reason is not None:
            n_failed += 1
            tqdm.write(f"Left out: {reason}", file=sys.stderr)
    print(f"{folder}: MFCCs of {len(tracks) - n_failed} tracks; {n_failed} cannot be decoded.")
    return 1 if n_failed else 0


if __name__ == "__main__":
    run_program(main, "The same command goes on.")
