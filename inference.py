"""Classify audio files by genre, and take their embeddings, with a trained MFCC CNN.

    python inference.py --model training_outputs/latest --audio song.mp3
    python inference.py --model training_outputs/latest --audio music/ --output results.jsonl

A file that cannot be decoded is reported, in the output too, and makes the exit code 1.
"""

import argparse
import sys
from pathlib import Path

from ML.errors import LibraryError
from ML.program import run as run_program

FORMATS = ("json", "jsonl", "csv")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--model", type=Path, required=True, help="model weights or the directory of a training run")
    add("--audio", type=Path, required=True, nargs="+", help="audio files, or folders to search recursively")
    add("--device", default="auto", help="cuda, cpu (default: a GPU where there is one)")
    add("--output", type=Path, help="file for the results (default: print the first three genres)")
    add("--format", choices=FORMATS, help="of the output (default: by its extension)")
    add("--full", action="store_true", help="hear the whole file in windows of 30 s, not the first 30 s only")
    add("--no-embeddings", action="store_true", help="leave the embeddings out of the output")
    add("--batch-size", type=int, default=8, help="segments the network hears at once (default %(default)s)")
    add("--num-workers", type=int, default=4, help="processes that decode (default %(default)s)")
    add("--use-legacy", action="store_true", help="one file after another, JSONL in the older shape (slower)")
    add("--append", action="store_true", help="JSONL: keep what is there and go on with what is not")
    arguments = parser.parse_args()
    check(parser, arguments)
    return arguments


def check(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Fill in the format; end with a usage message where the arguments make no sense together."""
    if arguments.output and not arguments.format:
        arguments.format = arguments.output.suffix.lower().removeprefix(".")
        if arguments.format not in FORMATS:
            parser.error(f"--output {arguments.output}: give --format, one of {', '.join(FORMATS)}")
    if arguments.format and not arguments.output:
        parser.error("--format needs --output")
    if arguments.append and arguments.format != "jsonl":
        parser.error("--append is for JSONL output")
    if arguments.batch_size < 1 or arguments.num_workers < 0:
        parser.error("--batch-size must be 1 or more, --num-workers 0 or more")


def main() -> int:
    arguments = parse_arguments()
    from ML.genre_inference.program import Request, run
    from ML.genre_inference.windows import find_audio

    files, empty = find_audio(arguments.audio)
    for folder in empty:
        print(f"No audio files in {folder}.", file=sys.stderr)
    if not files:
        raise LibraryError("Nothing to classify.")
    request = Request(
        model=arguments.model, device=arguments.device, output=arguments.output, format=arguments.format,
        is_full=arguments.full, with_embeddings=not arguments.no_embeddings, append=arguments.append,
        batch_size=arguments.batch_size, n_workers=arguments.num_workers, is_legacy=arguments.use_legacy,
    )  # fmt: skip
    n_failed = run(request, files)
    return 1 if n_failed or empty else 0


if __name__ == "__main__":
    run_program(main)
