"""Draw a sample of FMA, balanced by genre, into the music folder.

    python select_songs.py --fma-audio data/fma_small --n 1000

Copies the files to --out (default: the music folder of the settings) and writes selected_songs.csv
(filename,genre) beside them, where index-audio finds the genres.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import config
from ML.program import run as run_program

if TYPE_CHECKING:
    from ML.training.selection import Selection

SHOWN = "(default %(default)s)"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    # fmt: off
    add("--fma-audio", type=Path, default=Path("data/fma_small"), help=f"folder with NNN/NNNNNN.mp3 {SHOWN}")
    add("--fma-metadata", type=Path, help="fma_metadata or its tracks.csv (default: in or beside the audio)")
    add("--n", type=positive, default=1000, help=f"tracks in all {SHOWN}")
    add("--seed", type=int, default=42, help=f"the same seed draws the same tracks {SHOWN}")
    add("--out", type=Path, default=config.AUDIO_DIR, help="music folder (default: that of the settings)")
    add("--link", action="store_true", help="hard links instead of copies")
    add("--overwrite", action="store_true", help="replace a selected_songs.csv or other files of these names")
    add("--no-progress", action="store_true", help="no progress bar, for log files")
    # fmt: on
    return parser.parse_args()


def positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return int(text)


def main() -> int:
    arguments = parse_arguments()
    from tqdm import tqdm

    from ML.training.selection import select_tracks, write_library

    hidden = True if arguments.no_progress else None  # None: only where a person watches
    with tqdm(desc="Drawing", total=arguments.n, unit="track", disable=hidden, leave=False) as bar:
        selection = select_tracks(
            arguments.fma_audio, arguments.fma_metadata, arguments.n, arguments.seed, bar.update
        )
    with tqdm(desc="Writing", total=len(selection.tracks), unit="track", disable=hidden, leave=False) as bar:
        table = write_library(selection, arguments.out, arguments.link, arguments.overwrite, bar.update)
    report(selection)
    print(f"{len(selection.tracks)} tracks of {len(selection.counts)} genres: {table}")
    return 0


def report(selection: "Selection") -> None:
    for filename, reason in selection.unreadable.items():
        print(f"unreadable: {filename}: {reason}", file=sys.stderr)
    for reason, n in selection.left_out.items():
        print(f"left out of FMA's table: {n} tracks, {reason}", file=sys.stderr)
    for genre in selection.exhausted:
        print(f"short: {genre} has {selection.counts[genre]} tracks and no more", file=sys.stderr)
    if selection.n_short:
        print(f"short: {selection.n_short} of {selection.n_wanted} tracks wanted", file=sys.stderr)
    print("\n".join(f"{genre}: {n}" for genre, n in sorted(selection.counts.items())))


if __name__ == "__main__":
    run_program(main, "The same command goes on.")
